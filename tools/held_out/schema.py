"""What the schema says of objects: their kinds, their types, and the type of every place in one."""
import json, os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def lines(path):
    with open(os.path.join(ROOT, path)) as file:
        return [json.loads(line) for line in file if line.strip()]


TYPES = {t["name"]: t for t in lines("schema/types.jsonl") if "name" in t}
for _type in TYPES.values():
    _type["by_name"] = {f["name"]: f for f in _type.get("fields", [])}
KINDS = {}
for _kind in lines("schema/kinds.jsonl"):
    if "kind" in _kind:
        _group = _kind.get("group", "")
        KINDS[(f"{_group}/" if _group else "") + _kind["version"], _kind["kind"]] = _kind


# What every object has.
RESOURCE = [{"name": "apiVersion", "type": "string"}, {"name": "kind", "type": "string"},
            {"name": "metadata", "type": "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}]


def define(definition):
    """Makes the kinds of a CustomResourceDefinition known: their schemas as types."""
    spec = definition["spec"]

    def typed(schema, name):
        if schema.get("x-kubernetes-int-or-string"):
            return "int-or-string"
        kind = schema.get("type")
        if kind == "array":
            return f"[{typed(schema.get('items', {}), name + '.items')}]"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return "{" + typed(schema["additionalProperties"], name + ".values") + "}"
        embedded = schema.get("x-kubernetes-embedded-resource")
        if kind == "object" and (schema.get("properties") or embedded):
            fields = [dict(field) for field in RESOURCE] if embedded else []
            for key, inner in schema.get("properties", {}).items():
                field = {"name": key, "type": typed(inner, f"{name}.{key}"), "required": key in schema.get("required", [])}
                if all(isinstance(value, str) for value in inner.get("enum", [1])):
                    field["enum"] = inner["enum"]
                fields = [f for f in fields if f["name"] != key] + [field]
            TYPES[name] = {"name": name, "fields": fields, "by_name": {f["name"]: f for f in fields}}
            return name
        formats = {"date-time": "time", "byte": "bytes"}
        scalar = {"string": formats.get(schema.get("format"), "string"), "integer": "int64", "number": "number", "boolean": "bool"}
        return scalar.get(kind, "object" if kind == "object" else "any")

    for version in spec["versions"]:
        name = f"{spec['group']}/{version['name']}"
        schema = version["schema"]["openAPIV3Schema"] | {"x-kubernetes-embedded-resource": True}
        schema["properties"] = {k: v for k, v in schema.get("properties", {}).items() if k != "metadata"}
        ty = typed(schema, f"{name}.{spec['names']['kind']}")
        KINDS[name, spec["names"]["kind"]] = {
            "kind": spec["names"]["kind"], "type": ty, "plural": spec["names"]["plural"], "namespaced": spec["scope"] == "Namespaced"}


# What only the server writes.
SERVER_OWN = {"managedFields", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "uid", "resourceVersion", "selfLink",
              "generation", "status"}


def places(value, ty=None, path=(), field=None):
    """Every place in an object with its type, as far as the schema tells it."""
    if ty is None:
        ty = KINDS[value["apiVersion"], value["kind"]]["type"]
    alias = ty in TYPES and TYPES[ty].get("is")
    if path[:1] not in (("apiVersion",), ("kind",), ("status",)):
        yield path, value, TYPES[ty]["is"] if alias else ty, field
    if isinstance(value, dict) and ty in TYPES and not alias:
        for key, inner in value.items():
            known = TYPES[ty]["by_name"].get(key)
            if known:
                yield from places(inner, known["type"], path + (key,), known)
    elif isinstance(value, dict) and ty.startswith("{"):
        for key, inner in value.items():
            yield from places(inner, ty[1:-1], path + (key,), None)
    elif isinstance(value, list) and ty.startswith("["):
        for index, inner in enumerate(value):
            yield from places(inner, ty[1:-1], path + (index,), field)


def at(obj, path):
    for step in path:
        obj = obj[step]
    return obj
