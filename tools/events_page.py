"""Writes `docs/reference/events.md`, the known event types by stage, from the catalogue and the country's profile.

python tools/events_page.py [--check]
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generated import ROOT, cell, settle

from domain.catalogue import MAX_LIST, UNITS, WHEN, ClearField, EventType, by_name, by_wire, read
from domain.codes import codes
from domain.profile import AGENCIES

PAGE = "docs/reference/events.md"
CATALOGUE = read()
ENTRIES = {entry["type"]: entry for entry in CATALOGUE["types"]}
DEADLINES = json.loads((ROOT / "domain/data/mongolia_profile.json").read_text(encoding="utf-8"))["deadlines"]
BREACHES = json.loads((ROOT / "domain/data/codelists_other.json").read_text(encoding="utf-8"))

HEAD = f"""<!-- Written by tools/events_page.py from event_catalogue.json and its code lists and profile. -->
# Event types

The types that this ledger takes. Every event is a CloudEvents 1.0.2 object with the attributes `specversion` (`1.0`),
`id` (UUID), `source` (the agency), `subject` (the stream: a case's UUID, for instance), `type` (below), `time` (when
the act took place; UTC, `Z`, six decimals), `unit` and `actor` (short tokens; `actor` is a pseudonym that the agency
holds for an officer), and `data`; optional are `datacontenttype`, `dataschema` and `_sd_alg`. What stands in `data` is
below, and as JSON Schema in [docs/schemas](../schemas). A field written `name?` may be left out, and is then absent,
never null; `name[]` is a list of at most {MAX_LIST} items. The stream's own id (`case_id` in a case) may be repeated in
`data` and is then the `subject`. `_sd` may hold digests of disclosures (RFC 9901): the personal data listed as
*disclosed*, which never stands in clear. This ledger does not take the disclosures themselves yet
(`disclosure.not_accepted_yet`).

The version of a type is the end of its CloudEvents type. Earlier versions are admitted too, and are read as the newest;
a published version never breaks ([ADR 0014](../adr/0014-versions-and-upcasters.md)).

