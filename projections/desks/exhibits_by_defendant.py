"""`exhibits_by_defendant`: one list of exhibits for each defendant, as far as an agency is told what belongs to whom.

An exhibit is a defendant's when it was collected under a warrant of the defendant's investigation, stands in its file
or came with another country's answer, was produced at a hearing, disclosed to the defence, or derives from such.
Who holds it, its seal and its breaks are on the desk `custody`. Facts come in any order: the row without a defendant
keeps them, and lists what is of nobody yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from projections.desk import Listed
from projections.desks.kept import read, written
from projections.engine import Key, Row
from projections.told import Json, Told


class ExhibitListRow(NamedTuple):
    """The exhibits of a defendant."""

    agency: Annotated[str, "whose row it is"]
    case_id: Annotated[str, "the case"]
    defendant_id: Annotated[str, "the defendant; `-`: exhibits that are of none yet"]
    total: Annotated[int, "how many exhibits the list has"]
    produced: Annotated[int, "how many of them were produced at a hearing of the defendant's"]
    admitted: Annotated[int, "how many of them were admitted at one"]
    exhibits: Annotated[
        Json,
        "the exhibits by number, array: `exhibit_number`, `parent`, `because` (`warrant`, `file`, `assistance`,"
        " `hearing`, `disclosed`, `derived`) and `hearings` (hearing id → `produced`, `admitted`, `not_admitted`)",
    ]
    known: Annotated[Json, "what the lists follow from, in the row without a defendant: object"]
    last_pos: Annotated[int, "position of the last event that changed the list"]


name = "exhibits_by_defendant"
row = ExhibitListRow
keys = 3
listed = Listed(hidden=("known",))

NOBODY = "-"
"""In place of a defendant: of none."""

Known = dict[str, Any]
"""`warrants`: id → investigation; `defendants`: id → investigations; `hearings`: id → defendants; `exhibits`: number →
what is said of it."""


def _exhibit(known: Known, number: str) -> dict[str, Any]:
    blank = {"parent": "", "warrant": "", "file": [], "assistance": [], "disclosed": [], "hearings": {}}
    exhibit: dict[str, Any] = known["exhibits"].setdefault(number, blank)
    return exhibit


def _joined(before: list[str], *new: str | None) -> list[str]:
    return sorted({*before, *(each for each in new if each)})


def _warrant(known: Known, told: Told) -> None:
    if "authorization_id" in told.data and "investigation_id" in told.data:
        known["warrants"][told.data["authorization_id"]] = told.data["investigation_id"]


def _suspect(known: Known, told: Told) -> None:
    defendant = told.data.get("defendant_id")
    if defendant is not None:
        before = known["defendants"].get(defendant, [])
        known["defendants"][defendant] = _joined(before, told.data.get("investigation_id"))


def _collected(known: Known, told: Told) -> None:
    if "exhibit_number" in told.data:
        _exhibit(known, told.data["exhibit_number"])["warrant"] = told.data.get("authorization_id", "")


def _derived(known: Known, told: Told) -> None:
    if "exhibit_number" in told.data:
        _exhibit(known, told.data["exhibit_number"])["parent"] = told.data.get("parent_exhibit", "")


def _recorded(known: Known, told: Told) -> None:
    if told.data.get("recorded"):
        _exhibit(known, told.data["exhibit_number"])


def _in_file(known: Known, told: Told) -> None:
    for number in told.data.get("exhibits", ()):
        exhibit = _exhibit(known, number)
        exhibit["file"] = _joined(exhibit["file"], told.data.get("investigation_id"))


def _with_answer(known: Known, told: Told) -> None:
    for number in told.data.get("exhibits", ()):
        exhibit = _exhibit(known, number)
        exhibit["assistance"] = _joined(exhibit["assistance"], told.data.get("investigation_id"))


def _disclosed(known: Known, told: Told) -> None:
    for number in told.data.get("exhibits", ()):
        exhibit = _exhibit(known, number)
        exhibit["disclosed"] = _joined(exhibit["disclosed"], told.data.get("defendant_id"))


def _hearing(known: Known, told: Told) -> None:
    if "hearing_id" in told.data:
        before = known["hearings"].get(told.data["hearing_id"], [])
        known["hearings"][told.data["hearing_id"]] = _joined(before, *told.data.get("defendants", ()))


def _produced(known: Known, told: Told) -> None:
    if "exhibit_number" in told.data:
        _exhibit(known, told.data["exhibit_number"])["hearings"][told.data.get("hearing_id", "")] = "produced"


def _decided(known: Known, told: Told) -> None:
    if "exhibit_number" in told.data:
        decision = "admitted" if told.data.get("admitted") else "not_admitted"
        _exhibit(known, told.data["exhibit_number"])["hearings"][told.data.get("hearing_id", "")] = decision


_SAYS: Mapping[str, Callable[[Known, Told], None]] = {
    "investigation.AuthorizationIssued": _warrant,
    "investigation.SuspectIdentified": _suspect,
    "investigation.InvestigationTransferredToProsecutor": _in_file,
    "investigation.MutualAssistanceAnswered": _with_answer,
    "prosecution.CaseFileReceived": _in_file,
    "prosecution.DisclosureToDefenceMade": _disclosed,
    "prosecution.HearingScheduled": _hearing,
    "prosecution.HearingHeld": _hearing,
    "protection.ForensicInterviewConducted": _recorded,
    "custody.ExhibitCollected": _collected,
    "custody.DerivedExhibitCreated": _derived,
    "custody.ExhibitReferenced": _derived,
    "custody.ExhibitProducedInCourt": _produced,
    "custody.ExhibitAdmissionDecided": _decided,
}
types = frozenset(_SAYS)

_BLANK: Known = {"warrants": {}, "defendants": {}, "hearings": {}, "exhibits": {}}


def evolve(rows: Mapping[Key, Row], told: Told) -> Iterable[Row]:
    """The lists that the event changes."""
    own = rows.get((told.agency, told.stream, NOBODY))
    before = written(_BLANK) if own is None else ExhibitListRow._make(own).known
    known: Known = read(before)
    _SAYS[told.type](known, told)
    after = written(known)
    if after != before:
        yield from _changed(rows, told, known, after)


def _changed(rows: Mapping[Key, Row], told: Told, known: Known, text: str) -> Iterator[Row]:
    for defendant in (NOBODY, *_defendants(known)):
        listed = [each for number in sorted(known["exhibits"]) if (each := _listed(known, number, defendant))]
        says = [set(each["hearings"].values()) for each in listed]
        fresh = ExhibitListRow(
            told.agency, told.stream, defendant, len(listed), sum(map(bool, says)),
            sum("admitted" in each for each in says), written(listed), text if defendant == NOBODY else "{}", told.pos,
        )  # fmt: skip
        before = rows.get(fresh[:keys])
        if before is None or before[keys:_KNOWN] != fresh[keys:_KNOWN]:
            yield fresh
        elif before[_KNOWN] != fresh[_KNOWN]:
            # The list is as it was: what it follows from is not.
            yield fresh._replace(last_pos=ExhibitListRow._make(before).last_pos)


_KNOWN = ExhibitListRow._fields.index("known")


def _defendants(known: Known) -> list[str]:
    disclosed = (each["disclosed"] for each in known["exhibits"].values())
    return sorted({*known["defendants"], *(one for each in (*known["hearings"].values(), *disclosed) for one in each)})


def _listed(known: Known, number: str, defendant: str) -> dict[str, Any] | None:
    """The exhibit as it stands in the defendant's list; None where it does not."""
    exhibit = known["exhibits"][number]
    if defendant == NOBODY:
        if any(_because(known, number, each, ()) for each in _defendants(known)):
            return None
        because, hearings = [], exhibit["hearings"]
    else:
        because = _because(known, number, defendant, ())
        if not because:
            return None
        hearings = {at: said for at, said in exhibit["hearings"].items() if _is_heard(known, at, defendant)}
    return {"exhibit_number": number, "parent": exhibit["parent"], "because": because, "hearings": hearings}


def _is_heard(known: Known, hearing: str, defendant: str) -> bool:
    return defendant in known["hearings"].get(hearing, ())


def _because(known: Known, number: str, defendant: str, below: tuple[str, ...]) -> list[str]:
    """Why the exhibit is the defendant's; `below` are those that it was asked for."""
    exhibit = known["exhibits"].get(number)
    if exhibit is None or number in below:
        return []
    own = {*known["defendants"].get(defendant, ())}
    reasons = {
        "warrant": known["warrants"].get(exhibit["warrant"]) in own,
        "file": not own.isdisjoint(exhibit["file"]),
        "assistance": not own.isdisjoint(exhibit["assistance"]),
        "hearing": any(_is_heard(known, at, defendant) for at in exhibit["hearings"]),
        "disclosed": defendant in exhibit["disclosed"],
        "derived": bool(_because(known, exhibit["parent"], defendant, (*below, number))),
    }
    return [reason for reason, holds in reasons.items() if holds]
