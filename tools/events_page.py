"""Writes `docs/reference/events.md`, the known event types by stage, from the catalogue and the country's profile.

python tools/events_page.py [--check]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from generated import ROOT, cell, settle

from domain.catalogue import MAX_LIST, ClearField, EventType, by_name, read
from domain.codes import codes

PAGE = "docs/reference/events.md"
CATALOGUE = read()
DEADLINES = json.loads((ROOT / "domain/data/mongolia_profile.json").read_text(encoding="utf-8"))["deadlines"]
STAGES = (
    "identification",
    "consent",
    "referral",
    "protection",
    "investigation",
    "custody",
    "prosecution",
    "redress",
    "case",
    "party",
    "taskforce",
    "prevention",
    "privacy",
    "ledger",
)
"""The order of a case; a known type of a stage that is missing here stops this script."""

HEAD = f"""<!-- Written by tools/events_page.py from domain/data/event_catalogue.json and mongolia_profile.json. -->
# Event types

The types that this ledger takes. Every event is a CloudEvents 1.0.2 object with the attributes `specversion` (`1.0`),
`id` (UUID), `source` (the agency), `subject` (the stream: a case's UUID), `type` (below), `time` (when the act took
place; UTC, `Z`, six decimals), `unit` and `actor` (short tokens; `actor` is a pseudonym that the agency holds for an
officer), and `data`; optional are `datacontenttype`, `dataschema` and `_sd_alg`. What stands in `data` is below, and as
JSON Schema in [docs/schemas](../schemas). A field written `name?` may be left out, and is then absent, never null;
`name[]` is a list of at most {MAX_LIST} items. `case_id` may be repeated in `data` and is then the `subject`. `_sd` may
hold digests of disclosures (RFC 9901): the personal data listed as *disclosed*, which never stands in clear. This
ledger does not take the disclosures themselves yet (`disclosure.not_accepted_yet`).

| kind | how it is judged |
|---|---|
"""

AGENCIES = """
*Who may publish* names categories of agencies; the registry says which agency is of which category. An *authority*
whose officer is recused from the case is refused `actor.recused`, unless the type is *protective*: a protective act is
never refused for a status, and needs an open case and nothing else. *Due* is a duty that the event starts, with the
time that the profile gives it (ISO 8601) and the type by which the clock reports it. *Effect* says what a type means in
the whole catalogue: the desks are not built yet.
"""


def page() -> str:
    """The page."""
    entries = {entry["type"]: entry for entry in CATALOGUE["types"]}
    kinds = "".join(f"| {kind} | {cell(said['meaning'])} |\n" for kind, said in CATALOGUE["kinds"].items())
    contents = "".join(f"- [{stage}](#{stage}): {len(_of(stage))} types\n" for stage in _stages())
    types = "".join(
        f"## {stage}\n\n{''.join(_type(known, entries[known.name]) for known in _of(stage))}" for stage in _stages()
    )
    return f"{HEAD}{kinds}{AGENCIES}\n{contents}\n{types}{_values()}{_lists()}"


def _stages() -> list[str]:
    return sorted({known.stage for known in by_name.values()}, key=STAGES.index)


def _of(stage: str) -> list[EventType]:
    return [known for known in by_name.values() if known.stage == stage]


def _type(known: EventType, entry: dict[str, Any]) -> str:
    rows = "".join(f"| {name} | {text} |\n" for name, text in _rules(known, entry) if text)
    return f"### {known.name.partition('.')[2]}\n\n`{known.wire}`\n\n| | |\n|---|---|\n{rows}\n{_fields(known)}"


def _rules(known: EventType, entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    effect, _, basis = (known.model.__doc__ or "").partition("\n\nBasis: ")
    yield "effect", cell(effect)
    kind = f"{known.kind}, protective" if known.protective else known.kind
    yield "kind", kind
    yield "stated in", ", ".join("any event" if name == "*" else f"`{name}`" for name in known.stated_in)
    yield "who may publish", ", ".join(entry["mandate"])
    yield "relation", known.relation or ""
    yield "about", ", ".join(f"`{name}`" for name in known.subject)
    yield "puts on record", ", ".join(f"`{name}`" for name in known.mints)
    yield "requires", ", ".join(known.requires)
    yield "breaches", ", ".join(f"`{code}`" for code in known.breaches)
    yield "due", ", ".join(f"{due.deadline} ({_after(due.deadline)}), reported by `{due.clock}`" for due in known.due)
    yield "disclosed", ", ".join(f"`{name}` ({compartment})" for name, compartment in known.disclosed)
    yield "source of the rule", cell(basis.rstrip("."))


def _after(name: str) -> str:
    """How long a duty has: ISO 8601 durations, or what the profile says instead of one."""
    after = DEADLINES[name]["after"]
    return ", ".join(f"{grade} {time}" for grade, time in after.items()) if isinstance(after, dict) else str(after)


def _fields(known: EventType) -> str:
    spelled = {field.name for field in known.clear}
    ids = dict.fromkeys(name for name in (*known.subject, *known.mints) if name not in spelled and name != "case_id")
    rows = [f"| `{name}` | {_kind('number' if name == 'exhibit_number' else 'id')} |\n" for name in ids]
    rows += [f"| `{_written(field)}` | {_kind(field.kind)} |\n" for field in known.clear]
    return f"| field | kind |\n|---|---|\n{''.join(rows)}\n" if rows else ""


def _written(field: ClearField) -> str:
    return f"{field.name}{'[]' if field.is_list else ''}{'?' if field.optional else ''}"


def _kind(kind: str) -> str:
    if kind in _kinds():
        return f"[{kind}](#kinds-of-values)"
    return f"[{kind}](#{kind.lower().replace('.', '')})"


def _kinds() -> dict[str, str]:
    """The value kinds that are no code list."""
    lists = {"breach_code", "deadline"}
    return {name: text for name, text in CATALOGUE["values"].items() if name not in lists}


def _used() -> set[str]:
    return {field.kind for known in by_name.values() for field in known.clear} | {"id"}


def _values() -> str:
    rows = "".join(f"| {name} | {cell(text)} |\n" for name, text in _kinds().items() if name in _used())
    return f"## Kinds of values\n\n| kind | what it holds |\n|---|---|\n{rows}\n"


def _lists() -> str:
    """The code lists in use, with every code."""
    wanted = sorted(kind for kind in _used() if kind not in _kinds())
    listed = {name: ", ".join(f"`{code}`" for code in sorted(codes(name) or ())) for name in wanted}
    return "## Code lists\n\n" + "\n".join(f"### {name}\n\n{found}\n" for name, found in listed.items())


if __name__ == "__main__":
    raise SystemExit(settle("events_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
