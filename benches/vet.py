#!/usr/bin/env python3
"""kdsl vet beside kubeconform on the same objects, in turn, as whole processes: benches/vet.py [APPS [RUNS]]

The objects are those of benches/compare.py: a Deployment and a Service an app, 20,000 objects and 13 MB for the default of 10,000 apps.
kdsl judges them by the schema and by every rule; kubeconform by JSON schemas alone, which it reads from a folder. Prints the median wall
time and peak memory of each and the ratio of the wall times, pair by pair. Needs `cargo build --release`; kubeconform as `kubeconform` on
the path or in the variable KUBECONFORM (`go install github.com/yannh/kubeconform/cmd/kubeconform@latest`), and the schemas of
kubernetes-validate (`pip install kubernetes-validate`); without them it times kdsl alone.
"""
import importlib.util, json, os, shutil, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KUBECONFORM = os.environ.get("KUBECONFORM") or shutil.which("kubeconform")


def compare():
    """The module beside this one, without its own run."""
    spec = importlib.util.spec_from_loader("compare", loader=None)
    module = importlib.util.module_from_spec(spec)
    module.__file__ = os.path.join(HERE, "compare.py")
    source = open(module.__file__).read().rsplit("\nmain()", 1)[0]
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return module


def schemas(folder):
    """The two schemas as files that stand alone, which is what kubeconform reads fastest; None where the package is missing."""
    try:
        import kubernetes_validate
    except ImportError:
        return None
    root = os.path.join(os.path.dirname(kubernetes_validate.__file__), "kubernetes-json-schema")
    newest = max((v for v in os.listdir(root) if v.endswith("-strict")), key=lambda v: [int(n) for n in v[1:].split("-")[0].split(".")])
    definitions = json.load(open(os.path.join(root, newest, "_definitions.json")))["$defs"]

    def whole(value, depth=0):
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            return {} if depth > 30 else whole(definitions[value["$ref"].split("/")[-1]], depth + 1)
        if isinstance(value, dict):
            return {k: whole(v, depth + 1) for k, v in value.items() if k not in ("$id", "$schema")}
        return [whole(v, depth + 1) for v in value] if isinstance(value, list) else value

    for name in ("deployment-apps-v1", "service-v1"):
        json.dump(whole(json.load(open(os.path.join(root, newest, f"{name}.json")))), open(os.path.join(folder, f"{name}.json"), "w"))
    return os.path.join(folder, "{{ .ResourceKind }}{{ .KindSuffix }}.json")


def main():
    module = compare()
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        open("apps.kdsl", "w").write(module.kdsl(n))
        with open("apps.yaml", "w") as out:
            subprocess.run([module.KDSL, "build", "apps.kdsl"], stdout=out, check=True)
        print(f"{2 * n} objects, {os.path.getsize('apps.yaml')} bytes")
        ours = [module.KDSL, "vet", "apps.yaml"]
        module.run(ours)
        location = schemas(folder) if KUBECONFORM else None
        if not location:
            module.row("kdsl vet", [module.run(ours) for _ in range(count)])
            return print("no kubeconform or no schemas on this machine: nothing to compare with")
        theirs = [KUBECONFORM, "-strict", "-summary", "-schema-location", location, "-n", "8", "apps.yaml"]
        module.run(theirs)
        pairs = [(module.run(ours), module.run(theirs)) for _ in range(count)]
        module.row("kdsl vet", [a for a, _ in pairs])
        module.row("kubeconform", [b for _, b in pairs])
        ratios = sorted(a[0] / b[0] for a, b in pairs)
        print(f"kdsl / kubeconform {statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})")


main()
