"""What `kdsl vet` and `kdsl diff` say of objects."""
import collections, json, subprocess, tempfile

from .schema import KINDS, ROOT


def vet(kdsl, release, objects):
    """The diagnostics of `kdsl vet` by document: errors, and warnings."""
    stream = "".join("---\n" + json.dumps(o) + "\n" for o in objects)
    # What the objects of the stream say of each other means nothing here.
    sets = ["--without", "references", "--without", "practice", "--without", "security", "--crds", f"{ROOT}/examples/crds",
            "--crds", f"{ROOT}/tests/cluster/definitions.yaml"]
    command = [kdsl, "vet", "--kube-version", release, *sets, "--diagnostics", "json", "-"]
    run = subprocess.run(command, input=stream, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(f"kdsl vet ended with {run.returncode}: {run.stderr[:2000]}")
    errors, warnings = collections.defaultdict(list), collections.defaultdict(list)
    for line in run.stdout.splitlines():
        if line.startswith("{"):
            found = json.loads(line)
            (errors if found["severity"] == "error" else warnings)[found["doc"]].append(found)
    return errors, warnings


def diff(kdsl, olds, news):
    """What `kdsl diff` says of each object of a set, by namespace and name."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/old.yaml", f"{folder}/new.yaml"]
        for path, objects in zip(paths, (olds, news)):
            with open(path, "w") as file:
                file.write("".join("---\n" + json.dumps(o) + "\n" for o in objects))
        run = subprocess.run([kdsl, "diff", "--format", "json", "--crds", f"{ROOT}/examples/crds", "--crds",
                              f"{ROOT}/tests/cluster/definitions.yaml", *paths], capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(f"kdsl diff ended with {run.returncode}: {run.stderr[:2000]}")
        return {(o["namespace"], o["name"]): o for o in json.loads(run.stdout)["objects"]}


def verdicts(kdsl, cases):
    """What `kdsl diff` says of each case. All that have namespaces are told apart by these and asked about at once."""
    said, olds, news = [None] * len(cases), [], []
    for number, (new, _, _, old) in enumerate(cases):
        if KINDS[new["apiVersion"], new["kind"]].get("namespaced"):
            for objects, one in ((olds, old), (news, new)):
                objects.append(one | {"metadata": one["metadata"] | {"namespace": f"case-{number}"}})
        else:
            said[number] = next(iter(diff(kdsl, [old], [new]).values()))
    for (namespace, _), outcome in diff(kdsl, olds, news).items() if olds else ():
        said[int(namespace.split("-")[1])] = outcome
    return said