| kind | published | how it is judged |
|---|---|---|
"""

AGENCIES_HEAD = """
*Published by* names [categories of agencies](#who-publishes); the registry says which agency is of which category. An
*authority* whose officer is recused from the case is refused `actor.recused`, unless the type is *protective*: a
protective act is never refused for a status, and needs an open case and nothing else. An authority is refused when a
[rule](#rules) in *requires* or its *relation* does not hold; beside a fact that stands as a [breach](#breaches), as can
those that *breaches* names and, beside any fact, `LATE_ENTRY`, `OUT_OF_SEQUENCE` and `ACTED_WHILE_RECUSED`. *Due* is a
duty that the event starts, with the time that the profile gives it (ISO 8601) and the type by which the clock reports
it. *Effect* says what a type means in the whole catalogue: the desks are not built yet.
"""


def page() -> str:
    """The page."""
    kinds = "".join(f"| {kind} | {WHEN[kind]} | {cell(k['meaning'])} |\n" for kind, k in CATALOGUE["kinds"].items())
    contents = "".join(f"- [{stage}](#{stage}): {len(_of(stage))} types\n" for stage in _stages())
    rest = {"Who publishes": _categories(), "Rules": _rules(), "Breaches": _breaches(), "Kinds of values": _values()}
    contents += "".join(f"- [{title}](#{_anchor(title)})\n" for title in (*rest, "Code lists"))
    types = "".join(f"## {stage}\n\n{''.join(map(_type, _of(stage)))}" for stage in _stages())
    parts = "".join(f"## {title}\n\n{text}\n" for title, text in rest.items())
    return f"{HEAD}{kinds}{AGENCIES_HEAD}\n{contents}\n{types}{parts}{_lists()}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def _stages() -> list[str]:
    """The stages that are known, in the order of the catalogue, which is that of a case."""
    order = list(dict.fromkeys(entry["stage"] for entry in CATALOGUE["types"]))
    return sorted({known.stage for known in by_name.values()}, key=order.index)


def _of(stage: str) -> list[EventType]:
    return [known for known in by_name.values() if known.stage == stage]


def _type(known: EventType) -> str:
    rows = "".join(f"| {name} | {text} |\n" for name, text in _said(known, ENTRIES[known.name]) if text)
    title = known.name.partition(".")[2]
    return f"### {title}\n\n`{known.wire}`\n\n| | |\n|---|---|\n{rows}\n{_clear(known)}{_disclosed(known)}"


def _said(known: EventType, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rows of a type; one without text is left out."""
    effect, basis = (known.model.__doc__ or "").partition("\n\n")[0], (known.model.__doc__ or "").rpartition("Basis: ")
    yield "effect", cell(effect)
    yield "kind", f"{known.kind}, protective" if known.protective else known.kind
    yield "published", _published(known)
    yield "published by", ", ".join(entry["mandate"])
    yield "relation", known.relation or ""
    yield "stream", "that of the entry that it is about" if known.stream == "any" else known.stream
    yield "about", ", ".join(f"`{name}`" for name in known.subject)
    yield "puts on record", ", ".join(f"`{name}`" for name in known.mints)
    yield "requires", ", ".join(known.requires)
    yield "breaches", ", ".join(f"`{code}`" for code in known.breaches)
    yield "due", "; ".join(f"{due.deadline} ({_after(due.deadline)}), reported by `{due.clock}`" for due in known.due)
    yield "approval", known.approval or ""
    yield "other half", entry.get("counterpart", "")
    yield "option", f"only where the profile switches on `{known.option}`" if known.option else ""
    yield "earlier versions", "; ".join(f"`{old['wire']}` ({cell(old['why'])})" for old in entry.get("earlier", []))
    yield "source of the rule", cell(basis[2].rstrip("."))


def _published(known: EventType) -> str:
    """When it is published; of the clock's and the ledger's own, because of what."""
    if known.kind == "effect":
        stated = ("any event" if name == "*" else f"`{name}`" for name in known.stated_in)
        return f"never; stated by the ledger in the entry of {', '.join(stated)}"
    starts = [
        f"{due.deadline} of `{other.name}`"
        for other in by_name.values()
        for due in other.due
        if due.clock == known.name
    ]
    because = f": {', '.join(sorted(set(starts)))}" if known.kind == "clock" and starts else ""
    return WHEN[known.kind].partition(":")[0] + because


def _after(name: str) -> str:
    """How long a duty has: ISO 8601 durations, or what the profile says instead of one."""
    after = DEADLINES[name]["after"]
    return ", ".join(f"{grade} {time}" for grade, time in after.items()) if isinstance(after, dict) else str(after)


def _clear(known: EventType) -> str:
    """The fields that stand in clear: ids, then those of the catalogue."""
    spelled = {field.name for field in known.clear}
    ids = dict.fromkeys(name for name in (*known.subject, *known.mints) if name not in spelled and name != "case_id")
    rows = [
        f"| `{name}{'[]' if name in known.listed else ''}` | {_kind('number' if name == 'exhibit_number' else 'id')} "
        f"| {cell(CATALOGUE['ids'].get(name, ''))} |\n"
        for name in ids
    ]
    rows += [f"| `{_written(field)}` | {_kind(field.kind)} | {_holds(field)} |\n" for field in known.clear]
    return f"| field | kind | holds |\n|---|---|---|\n{''.join(rows)}\n" if rows else ""


def _disclosed(known: EventType) -> str:
    rows = "".join(f"| `{name}` | {part} | {CATALOGUE['compartments'][part]} |\n" for name, part in known.disclosed)
    return f"| disclosed | compartment | the compartment holds |\n|---|---|---|\n{rows}\n" if rows else ""


def _written(field: ClearField) -> str:
    return f"{field.name}{'[]' if field.is_list else ''}{'?' if field.optional else ''}"


def _holds(field: ClearField) -> str:
    """The unit of a whole number, what a kind holds, or how many codes a list has."""
    if field.kind == "int":
        return cell(UNITS[field.name])
    if field.kind == "id":
        return cell(CATALOGUE["ids"].get(field.name, "UUID of a thing on record"))
    if field.kind in _kinds():
        return cell(_kinds()[field.kind])
    listed = sorted(DEADLINES if field.kind == "deadline" else codes(field.kind) or ())
    return f"one of {len(listed)} codes" if len(listed) > 4 else ", ".join(f"`{code}`" for code in listed)


def _kind(kind: str) -> str:
    return f"[{kind}](#kinds-of-values)" if kind in _kinds() else f"[{kind}](#{_anchor(kind)})"


def _kinds() -> dict[str, str]:
    """The value kinds that are no code list."""
    lists = {"breach_code", "deadline"}
    return {name: text for name, text in CATALOGUE["values"].items() if name not in lists}


def _used() -> set[str]:
    return {field.kind for version in by_wire.values() for field in version.clear} | {"id"}


def _categories() -> str:
    """The categories in use, with the agencies that the profile proposes."""
    used = {category for known in by_name.values() for category in ENTRIES[known.name]["mandate"]}
    rows = (
        f"| {name} | {cell(text)} | {', '.join(f'`{a.id}`' for a in AGENCIES.values() if name in a.categories)} |\n"
        for name, text in CATALOGUE["categories"].items()
        if name in used
    )
    return "| category | does | in the profile |\n|---|---|---|\n" + "".join(rows)


def _parts(names: Iterable[str]) -> set[str]:
    """The states and checks that requirements are made of (`not hold in place`, `a or b`)."""
    return {part.removeprefix("not ") for name in names for part in name.split(" or ")}


def _rules() -> str:
    """The names in `requires`: what each state is entered and left by, and what each check asks."""
    used = _parts(name for known in by_name.values() for name in known.requires)
    rows = [f"| {name} | {cell(CATALOGUE['checks'][name])} |\n" for name in CATALOGUE["checks"] if name in used]
    rows += [f"| {name} | {_ways(state)} |\n" for name, state in CATALOGUE["states"].items() if name in used]
    return "| name | holds |\n|---|---|\n" + "".join(rows)


def _ways(state: Mapping[str, list[str]]) -> str:
    """What enters a state and what leaves it."""
    by = {way: ", ".join(f"`{name}`" for name in state[f"{way}_by"]) or "nothing" for way in ("entered", "left")}
    return f"entered by {by['entered']}; left by {by['left']}"


def _breaches() -> str:
    """The codes that types name, and those that can stand beside any fact."""
    meaning = BREACHES["rule_breach_codes"]["meaning"] | BREACHES["custody_break_codes"]["added"]
    used = {code for known in by_name.values() for code in known.breaches} | {*CATALOGUE["kinds"]["fact"]["breaches"]}
    rows = (f"| `{code}` | {cell(meaning.get(code) or code.lower().replace('_', ' '))} |\n" for code in sorted(used))
    return "| code | stands beside an event because |\n|---|---|\n" + "".join(rows)


def _values() -> str:
    rows = "".join(f"| {name} | {cell(text)} |\n" for name, text in _kinds().items() if name in _used())
    return f"| kind | what it holds |\n|---|---|\n{rows}"


def _lists() -> str:
    """The code lists in use, with every code."""
    wanted = sorted(kind for kind in _used() if kind not in _kinds())
    listed = {name: sorted(DEADLINES if name == "deadline" else codes(name) or ()) for name in wanted}
    texts = {name: ", ".join(f"`{code}`" for code in found) for name, found in listed.items()}
    return "## Code lists\n\n" + "\n".join(f"### {name}\n\n{found}\n" for name, found in texts.items())


if __name__ == "__main__":
    raise SystemExit(settle("events_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
