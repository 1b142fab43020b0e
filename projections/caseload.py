"""`caseload`: the cases that an agency published in, leads, or is an addressee in, one row per agency and case.

Counts of victims and open referrals rest on what the agency itself published or was sent; of others' events a row
holds only that they happened. Reference cases never stand here, nor do streams that are no case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import orjson

from domain.catalogue import by_name
from domain.event import Recorded
from domain.stages.case import reopens
from domain.stream import concerned
from projections.engine import Key, Row
from projections.entry import Entry

OPEN = frozenset(("requested", "unavailable", "accepted", "revocation_pending"))


class CaseloadRow(NamedTuple):
    """A case on an agency's desk. Times are UTC, six decimals; `open_ids` and `victim_ids` are JSON."""

    agency: str
    case_id: str
    status: str
    care_lead: str
    proceedings_lead: str
    opened_at: str
    last_at: str
    last_type: str
    last_pos: int
    events: int
    victims: int
    open_referrals: int
    victim_ids: str
    open_ids: str


_OTHER_STREAMS = frozenset({"body", "party", "programme"})
_ELSEWHERE = frozenset(known.name for known in by_name.values() if known.stream in _OTHER_STREAMS) | {
    "case.RecordImported"
}
ANYWHERE = frozenset(known.name for known in by_name.values() if known.stream == "any")
"""Types about another entry: never the first entry of a case, so a group without rows is no case."""

name = "caseload"
row = CaseloadRow
keys = 2
group = "case_id"


def groups(entry: Entry) -> Iterable[str]:
    """The case of an operational event."""
    recorded = entry.recorded
    return () if recorded is None or recorded.event.type in _ELSEWHERE else (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """Every agency in the case sees that something happened; newcomers get the case as it stands."""
    recorded = entry.recorded
    assert recorded is not None
    if not rows and recorded.event.type in ANYWHERE:
        return
    event, case = recorded.event, entry.stream
    publisher, about_referral = event.publisher, "referral_id" in event.data
    shared = _shared(next(iter(rows.values()), None), entry, recorded)
    for mine in rows.values():
        agency = mine[0]
        if about_referral or agency == publisher:
            yield (agency, case, *shared, *_own(mine[_OWN:], agency, recorded))
        else:
            yield (agency, case, *shared, *mine[_OWN:])
    for agency in concerned(recorded):
        if (agency, case) not in rows:
            yield (agency, case, *shared, *_own(_NOTHING, agency, recorded))


_FIELDS = CaseloadRow._fields
_OWN = _FIELDS.index("victims")
_OPENED = slice(_FIELDS.index("care_lead"), _FIELDS.index("opened_at") + 1)
_STATUS = _FIELDS.index("status")
_EVENTS = _FIELDS.index("events")
_NOTHING: Row = (0, 0, "[]", "{}")


def _shared(before: Row | None, entry: Entry, recorded: Recorded) -> Row:
    """The columns that are the same for every agency in the case: `status` to `events`."""
    care, proceedings, opened = before[_OPENED] if before else ("", "", recorded.at)
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            care, proceedings = effect.data["care"], effect.data["proceedings"]
    events = before[_EVENTS] + 1 if before else 1
    status = _status(before, recorded)
    return (status, care, proceedings, opened, recorded.at, recorded.event.type, entry.pos, events)


def _status(before: Row | None, recorded: Recorded) -> str:
    """A case is closed in the entry in which the approved closing takes effect, and open again as the ledger has it."""
    for effect in recorded.effects:
        if effect.type == "ledger.ApprovalCompleted" and effect.data["approved"] == "case.Closed":
            return "closed"
    if before is None or before[_STATUS] == "open":
        return "open"
    known = by_name.get(recorded.event.type)
    return "open" if known is not None and reopens(known) else "closed"


def _own(before: Row, agency: str, recorded: Recorded) -> Row:
    """The columns that rest on what the agency itself published or was sent: `victims` to `open_ids`."""
    _, _, victims, referrals = before
    if recorded.event.publisher == agency:
        victims = _with_victim(victims, recorded.event.data.get("victim_id"))
    referrals = _with_referral(referrals, agency, recorded)
    return victims.count("-") // 4, referrals.count("-") // 4, victims, referrals


def _with_victim(victims: str, victim: str | None) -> str:
    if victim is None or victim in victims:
        return victims
    return orjson.dumps(sorted([*orjson.loads(victims), victim])).decode()


def _with_referral(referrals: str, agency: str, recorded: Recorded) -> str:
    """The open referrals that the agency sent or was sent, after the event."""
    event = recorded.event
    referral = event.data.get("referral_id")
    if referral is None:
        return referrals
    if event.type == "referral.ReferralRequested":
        if agency not in (event.publisher, event.data["to_agency"]):
            return referrals
        return _put(referrals, referral, "requested")
    before = orjson.loads(referrals).get(referral)
    return referrals if before is None else _put(referrals, referral, next_state(before, event.type))


def _put(referrals: str, referral: str, state: str) -> str:
    found = orjson.loads(referrals)
    found.pop(referral, None)
    if state in OPEN:
        found[referral] = state
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()


def next_state(state: str, event_type: str) -> str:
    """A referral's state after an admitted event about it."""
    match event_type:
        case "referral.ReferralAccepted":
            return "accepted"
        case "referral.ReferralRejected":
            return "rejected"
        case "referral.AddresseeReportedUnavailable":
            return "unavailable"
        case "referral.ReferralCompleted":
            return "completed"
        case "referral.RevocationAcknowledged":
            return "revoked"
        case "referral.ReferralRevoked":
            return "revocation_pending" if state == "accepted" else "revoked"
    return state
