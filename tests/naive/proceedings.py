"""The proceedings in one stream as one agency is told: what each event is about, who stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from naive.caseload import in_effect
from naive.record import last
from naive.told import Told

NOWHERE = "-"
OTHERS = (
    *("custody.LabReportIssued", "protection.VictimNotifiedOfRelease", "ledger.ApprovalRefused"),
    "ledger.DutyOverdueMarked",
)
NOT_HERE = ("prosecution.ComplaintFiled", "prosecution.ComplaintDecided", "prosecution.DisclosureToDefenceMade")
IDENTIFIED, ORDERED = "investigation.SuspectIdentified", "investigation.ExaminationOrdered"
OF_SUSPECTS = tuple(
    f"investigation.{name}"
    for name in (
        "SuspectIdentified",
        "SuspectArrested",
        "PreventiveMeasureOrdered",
        "SuspectReleased",
        "SuspectCleared",
    )
)
INDICTED, FINAL, APPEAL = "prosecution.IndictmentFiled", "prosecution.JudgmentBecameFinal", "prosecution.AppealDecided"
NAMING = ("prosecution.ChargeDecided", "prosecution.VerdictRendered", "prosecution.AppealFiled")
"""Events about a person that say nothing of her place in the investigation."""


@dataclass
class Walk:
    """What is told of the proceedings, and after each event: which investigations it is about, and who stands where."""

    said: list[Told]
    about: list[set[str]] = field(default_factory=list)
    places: list[dict[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def of(self, key: str, *kinds: str) -> list[Told]:
        """The events about an investigation, of these kinds."""
        return [self.said[i] for i in self.at(key) if not kinds or self.said[i].type in kinds]

    def at(self, key: str) -> list[int]:
        """Their places."""
        return [i for i, about in enumerate(self.about) if key in about]


def walk(told: Sequence[Told]) -> Walk:
    """Event by event."""
    stages = ("investigation", "prosecution")
    said = [one for one in in_effect(told) if one.type.split(".")[0] in stages or one.type in OTHERS]
    found = Walk([one for one in said if one.type not in NOT_HERE])
    places: dict[str, str] = {}
    for i, one in enumerate(found.said):
        about = _about(found, i, places)
        found.keys += sorted(about - {*found.keys})
        person = one.data.get("defendant_id")
        if person and one.type in (*OF_SUSPECTS, INDICTED, FINAL, APPEAL):
            places = {**places, person: next(iter(about))}
        found.about.append(about)
        found.places.append(places)
    return found


def _about(found: Walk, i: int, places: Mapping[str, str]) -> set[str]:
    one = found.said[i]
    data, before = one.data, found.said[:i]
    if one.type == ORDERED:
        return ({*found.keys} or {NOWHERE}) if "order_id" in data else set()
    if one.type == "custody.LabReportIssued":
        known = any(each.type == ORDERED and each.data.get("order_id") == data.get("order_id") for each in before)
        return {*found.keys} if known and "order_id" in data else set()
    if one.type == "ledger.ApprovalRefused":
        made = [each for each in before if each.type == "investigation.ProposalMade"]
        return {each.data["investigation_id"] for each in made if each.event_id == data.get("of")}
    if one.type in (*OF_SUSPECTS, INDICTED, FINAL, APPEAL, *NAMING):
        if "defendant_id" not in data:
            return set()
        of_her = [each for each in before if each.data.get("defendant_id") == data["defendant_id"]]
        suspicion = [each.type for each in of_her if each.type in (IDENTIFIED, "investigation.SuspectCleared")]
        if one.type == IDENTIFIED and last(suspicion) != IDENTIFIED:
            return {data.get("investigation_id", NOWHERE)}
        return {places.get(data["defendant_id"], NOWHERE)}
    if "investigation_id" in data:
        return {data["investigation_id"]}
    return {places[person] for person in data.get("defendants", ()) if person in places}
