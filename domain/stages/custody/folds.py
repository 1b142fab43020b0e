"""How each event of custody but a hand-over changes what is on record, and how breaks come to stand there.

A fold never judges: whether a number was reused, or a find was a claim, is read from what the ledger stated in the same
entry. Acts of somebody who is not custodian are folded too, since they have happened. Called by `domain.stream`, and
`recording_kept` by the fold of a forensic interview.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.custody import folds_handover as handover
from domain.stages.custody.breaks import FOUND, began, broke, ended, exhibit, moved, numbers, one
from domain.stages.custody.state import Break, CustodyState, Disposition, Exhibit, Explanation, Hold, LabReport, Origin
from domain.stages.rules import Changes, Folds

if TYPE_CHECKING:
    from domain.case import Case

Fold = Callable[[Any, Recorded], Changes]


def with_breaks(fold: Fold) -> Fold:
    """The fold, and the breaks that the ledger stated in the same entry."""

    def both(case: Case, recorded: Recorded) -> Changes:
        changes = fold(case, recorded)
        found = {
            effect.data["break_id"]: _break(case, recorded.event, effect.data)
            for effect in recorded.effects
            if effect.type == FOUND
        }
        return changes | {"breaks": {**case.breaks, **found}} if found else changes

    return both


def _break(case: CustodyState, event: Event, data: dict[str, Any], *, declared: bool = False) -> Break:
    number = data["exhibit_number"]
    custodian = exhibit(case, number).custodian
    return Break(number, data["break_code"], event.publisher, custodian, event.id, began(event), declared)


def _acted(case: Case, recorded: Recorded, **changes: Any) -> Changes:
    """The exhibit after an act on it."""
    return moved(case, recorded.event.data["exhibit_number"], ended(recorded.event), **changes)


def _worked(before: Exhibit, event: Event) -> Exhibit:
    return changed(before, worked_until=max(before.worked_until, ended(event)))


def _examined(case: Case, recorded: Recorded) -> Changes:
    number = recorded.event.data["exhibit_number"]
    return {"exhibits": {**case.exhibits, number: _worked(exhibit(case, number), recorded.event)}}


def _new(case: Case, recorded: Recorded, origin: Origin, kind: str | None, **changes: Any) -> Changes:
    """A new exhibit held by its publisher; under a number that is taken nothing changes, and the break says why.

    Where later acts named the number before, who has acknowledged it since stays custodian.
    """
    event, number = recorded.event, recorded.event.data["exhibit_number"]
    if broke(recorded, number, "EXHIBIT_NUMBER_REUSED") or exhibit(case, number).origin is not None:
        return {}
    before = exhibit(case, number)
    if before.state == "unrecorded":
        holder = event.data.get("holder") or event.data.get("interviewer")
        changes |= {"state": "held", "custodian": event.publisher, "holder": holder}
    tag = before.tag or one(event.data, "media_tag")
    return moved(case, number, ended(event), origin=origin, kind=kind, tag=tag, **changes)


def _collected(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    return _new(case, recorded, "collected", data["exhibit_kind"], owner_victim=data.get("owner_victim"))


def _derived(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    number, parent_number = data["exhibit_number"], data["parent_exhibit"]
    parent = case.exhibits.get(parent_number)
    root = data["root_exhibit"] if parent is None else parent.root or parent_number
    kind = parent.kind if parent is not None else None
    changes = _new(case, recorded, "derived", kind, parent=one(data, "parent_exhibit"), root=root)
    if parent is None or parent_number == number or not changes:
        return changes
    return {"exhibits": {**changes["exhibits"], parent_number: _worked(parent, recorded.event)}}


def recording_kept(case: Case, recorded: Recorded) -> Changes:
    """The recording of a forensic interview (`protection.ForensicInterviewConducted`): an exhibit that its publisher
    holds, by the interviewer. Returns the fields of custody that change; nothing where nothing was recorded."""
    if not recorded.event.data["recorded"]:
        return {}
    return with_breaks(lambda case, recorded: _new(case, recorded, "recorded_interview", "recording"))(case, recorded)


def _referenced(case: Case, recorded: Recorded) -> Changes:
    number, home = recorded.event.data["exhibit_number"], recorded.event.data["home_case"]
    before = exhibit(case, number)
    if before.origin is not None:
        return {}
    state = "referenced" if before.state == "unrecorded" else before.state
    return moved(case, number, before.last_at, origin="referenced", home_case=home, state=state)


def _sealed(case: Case, recorded: Recorded) -> Changes:
    seal = one(recorded.event.data, "seal_number")
    return _acted(case, recorded, seal=seal, last_seal=seal)


def _unsealed(case: Case, recorded: Recorded) -> Changes:
    return _acted(case, recorded, seal=None)


def _stored(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    own = exhibit(case, event.data["exhibit_number"]).custodian == event.publisher
    return _acted(case, recorded, holder=event.data["store_ref"]) if own else _acted(case, recorded)


def _changed(case: Case, recorded: Recorded) -> Changes:
    tag = one(recorded.event.data, "tag_after")
    return _acted(case, recorded, tag=tag) if tag is not None else _acted(case, recorded)


def _lost(case: Case, recorded: Recorded) -> Changes:
    before = exhibit(case, recorded.event.data["exhibit_number"])
    seen = recorded.event.data.get("last_seen", before.latest)
    return _acted(case, recorded, state="lost", last_seen=seen)


def _disposed(case: Case, recorded: Recorded) -> Changes:
    return _acted(case, recorded, state="disposed", last_seen=ended(recorded.event))


def _produced(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    hearings = exhibit(case, data["exhibit_number"]).hearings
    return _acted(case, recorded, hearings={**hearings, data["hearing_id"]: "produced"})


def _admission(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    before, decided = exhibit(case, data["exhibit_number"]), "admitted" if data["admitted"] else "not_admitted"
    hearings = {**before.hearings, data["hearing_id"]: decided}
    return moved(case, data["exhibit_number"], before.last_at, hearings=hearings)


def _declared(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    if data["break_id"] in case.breaks:
        return {}
    found = _break(case, recorded.event, dict(data), declared=True)
    return {"breaks": {**case.breaks, data["break_id"]: found}}


def _explained(case: Case, recorded: Recorded) -> Changes:
    event, key = recorded.event, recorded.event.data["break_id"]
    found = case.breaks.get(key)
    if found is None:
        return {}
    said = Explanation(event.publisher, event.data["explanation_kind"], event.time)
    return {"breaks": {**case.breaks, key: changed(found, explanations=(*found.explanations, said))}}


def _hold_placed(case: Case, recorded: Recorded) -> Changes:
    event = recorded.event
    hold = Hold(frozenset(numbers(event)), event.publisher, event.data["reason"])
    return {"holds": {**case.holds, event.data["hold_id"]: hold}}


def _hold_lifted(case: Case, recorded: Recorded) -> Changes:
    hold_id = recorded.event.data["hold_id"]
    hold = case.holds.get(hold_id)
    return {} if hold is None else {"holds": {**case.holds, hold_id: changed(hold, is_open=False)}}


def _disposition_ordered(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    key, named = data["disposition_order_id"], numbers(event)
    order = Disposition(frozenset(named), data["disposition"], data["recipient_kind"], data["after_imaging"])
    exhibits: dict[str, Exhibit] = dict(case.exhibits)
    for number in named:
        before = exhibit(case, number)
        exhibits[number] = changed(before, dispositions=(*before.dispositions, key))
    return {"dispositions": {**case.dispositions, key: order}, "exhibits": exhibits}


def _reported(case: Case, recorded: Recorded) -> Changes:
    event, data = recorded.event, recorded.event.data
    reports = dict(case.lab_reports)
    order_id, named = data.get("order_id"), frozenset(numbers(event))
    reports[data["report_id"]] = LabReport(event.publisher, named, data["kind"], order_id, event.time)
    earlier = reports.get(data.get("supersedes", ""))
    if earlier is not None and data["supersedes"] != data["report_id"]:
        reports[data["supersedes"]] = changed(earlier, superseded_by=data["report_id"])
    return {"lab_reports": reports}


_FOLDS: Folds = {
    "custody.ExhibitCollected": _collected,
    "custody.ExhibitSealed": _sealed,
    "custody.ExhibitUnsealed": _unsealed,
    "custody.ExhibitStored": _stored,
    "custody.CustodyReleased": handover.released,
    "custody.CustodyReceived": handover.received,
    "custody.CustodyRefused": handover.refused,
    "custody.TransferWithdrawn": handover.withdrawn,
    "custody.TransferOverdueMarked": handover.overdue,
    "custody.ExhibitAccessed": _acted,
    "custody.ExhibitExamined": _examined,
    "custody.DerivedExhibitCreated": _derived,
    "custody.IntegrityVerified": _acted,
    "custody.UnavoidableChangeRecorded": _changed,
    "custody.CustodyBreakDeclared": _declared,
    "custody.BreakExplained": _explained,
    "custody.LabReportIssued": _reported,
    "custody.ExhibitReferenced": _referenced,
    "custody.HoldPlaced": _hold_placed,
    "custody.HoldLifted": _hold_lifted,
    "custody.ExhibitLost": _lost,
    "custody.ExhibitFound": handover.found_again,
    "custody.ExhibitProducedInCourt": _produced,
    "custody.ExhibitAdmissionDecided": _admission,
    "custody.DispositionOrdered": _disposition_ordered,
    "custody.ExhibitDisposed": _disposed,
}

FOLDS: Folds = {
    **{name: with_breaks(fold) for name, fold in _FOLDS.items()},
    "protection.ForensicInterviewConducted": recording_kept,
}
