"""What each act does to an exhibit: a table of types, each a function of the exhibit as it stands.

Nothing is judged here: what the ledger stated beside the act says whether a number was taken. Acts of somebody who is
not custodian have happened, and are folded too.
"""

from __future__ import annotations

from collections.abc import Mapping

from projections.desks.custody import handover
from projections.desks.custody.exhibit import Act, Exhibit, Other, add_break, broke, one
from projections.told import Told

INTERVIEW = "protection.ForensicInterviewConducted"


def _new(exhibit: Exhibit, told: Told, origin: str) -> bool:
    """A new exhibit; False under a number that is taken, where the break stands and nothing else changes."""
    if exhibit.origin or "EXHIBIT_NUMBER_REUSED" in broke(told, 0):
        return False
    exhibit.origin = origin
    if exhibit.state == "unrecorded":
        exhibit.state, exhibit.custodian = "held", told.publisher
        exhibit.holder = one(told, "holder") or one(told, "interviewer")
    exhibit.tag = exhibit.tag or one(told, "media_tag")
    return True


def _collected(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    if _new(exhibit, told, "collected"):
        exhibit.kind = one(told, "exhibit_kind")


def _derived(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    if _new(exhibit, told, "derived"):
        exhibit.parent = one(told, "parent_exhibit")
        parent = other(exhibit.parent)
        known = parent != Exhibit()
        exhibit.kind, exhibit.root = parent.kind, parent.root or exhibit.parent if known else one(told, "root_exhibit")


def _recorded(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    if _new(exhibit, told, "recorded_interview"):
        exhibit.kind = "recording"


def _referenced(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    if not exhibit.origin:
        exhibit.origin, exhibit.home_case = "referenced", one(told, "home_case")
        exhibit.state = "referenced" if exhibit.state == "unrecorded" else exhibit.state


def _sealed(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.seal = one(told, "seal_number")


def _unsealed(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.seal = ""


def _stored(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    if exhibit.custodian == told.publisher:
        exhibit.holder = one(told, "store_ref")


def _changed(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.tag = one(told, "tag_after") or exhibit.tag


def _verified(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.integrity = "match" if told.data.get("match") else "mismatch"


def _named(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    """It is done to the exhibit, and changes nothing of where it is."""


def _lost(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.state = "lost"


def _disposed(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.state, exhibit.disposition = "disposed", one(told, "disposition")


def _ordered(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.disposition = one(told, "disposition")


def _declared(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    add_break(exhibit, told, told.data, declared=True)


def _explained(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    broken = exhibit.broken.get(one(told, "break_id"))
    if broken is not None:
        said = {"agency": told.publisher, "kind": one(told, "explanation_kind"), "time": told.time}
        broken["explanations"].append(said)


def _hold(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.holds = sorted({*exhibit.holds, one(told, "hold_id")})


def _lifted(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.holds.remove(one(told, "hold_id"))


def _produced(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.hearings[one(told, "hearing_id")] = "produced"


def _decided(exhibit: Exhibit, told: Told, i: int, other: Other) -> None:
    exhibit.hearings[one(told, "hearing_id")] = "admitted" if told.data.get("admitted") else "not_admitted"


ACTS: Mapping[str, Act] = {
    INTERVIEW: _recorded,
    "custody.ExhibitCollected": _collected,
    "custody.ExhibitSealed": _sealed,
    "custody.ExhibitUnsealed": _unsealed,
    "custody.ExhibitStored": _stored,
    "custody.CustodyReleased": handover.released,
    "custody.CustodyReceived": handover.received,
    "custody.CustodyRefused": handover.refused,
    "custody.TransferWithdrawn": handover.withdrawn,
    "custody.TransferOverdueMarked": handover.overdue,
    "custody.ExhibitAccessed": _named,
    "custody.ExhibitExamined": _named,
    "custody.DerivedExhibitCreated": _derived,
    "custody.IntegrityVerified": _verified,
    "custody.UnavoidableChangeRecorded": _changed,
    "custody.CustodyBreakDeclared": _declared,
    "custody.BreakExplained": _explained,
    "custody.LabReportIssued": _named,
    "custody.ExhibitReferenced": _referenced,
    "custody.HoldPlaced": _hold,
    "custody.HoldLifted": _lifted,
    "custody.ExhibitLost": _lost,
    "custody.ExhibitFound": handover.found,
    "custody.ExhibitProducedInCourt": _produced,
    "custody.ExhibitAdmissionDecided": _decided,
    "custody.DispositionOrdered": _ordered,
    "custody.ExhibitDisposed": _disposed,
}
"""Every type that a row of the desk can change by."""
