"""`caseload`: the cases that an agency takes part in, one row per case, with what it may know of each.

Victims and open referrals are counted from what the agency itself published or was sent; of others' events a row says
what the agency is told. Streams that are no case, and imported reference records, never stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, NamedTuple

import orjson

from domain.catalogue import by_name
from domain.stages.case import reopens
from domain.stages.ledger.approvals import AWAITED
from projections.desks.referrals import OPEN, next_state
from projections.engine import Key, Row
from projections.told import HELD, Json, Told


class CaseloadRow(NamedTuple):
    """A case on an agency's desk. Times are UTC, six decimals."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    status: Annotated[str, "`open` or `closed`"]
    care_lead: Annotated[str, "agency that leads care"]
    proceedings_lead: Annotated[str, "agency that leads proceedings"]
    opened_at: Annotated[str, "the registrar's clock at the first event that the agency is told of"]
    last_at: Annotated[str, "the same at the last one"]
    last_type: Annotated[str, "type of the last one"]
    last_pos: Annotated[int, "position of the last one"]
    events: Annotated[int, "how many entries of the case the agency is told of, without what was misfiled"]
    victims: Annotated[int, "how many persons the agency itself has published about"]
    open_referrals: Annotated[
        int, "how many referrals that it sent or was sent are requested, unavailable, accepted or revocation pending"
    ]
    victim_ids: Annotated[Json, "those persons' ids, array"]
    open_ids: Annotated[Json, "those referrals' ids with their states, object"]


name = "caseload"
row = CaseloadRow
keys = 2
types = frozenset(known.name for known in by_name.values() if known.stream in ("case", "any")) | {AWAITED}

ANYWHERE = frozenset(known.name for known in by_name.values() if known.stream == "any")
"""Types about another entry: never the first entry of a case, so without a row they are no case's."""


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The case's row after what the agency is told."""
    if told.type not in types:
        # Heard of for what is stated beside it, in a stream that is no case.
        return
    found = rows.get((told.agency, told.stream))
    if found is None:
        if told.type in ANYWHERE:
            return
        found = (told.agency, told.stream, "open", "", "", told.at, "", "", -1, 0, 0, 0, "[]", "{}")
    # By unpacking: this desk folds every event for every agency in the case.
    _, _, status, care, proceedings, opened, _, _, last, events, persons, sent, victims, referrals = found
    for effect in told.effects:
        if effect.type == "case.LeadsAssigned":
            care, proceedings = effect.data["care"], effect.data["proceedings"]
    if HELD not in told.marks:
        status = _status(status, told.type)
        if told.is_own:
            victims = _with_victim(victims, told)
            persons = victims.count("-") // 4
        if "referral_id" in told.data:
            referrals = _with_referral(referrals, told)
            sent = referrals.count("-") // 4
    # What takes effect by an approval is told at the approval's own position: one entry.
    events += told.pos != last
    yield (
        told.agency, told.stream, status, care, proceedings, opened, told.at, told.type, told.pos, events, persons,
        sent, victims, referrals,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _status(before: str, event_type: str) -> str:
    """A case is closed when its approved closing takes effect, and open again as the ledger has it."""
    if event_type == "case.Closed":
        return "closed"
    known = by_name.get(event_type)
    return "open" if known is not None and reopens(known) else before


def _with_victim(victims: str, told: Told) -> str:
    victim = told.data.get("victim_id")
    if victim is None or victim in victims:
        return victims
    return orjson.dumps(sorted([*orjson.loads(victims), victim])).decode()


def _with_referral(referrals: str, told: Told) -> str:
    """The open referrals that the agency sent or was sent, after the event."""
    referral = told.data["referral_id"]
    if told.type == "referral.ReferralRequested":
        mine = told.is_own or told.data.get("to_agency") == told.agency
        return _put(referrals, referral, "requested") if mine else referrals
    before = orjson.loads(referrals).get(referral)
    return referrals if before is None else _put(referrals, referral, next_state(before, told.type))


def _put(referrals: str, referral: str, state: str) -> str:
    found = orjson.loads(referrals)
    found.pop(referral, None)
    if state in OPEN:
        found[referral] = state
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()
