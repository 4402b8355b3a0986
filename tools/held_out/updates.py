"""Holds `kdsl diff` against what the server does with an object in the place of another."""
import collections, json, os, re

from .kdsl import verdicts, vet
from .report import content, plain, show
from .schema import KINDS


def updates(options, server, cases):
    """Holds `kdsl diff` against what the server does when the changed object is sent in the place of the one before."""
    by_base = collections.defaultdict(list)
    for new, done, path, base in cases:
        meta = new.get("metadata")
        same = isinstance(meta, dict) and all(meta.get(k) == base["metadata"].get(k) for k in ("name", "namespace")) and meta.get("name")
        # What intercepts requests, other objects' too, is none to try; and a change of the kind is no update.
        if same and new["apiVersion"] == base["apiVersion"] and new["kind"] == base["kind"] and "Webhook" not in new["kind"]:
            by_base[json.dumps(base)].append((new, done, path))
    asked, answers, places = [], [], []
    for number, (text, news) in enumerate(by_base.items()):
        base, own = json.loads(text), {"namespace": f"held-out-{number}"}
        if not KINDS[base["apiVersion"], base["kind"]].get("namespaced"):
            # A namespace goes only once controllers have emptied it.
            own = {"name": f"{base['metadata']['name']}-{os.getpid()}"} if base["kind"] == "Namespace" else {}
        there = lambda one: one | {"metadata": one["metadata"] | own}
        outcome = server.updated(there(base), [there(new) for new, _, _ in news])
        if outcome:
            made, said = outcome
            for (new, done, path), answer in zip(news, said):
                if answer:
                    asked.append((new, done, path, base))
                    answers.append((made, answer))
    errors, _ = vet(options.kdsl, server.release, [c[0] for c in asked])
    # A manifest that is wrong in itself is never asked about.
    right = [number for number in range(len(asked)) if number not in errors]
    said = dict(zip(right, verdicts(options.kdsl, [asked[n] for n in right])))

    counts, groups = collections.Counter(), collections.defaultdict(lambda: collections.defaultdict(list))
    kept = open(options.keep, "w") if options.keep else None
    for number, ((new, done, path, base), (made, answer)) in enumerate(zip(asked, answers)):
        where, outcome = f"{done} at {'.'.join(map(str, path))[:70]}", said.get(number)
        refused = outcome and outcome["verdict"] == "refused"
        if answer["ok"]:
            counts["accepted"] += bool(outcome)
            same = content(answer["answer"]) == content(made)
            if refused:
                counts["false"] += 1
                refusal = outcome["refusals"][0]
                groups["FALSE"][new["kind"], refusal["code"], plain(refusal["path"])].append((where, refusal["message"][:120]))
            elif outcome and same != (outcome["verdict"] == "unchanged"):
                counts["otherwise"] += 1
                changed = sorted({plain(c["path"]) for c in outcome["changes"]})
                groups["OTHERWISE"][new["kind"], outcome["verdict"], str(changed)[:100], "server: " + ("same" if same else "changed")].append((where,))
        else:
            counts["refused"] += 1
            # The rest is wrong whatever was there before.
            counts["by update"] += bool(outcome)
            if outcome and not refused:
                counts["missed"] += 1
                text = re.sub(r"\d+", "#", re.sub(r'"[^"]*"', '"…"', answer["message"].split("is invalid:", 1)[-1]))[:150]
                groups["MISSED"][new["kind"], text].append((where,))
            elif outcome and answer["fields"] and not answer["fields"] & {r["path"] for r in outcome["refusals"]}:
                counts["elsewhere"] += 1
                ours = sorted({plain(r["path"]) for r in outcome["refusals"]})
                groups["ELSEWHERE"][new["kind"], str(sorted(map(plain, answer["fields"])))[:110], str(ours)[:110]].append((where,))
        if kept:
            kept.write(json.dumps({"old": base, "new": new, "done": where, "said": outcome, "made": made, "answer": answer}, default=sorted) + "\n")
    show(groups, options.show)
    print(
        f"{server.release}, seed {options.seed}, updates: {len(asked)}; of the {counts['refused']} that the server refused "
        f"{counts['refused'] - counts['by update']} are wrong in themselves; of the other {counts['by update']} kdsl diff found "
        f"{counts['by update'] - counts['missed']}, {counts['elsewhere']} of them elsewhere; false alarms {counts['false']}/{counts['accepted']}, "
        f"otherwise judged {counts['otherwise']}"
    )
