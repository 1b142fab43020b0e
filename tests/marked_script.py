"""The scripted case with values that are found again: each stands nowhere else, as far as its type permits.

Officers and units bear their agency's name, instants a fraction of a second of their own, whole numbers seven digits,
and what agencies name freely (versions, checkpoints) the number of its event. Codes, days and months stay: they are no
text that could be searched. The rules judge the marked script as they judge the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from domain.catalogue import by_wire
from domain.submission import payload_of
from infra.demo.publisher import Publisher
from infra.demo.scenario import Submission

UNREAD = ("jws.", "intake.")
"""Refusals of what was not read as an event of its publisher's."""
BOUND = frozenset({"percent", "participants", "counts"})
"""Whole numbers that have bounds, or must add up."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def marked(script: Iterable[Submission], people: Mapping[str, Publisher]) -> Iterator[Submission]:
    """Every submission with its marks, signed by its publisher again; what is refused for its form stays as it is."""
    for step in script:
        compact, *rest = step.record.decode().split("~")
        event = payload_of(compact)
        if event["source"] == step.publisher and event["type"] in by_wire and not step.expect.startswith(UNREAD):
            signed = people[step.publisher].sign(_event(event))
            yield step._replace(record="~".join([signed.decode(), *rest]).encode())
        else:
            yield step


def officer(name: str, agency: str) -> str:
    """An officer's pseudonym or a unit's name as the marked script has it."""
    return f"{name}.of.{agency.removeprefix('mn.')}"


def _event(event: dict[str, Any]) -> dict[str, Any]:
    agency, known = event["source"], by_wire[event["type"]]
    kinds = {each.name: each.kind for each in known.clear}
    data = {name: _marked(name, value, kinds.get(name, "id"), event) for name, value in event["data"].items()}
    names = {name: officer(event[name], agency) for name in ("actor", "unit")}
    return event | names | {"time": _marked("", event["time"], "time", event), "data": data}


def _marked(name: str, value: Any, kind: str, event: Mapping[str, Any], nth: int = 0) -> Any:
    if isinstance(value, list):
        return [_marked(name, each, kind, event, i) for i, each in enumerate(value)]
    number = int.from_bytes(sha256(f"{event['id']} {name} {nth}".encode()).digest()[:6])
    match kind:
        case "actor":
            return officer(value, _agency_of(name, event))
        case "time":
            return f"{value[:19]}.{number % 1_000_000:06}Z"
        case "int" if name.endswith("_mnt"):
            return value * 1009  # sums are as they were
        case "int" if name not in BOUND:
            return 1_000_000 + number % 9_000_000
        case "version":
            return f"{value}.{number % 1_000_000:06}"
        case _:
            return value


def _agency_of(name: str, event: Mapping[str, Any]) -> str:
    """Whose officer the field names."""
    said = event["data"].get("to_agency" if name == "to_holder" else "officer_agency", event["source"])
    return str(said)
