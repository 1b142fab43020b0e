"""`custody`: each exhibit that an agency is told of: who holds it, what is under way, and its breaks, never cleared.

Custody moves as the ledger says: with an acknowledgement beside which no break says that no release named the receiver,
and with a find of what was lost. An explanation stands beside its break, which stays. An exhibit that is only named by
later acts is `unrecorded`. Which exhibits are whose in court says the desk `exhibits_by_defendant`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

from projections.desk import Listed
from projections.desks.custody.acts import ACTS, INTERVIEW
from projections.desks.custody.exhibit import FOUND, UNDER_WAY, Exhibit, found_breaks
from projections.desks.kept import read, written
from projections.engine import Key, Row
from projections.told import Json, Told


class CustodyRow(NamedTuple):
    """An exhibit of a case. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    exhibit_number: Annotated[str, "the exhibit, by its number in its home case"]
    state: Annotated[str, "`unrecorded`, `referenced` (kept in another case), `held`, `in_transit`, `lost`, `disposed`"]
    custodian: Annotated[str, "the agency that acknowledged it last"]
    holder: Annotated[str, "the person or store, by pseudonym, that has it there"]
    kind: Annotated[str, "kind of exhibit; of a derived one that of its parent"]
    origin: Annotated[str, "`collected`, `derived`, `recorded_interview`, `referenced`"]
    parent: Annotated[str, "the exhibit that it was derived from"]
    root: Annotated[str, "the exhibit at the beginning of that line"]
    home_case: Annotated[str, "the case that keeps it, where it is only referenced here"]
    seal: Annotated[str, "serial of the seal that is on it, empty while unsealed"]
    tag: Annotated[str, "reference to which hashes are compared"]
    integrity: Annotated[str, "`match` or `mismatch` at the last verification"]
    under_way: Annotated[int, "how many hand-overs of it nobody has acknowledged yet, outward or back"]
    since: Annotated[str, "since when the oldest of these is under way"]
    transfers: Annotated[
        Json,
        "hand-overs by id, object: `from`, `to`, `to_holder`, `purpose`, `leg` (`outward`, `return`, `received`,"
        " `returned`, `withdrawn`, `superseded`), `released_at`, `refused_at`, `received_at`, and `overdue`, the legs"
        " that the clock has marked",
    ]
    claims: Annotated[Json, "receipts and finds that moved no custody, array: `transfer_id`, `agency`, `holder`, `at`"]
    breaks: Annotated[int, "how many breaks its chain has"]
    unexplained: Annotated[int, "how many of them nobody has explained"]
    broken: Annotated[
        Json,
        "the breaks by id, object: `code`, `by`, `custodian` at that time, `time`, `declared` (by a person),"
        " `gap_from`, `gap_to`, `explanations` (array: `agency`, `kind`, `time`)",
    ]
    holds: Annotated[Json, "holds in place, array of ids: disposal under one is a break"]
    hearings: Annotated[Json, "where it was produced, object: hearing id → `produced`, `admitted`, `not_admitted`"]
    disposition: Annotated[str, "how it is to be disposed of by the last order, or how it was"]
    last_type: Annotated[str, "type of the last event about it"]
    last_at: Annotated[str, "the registrar's clock at that event"]
    last_pos: Annotated[int, "position of that event"]


name = "custody"
row = CustodyRow
keys = 3
indexed = ("custodian",)
listed = Listed(filters=("custodian", "state"))

types = frozenset(ACTS)


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The exhibits that the event is about, each after it."""
    if told.type == INTERVIEW and not told.data.get("recorded"):
        # Whoever is not told that an interview was recorded is not told of a recording.
        return
    numbers, act = _numbers(rows, told), ACTS[told.type]
    # An act on one exhibit can break the chain of another: a copy taken by somebody who is not custodian.
    broken = [effect.data["exhibit_number"] for effect in told.effects if effect.type == FOUND and effect.data]
    for number in dict.fromkeys((*numbers, *broken)):
        exhibit = _exhibit(rows.get((told.agency, told.stream, number)))
        found_breaks(exhibit, told, number)
        if number in numbers:
            act(exhibit, told, numbers.index(number), lambda of: _exhibit(rows.get((told.agency, told.stream, of))))
        yield _row(exhibit, told, number)


def _numbers(rows: Mapping[Key, Row], told: Told) -> list[str]:
    """The exhibits that the event names, or of the break, the hand-over or the hold that it names."""
    if told.type == "custody.BreakExplained":
        # Whatever exhibit it names, it stands beside the break.
        return _having(rows, told.data.get("break_id"), _BROKEN)
    named = told.data.get("exhibit_number")
    if named is not None:
        return [named] if isinstance(named, str) else list(named)
    if told.type == "custody.HoldLifted":
        return _having(rows, told.data.get("hold_id"), _HOLDS)
    return _having(rows, told.data.get("transfer_id"), _TRANSFERS)


def _having(rows: Mapping[Key, Row], known: Any, column: int) -> list[str]:
    return [] if known is None else [row[_NUMBER] for row in rows.values() if known in read(row[column])]


_COLUMNS = ("exhibit_number", "holds", "transfers", "broken")
_NUMBER, _HOLDS, _TRANSFERS, _BROKEN = (CustodyRow._fields.index(name) for name in _COLUMNS)


def _exhibit(found: Row | None) -> Exhibit:
    if found is None:
        return Exhibit()
    row = CustodyRow._make(found)
    return Exhibit(
        row.state, row.custodian, row.holder, row.kind, row.origin, row.parent, row.root, row.home_case, row.seal,
        row.tag, row.integrity, row.disposition, read(row.transfers), read(row.claims), read(row.broken),
        read(row.holds), read(row.hearings),
    )  # fmt: skip


def _row(of: Exhibit, told: Told, number: str) -> CustodyRow:
    legs = [one["refused_at"] or one["released_at"] for one in of.transfers.values() if one["leg"] in UNDER_WAY]
    unexplained = sum(not one["explanations"] for one in of.broken.values())
    return CustodyRow(
        told.agency, told.stream, number, of.state, of.custodian, of.holder, of.kind, of.origin, of.parent, of.root,
        of.home_case, of.seal, of.tag, of.integrity, len(legs), min(legs, default=""), written(of.transfers),
        written(of.claims), len(of.broken), unexplained, written(of.broken), written(of.holds), written(of.hearings),
        of.disposition, told.type, told.at, told.pos,
    )  # fmt: skip
