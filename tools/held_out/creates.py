"""Holds `kdsl vet` against what the server says to the creation of an object."""
import collections, json, re

from .kdsl import vet
from .report import dropped, plain, show
from .schema import KINDS
from .server import ask_all


def creates(options, server, cases):
    """Holds `kdsl vet` against what the server says when the changed object is made."""
    emulated = server.binary != server.release
    answers = ask_all(server, [c[0] for c in cases])
    cases = [(c, a) for c, a in zip(cases, answers) if a]
    errors, warnings = vet(options.kdsl, server.release, [c[0] for c, _ in cases])

    counts, groups = collections.Counter(), collections.defaultdict(lambda: collections.defaultdict(list))
    kept = open(options.keep, "w") if options.keep else None
    for number, ((obj, done, path, _), answer) in enumerate(cases):
        found, kind = errors.get(number, []), obj["kind"]
        where = f"{done} at {'.'.join(map(str, path))[:70]}"
        if answer["ok"]:
            counts["accepted"] += 1
            if options.dropped:
                for field in set(dropped(obj, answer["answer"], KINDS[obj["apiVersion"], kind]["type"])):
                    groups["DROPPED"][field,].append((where,))
            stricter = emulated and found and all(f["code"] == "not-in-release" for f in found)
            if stricter:
                counts["stricter"] += 1
            elif found:
                counts["false"] += 1
                groups["FALSE"][kind, found[0]["code"], plain(found[0]["path"])].append((where, found[0]["message"][:120]))
            if answer["warnings"] and number not in warnings and not found:
                counts["unwarned"] += 1
                groups["UNWARNED"][kind, re.sub(r'"[^"]*"', '"…"', answer["warnings"][0])[:110]].append((where,))
        else:
            counts["refused"] += 1
            text = re.sub(r"\d+", "#", re.sub(r'"[^"]*"', '"…"', answer["message"].split("is invalid:", 1)[-1]))[:130]
            named = answer["fields"]
            if not found:
                counts["missed"] += 1
                groups["MISSED"][kind, text].append((where,))
            elif named and not named & {f["path"] or "" for f in found}:
                counts["elsewhere"] += 1
                ours = sorted({plain(f["path"]) for f in found})
                groups["ELSEWHERE"][kind, str(sorted(map(plain, named)))[:110], str(ours)[:110]].append((where, text[:60]))
        if kept:
            row = {"obj": obj, "done": where, "found": found, "warns": warnings.get(number, [])}
            row |= {k: sorted(v) if isinstance(v, set) else v for k, v in answer.items() if k != "answer"}
            kept.write(json.dumps(row) + "\n")
    show(groups, options.show)
    caught = counts["refused"] - counts["missed"]
    print(
        f"{server.release}{' on ' + server.binary if emulated else ''}, seed {options.seed}: "
        f"found {caught}/{counts['refused']} = {100 * caught / max(counts['refused'], 1):.2f} %, "
        f"at the server's field {100 * (caught - counts['elsewhere']) / max(caught, 1):.1f} %, "
        f"false alarms {counts['false']}/{counts['accepted']}"
        + (f", stricter than the emulation {counts['stricter']}" if emulated else "")
        + f", warnings of the server without one of ours {counts['unwarned']}"
    )
