"""Manifests, and changes of them by chance."""
import collections, copy, glob, json, re, subprocess, os
import yaml

from .schema import KINDS, ROOT, SERVER_OWN, TYPES, at, places
from .server import definitions


def manifests(kdsl, foreign):
    """All manifests to change, each an object of a native kind, or of a foreign one."""
    found = []
    for path in sorted(glob.glob(f"{ROOT}/examples/*.kdsl") + glob.glob(f"{ROOT}/tests/targets/*.kdsl")):
        run = subprocess.run([kdsl, "build", path], capture_output=True, text=True, cwd=os.path.dirname(path))
        if run.returncode == 0:
            found += yaml.safe_load_all(run.stdout)
    for path in sorted(glob.glob(f"{ROOT}/stdlib/k8s/*.examples.yaml")):
        for document in re.split(r"(?m)^---\s*$", open(path).read()):
            if re.search(r"^#.*: passes", document, re.M):
                found.append(yaml.safe_load(document))
    for path in ["cluster/manifests.yaml", "cluster/foreign.yaml", "foreign.yaml"]:
        found += yaml.safe_load_all(open(f"{ROOT}/tests/{path}"))
    objects = []
    for document in found:
        objects += document["items"] if document and document.get("kind") == "List" else [document] if document else []
    # YAML's times are texts to Kubernetes, and its anchors are no shared values.
    objects = [json.loads(json.dumps(o, default=lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"))) for o in objects]
    own = {definition["spec"]["group"] for definition in definitions()}
    return [o for o in objects if (o.get("apiVersion"), o.get("kind")) in KINDS and (o["apiVersion"].split("/")[0] in own) == foreign]


ODD = ["", "Bad_Value", "a/b", "a/b/c", "x" * 64, "x" * 254, "has space", "-a", "a-", "../x", "a..b", "*", "*.example.com", "1", "1a", "A",
       "10.0.0.1", "::1", "10.0.0.0/8", "10.0.0.1/8", "fd00::/64", "https://example.com/x", "50%", "101%", "-1", "None", "true", "/x",
       "kubernetes.io/x", "example.com/x", "default", "x.y.z", "é", "2026-01-01T00:00:00Z", "1Gi", "a=b", "a:b", "a,b", "v1", "app", "web"]
KEYS = ["a", "Bad Key", "example.com/x", "", "kubernetes.io/x", "cpu", "memory", "storage", "pods", "limits.cpu", "hugepages-2Mi",
        "requests.storage", "nvidia.com/gpu", "count/deployments.apps", "requests.nvidia.com/gpu", "x" * 64, "ephemeral-storage", "app"]
NUMBERS = [0, 1, -1, 2, 5, 10, 100, 101, 1000, 1001, 3600, 3601, 8080, 30080, 65535, 65536, 86401, 2**31 - 1, 2**31, 2**53, 2**63]
QUANTITIES = ["9223372036854775807", "9223372036854775808", "1e30", "-1e-30", "0.000000001", "0.0000000001", "1E2", "1Ei", "+1", "1 Gi", "01",
              "1", "0", "-1", "1500m", "1Gi", "x", "", "1.5Gi", "1e3", 2, 0.5, "100Mi", "1m", "1Ki", "1Zi", "0.5n"]


# Characters that mean something in names, quantities, times, paths, addresses, schedules and expressions.
ODD_CHARACTERS = "aZ09-._/:,;*?[](){}<>=!&|+'\"$%@#\\ ~^\t\u00e9\0"


class Twice(str):
    """A key that is not the same as any other, whatever it says: a record may have it beside its like."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


class Changes:
    """One change after another to manifests, by chance."""

    def __init__(self, chance, bases):
        self.chance, self.bases = chance, bases
        # What manifests hold, by field and by type, is what others may hold.
        self.texts, self.parts = collections.defaultdict(list), collections.defaultdict(list)
        for base in bases:
            for path, value, ty, _ in places(base):
                if isinstance(value, str) and path:
                    self.texts[next((s for s in reversed(path) if isinstance(s, str)), "")].append(value)
                if ty in TYPES and value:
                    self.parts[ty].append(value)

    def pick(self, values):
        return values[self.chance.randrange(len(values))]

    def spliced(self, text):
        """The text with one to three characters more, fewer or others."""
        for _ in range(self.pick([1, 1, 1, 2, 3])):
            at = self.chance.randrange(len(text) + 1)
            cut = self.pick([0, 0, 1, 1, 1, 2, 5])
            new = self.pick(["", self.pick(ODD_CHARACTERS), self.pick(text or "a"), text[at : at + 4], str(self.chance.randrange(100))])
            text = text[:at] + new + text[at + cut :]
        return text

    def offers(self, fields, path):
        """Those of a type's fields that may be added: seldom what only the server writes."""
        own = self.chance.random() < 0.05
        return [f for f in fields if (f["name"] not in SERVER_OWN or own) and (path or f["name"] not in ("apiVersion", "kind"))]

    def value(self, ty, field, depth=0):
        """A value of a type: often a good one."""
        name = field["name"] if field else ""
        roll = self.chance.random()
        if ty.startswith("["):
            count = self.pick([0, 1, 1, 1, 2, 2, 3]) if depth < 5 else 0
            items = [self.value(ty[1:-1], field, depth + 1) for _ in range(count)]
            return items + items[:1] if roll < 0.1 else items
        if ty.startswith("{"):
            keys = [self.pick(KEYS) for _ in range(self.pick([0, 1, 1, 2]))]
            return {key: self.value(ty[1:-1], None, depth + 1) for key in keys}
        if field and field.get("enum") and roll < 0.8:
            return self.pick(field["enum"])
        if ty == "string":
            return self.pick(self.texts[name]) if self.texts[name] and roll < 0.5 else self.pick(ODD)
        if ty in ("int32", "int64", "number"):
            return self.pick(NUMBERS[:16] if roll < 0.9 else NUMBERS)
        if ty == "bool":
            return roll < 0.5
        if ty == "quantity":
            return self.pick(QUANTITIES)
        if ty == "int-or-string":
            return self.pick([0, 1, -1, "50%", "101%", "a", "70000", 70000, 8080, "http", "", "100%", "0%", "-1%"])
        if ty in ("time", "micro-time"):
            return self.pick(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z", "2026-01-01", "x", "", "2026-01-01T00:00:00+02:00"])
        if ty == "bytes":
            return self.pick(["aGk=", "x!", "", "aGk", "YQ=="])
        if ty in ("any", "object"):
            return self.pick([{}, {"a": "b"}, {"a": {"b": 1}}] if ty == "object" or roll < 0.7 else [1, "a", [], True])
        made = TYPES[ty]
        if made.get("is"):
            return self.value(made["is"], field, depth)
        if self.parts[ty] and roll < 0.3:
            return copy.deepcopy(self.pick(self.parts[ty]))
        share = {0: 0.25, 1: 0.2, 2: 0.15}.get(depth, 0.08)
        return {
            f["name"]: self.value(f["type"], f, depth + 1)
            for f in made.get("fields", [])
            if depth < 7 and f["name"] not in SERVER_OWN and (f.get("required") and self.chance.random() < 0.95 or self.chance.random() < share)
        }

    def changed(self, base):
        """A copy with a change, what was done, and where; None where it came to nothing."""
        obj = copy.deepcopy(base)
        path, value, ty, field = self.pick([p for p in places(obj) if p[0] or isinstance(p[1], dict)])
        done = self.change(obj, path, value, ty, field)
        return (obj, done, path) if done and obj != base else None

    def change(self, obj, path, value, ty, field):
        def put(new):
            at(obj, path[:-1])[path[-1]] = new

        roll = self.chance.random()
        if path and roll < 0.12:
            holder = at(obj, path[:-1])
            del holder[path[-1]]
            return "dropped"
        if path and roll < 0.15:
            put(None)
            return "null"
        if path and roll < 0.18:
            put(self.pick([1, "1", True, [], {}, "", [1], {"a": 1}, 1.5, "x"]))
            return "another type"
        if path and roll < 0.183 and isinstance(path[-1], str):
            at(obj, path[:-1])[Twice(path[-1])] = copy.deepcopy(value)
            return "twice"
        if path and roll < 0.21 and isinstance(path[-1], str):
            holder, key = at(obj, path[:-1]), path[-1]
            spelt = self.pick([key[:-1], key + "s", key.capitalize(), key.upper(), key.swapcase(), key[1:], key + "x"])
            holder[spelt] = holder.pop(key)
            return "misspelt"
        if isinstance(value, dict) and ty in TYPES:
            fields = self.offers(TYPES[ty].get("fields", []), path)
            if self.parts[ty] and path and roll < 0.35:
                put(copy.deepcopy(self.pick(self.parts[ty])))
                return "another's"
            if path and roll < 0.42:
                put(self.value(ty, field))
                return "made up"
            if fields:
                new = self.pick(fields)
                value[new["name"]] = self.value(new["type"], new)
                return f"added {new['name']}"
            return None
        if isinstance(value, dict):
            inner = ty[1:-1] if ty.startswith("{") else "string"
            value[self.pick(KEYS)] = self.value(inner, None)
            return "a key"
        if isinstance(value, list):
            kind = self.pick(["empty", "double", "first again", "null", "reversed", "short", "new", "new"])
            inner = ty[1:-1] if ty.startswith("[") else "string"
            put({"empty": [], "double": value + value, "first again": value + value[:1], "null": [None] + value, "reversed": value[::-1],
                 "short": value[1:], "new": value + [self.value(inner, field)]}[kind])
            return f"list {kind}"
        if not path:
            return None
        if isinstance(value, str) and roll < 0.5:
            put(self.pick([value.upper(), value + "x", value[:-1], value + "-", "-" + value, value + ".", " " + value, value * 30, value + value]))
            return "varied"
        if isinstance(value, str) and roll < 0.75:
            put(self.spliced(value))
            return "spliced"
        if isinstance(value, bool):
            put(not value)
            return "turned"
        if isinstance(value, int) and roll < 0.5:
            put(self.pick([value + 1, value - 1, -value, value * 100, 0, value * 10**6]))
            return "varied"
        put(self.value(ty, field))
        return "set"


def made_up(changes, count):
    """Cases: a changed object, what was done, where, and what it was before."""
    cases, kinds = [], collections.defaultdict(list)
    # Every kind has the same share, whatever the number of its manifests.
    for base in changes.bases:
        kinds[base["apiVersion"], base["kind"]].append(base)
    weights = [len(k) ** 0.5 for k in kinds.values()]
    while len(cases) < count:
        base = changes.pick(changes.chance.choices(list(kinds.values()), weights)[0])
        case = changes.changed(base)
        if case and changes.chance.random() < 0.15:
            second = changes.changed(case[0])
            case = second and (second[0], f"{case[1]}, {second[1]}", second[2])
        if case and (case[0].get("apiVersion"), case[0].get("kind")) in KINDS:
            cases.append(case + (base,))
    return cases
