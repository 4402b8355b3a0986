"""What verdicts have in common and how they differ, in groups."""
import re

from .schema import SERVER_OWN, TYPES


def dropped(sent, kept, ty):
    """The fields, as `Type.field`, that were sent and are not in the object as the server has it: a feature is off."""
    if isinstance(sent, dict) and isinstance(kept, dict) and ty in TYPES:
        for name, value in sent.items():
            field = TYPES[ty]["by_name"].get(name)
            if field and name not in SERVER_OWN and value not in (None, "", 0, False, [], {}):
                if name not in kept:
                    yield f"{ty.split('.')[-1]}.{name}"
                else:
                    yield from dropped(value, kept[name], field["type"])
    elif isinstance(sent, dict) and isinstance(kept, dict) and ty.startswith("{"):
        for key, value in sent.items():
            yield from dropped(value, kept.get(key), ty[1:-1])
    elif isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        for one, other in zip(sent, kept):
            yield from dropped(one, other, ty[1:-1])


def plain(path):
    return re.sub(r"\[\d+\]", "[#]", path or "")


def content(obj):
    """An object without what the server writes of itself."""
    kept = {"labels", "annotations", "finalizers", "ownerReferences"}
    meta = {k: v for k, v in obj.get("metadata", {}).items() if k in kept}
    return {k: v for k, v in obj.items() if k not in ("metadata", "status")} | {"metadata": meta}


def show(groups, most):
    for name, group in groups.items():
        for key, rows in sorted(group.items(), key=lambda kv: -len(kv[1]))[:most]:
            print(f"{name:9} {len(rows):3}  {'  '.join(key)}  | {'  '.join(rows[0])}")
