"""What became of submissions, what is refused and not put right, and the imported records counted: from the entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from naive.record import CLOCK, DEFAULTS, TYPES, Said, deadline, later, values

TRIES = 10
NOT_COUNTED = ("case_id", "victim_id", "dataset", "row", "_sd")
UNRESOLVED = "ledger.RefusalUnresolvedMarked"


def submissions(ledger: Sequence[Said]) -> Iterator[dict[str, Any]]:
    """The outcome of each submission of a known sender."""
    for said in ledger:
        if said.src < 0 or not said.publisher:
            continue
        of_refusal = said.code not in ("", "duplicate")
        told = said.code != "duplicate"
        yield {
            "agency": said.publisher, "partition": said.partition, "pos": said.pos, "src": said.src,
            "event_id": said.id, "case_id": said.stream if told else "", "type": said.type if told else "",
            "outcome": {"": "admitted", "duplicate": "duplicate"}.get(said.code, "refused"),
            "code": said.code if of_refusal else "", "actor": said.actor, "at": said.at,
        }  # fmt: skip


def reference(ledger: Sequence[Said]) -> Iterator[dict[str, Any]]:
    """How many imported records hold each code."""
    cells: Counter[tuple[int, str, str, str]] = Counter()
    for said in ledger:
        if said.type == "case.RecordImported" and not said.code:
            place = (said.partition, said.data["dataset"])
            cells[(*place, "records", "all")] += 1
            for field, value in said.data.items():
                for code in values(value) if field not in NOT_COUNTED else []:
                    cells[(*place, field, code)] += 1
    for (partition, dataset, field, code), records in cells.items():
        yield {
            "cell": f"{partition}/{dataset}", "partition": partition, "dataset": dataset, "field": field, "code": code,
            "records": records,
        }  # fmt: skip


def refusals(ledger: Sequence[Said]) -> Iterator[dict[str, Any]]:
    """The last run of refusals of a type to a sender in a stream: those that no admitted event of it parts."""
    about = {(one.stream, one.type, one.publisher) for one in ledger if _is_refusal(one)}
    for stream, kind, by in about:
        mine = [one for one in ledger if (one.stream, one.type, one.publisher) == (stream, kind, by)]
        mine = [one for one in mine if not one.code or _is_refusal(one)]
        resolved = not mine[-1].code
        while not mine[-1].code:
            mine = mine[:-1]
        run = mine[max([i for i, one in enumerate(mine) if not one.code], default=-1) + 1 :]
        yield from _rows(run, ledger, resolved=resolved)


def _is_refusal(one: Said) -> bool:
    known = one.code not in ("", "duplicate", "intake.wrong_partition") and one.publisher != CLOCK
    return bool(known and one.stream and one.type and one.publisher)


def _rows(run: Sequence[Said], ledger: Sequence[Said], *, resolved: bool) -> Iterator[dict[str, Any]]:
    first, last = run[0], run[-1]
    row = {
        "agency": first.publisher, "role": "sender", "case_id": first.stream, "type": first.type,
        "by_agency": first.publisher, "code": last.code, "event_id": last.id, "refused_at": first.at,
        "shown_at": first.at, "times": len(run), "state": "resolved" if resolved else "open", "next_at": "",
        "refusals": 0, "mark_id": "", "says": "",
    }  # fmt: skip
    yield row
    if not TYPES[first.type].get("protective"):
        return
    shown = later(first.at, deadline("refusal_unresolved"))
    name = "/".join((first.stream, first.type, "refusal_unresolved", shown, first.publisher))
    mark = str(uuid5(uuid5(NAMESPACE_URL, "https://tamga.mn/clock"), name))
    says = {"refused_type": first.type, "refusal": first.code, "by": first.publisher, "refused_at": first.at}
    marked = any(one.type == UNRESOLVED and one.id == mark and not one.code for one in ledger)
    state = "resolved" if resolved else "marked" if marked else "open"
    tries, next_at = _tries([one for one in ledger if one.id == mark and one.code not in ("", "duplicate")], shown)
    yield {
        **row, "agency": DEFAULTS["duty_desk"], "role": "desk", "event_id": "", "shown_at": shown, "state": state,
        "next_at": next_at if state == "open" else "", "refusals": tries, "mark_id": mark, "says": says,
    }  # fmt: skip


def _tries(refused: Sequence[Said], shown: str) -> tuple[int, str]:
    """How often the clock was refused, and when it tries again: ever later, and never what is moot."""
    if not refused:
        return 0, shown
    last, times = refused[-1], len(refused)
    final = times >= TRIES or (last.code == "clock.moot" and last.at >= shown)
    return times, "" if final else later(max(last.at, shown), timedelta(minutes=min(2**times, 60)))
