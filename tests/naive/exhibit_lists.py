"""One list of exhibits for each defendant in one stream, as one agency is told, by plain loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive.exhibits import INTERVIEW, MADE, heard, hearings, named, of, recorded
from naive.record import last
from naive.told import Told

LISTING = (
    "investigation.InvestigationTransferredToProsecutor", "investigation.MutualAssistanceAnswered",
    "prosecution.CaseFileReceived", "prosecution.DisclosureToDefenceMade",
)  # fmt: skip
SAYS = (
    *LISTING, *MADE, "investigation.AuthorizationIssued", "investigation.SuspectIdentified",
    "prosecution.HearingScheduled", "prosecution.HearingHeld", "custody.ExhibitProducedInCourt",
    "custody.ExhibitAdmissionDecided",
)  # fmt: skip


def fold(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """One list for each defendant, and one of what is nobody's."""
    said = [one for one in heard(told) if one.type in SAYS and (one.type != INTERVIEW or recorded(one))]
    found = _lists(said)
    for person, exhibits in found.items():
        changed = [i for i in range(len(said)) if _lists(said[:i]).get(person) != _lists(said[: i + 1]).get(person)]
        yield {
            "agency": said[0].agency, "case_id": said[0].stream, "defendant_id": person, "total": len(exhibits),
            "produced": sum(bool(each["hearings"]) for each in exhibits),
            "admitted": sum("admitted" in each["hearings"].values() for each in exhibits), "exhibits": exhibits,
            "last_pos": said[changed[-1]].pos,
        }  # fmt: skip


def _lists(said: Sequence[Told]) -> dict[str, list[dict[str, Any]]]:
    """Each defendant's exhibits, with the reasons for which they are; by `-` what is nobody's."""
    numbers = {number for one in said if one.type in MADE or "hearing_id" in one.data for number in named(one)}
    numbers |= {number for one in said if one.type in LISTING for number in one.data.get("exhibits", ())}
    makes = ("investigation.SuspectIdentified", "prosecution.DisclosureToDefenceMade")
    lists = (LISTING[3],)
    persons = {one.data["defendant_id"] for one in said if one.type == makes[0] and "defendant_id" in one.data}
    persons |= {
        one.data["defendant_id"]
        for one in said
        if one.type in lists and one.data.get("exhibits") and "defendant_id" in one.data
    }
    persons |= {each for one in said if "hearing_id" in one.data for each in one.data.get("defendants", ())}
    if not said:
        return {}
    found = {}
    for person in persons:
        mine = {number: _why(number, person, said) for number in sorted(numbers)}
        found[person] = [_listed(number, why, said, person) for number, why in mine.items() if why]
    theirs = {each["exhibit_number"] for listed in found.values() for each in listed}
    return {**found, "-": [_listed(number, [], said, None) for number in sorted(numbers - theirs)]}


def _listed(number: str, why: list[str], said: Sequence[Told], person: str | None) -> dict[str, Any]:
    mine = [one for one in said if number in named(one)]
    parents = [
        one.data.get("parent_exhibit", "")
        for one in mine
        if one.type in ("custody.DerivedExhibitCreated", "custody.ExhibitReferenced")
    ]
    at = {key for key in hearings(mine) if person is None or key in _hearings_of(person, said)}
    heard_at = {key: each for key, each in hearings(mine).items() if key in at}
    return {"exhibit_number": number, "parent": last(parents), "because": why, "hearings": heard_at}


def _hearings_of(person: str, said: Sequence[Told]) -> set[str]:
    return {
        one.data["hearing_id"] for one in said if person in one.data.get("defendants", ()) and "hearing_id" in one.data
    }


def _why(number: str, person: str, said: Sequence[Told], below: Sequence[str] = ()) -> list[str]:
    if number in below:
        return []
    identified = [one.data for one in said if one.type == "investigation.SuspectIdentified"]
    theirs = {each.get("investigation_id") for each in identified if each.get("defendant_id") == person} - {None}
    issued = [one.data for one in said if one.type == "investigation.AuthorizationIssued"]
    warrants = {each["authorization_id"] for each in issued if each.get("investigation_id") in theirs}
    mine = [one for one in said if number in named(one)]
    listed = [one for one in said if number in one.data.get("exhibits", ())]
    derived = [one for one in mine if one.type in ("custody.DerivedExhibitCreated", "custody.ExhibitReferenced")]
    parents = [one.data["parent_exhibit"] for one in derived[-1:] if "parent_exhibit" in one.data]
    collected = [one.data.get("authorization_id") for one in of(mine, "ExhibitCollected")]
    reasons = {
        "warrant": bool(collected) and collected[-1] in warrants,
        "file": any(one.data["investigation_id"] in theirs for one in listed if one.type in (LISTING[0], LISTING[2])),
        "assistance": any(one.data["investigation_id"] in theirs for one in listed if one.type == LISTING[1]),
        "hearing": any(one.data.get("hearing_id") in _hearings_of(person, said) for one in mine),
        "disclosed": any(one.data.get("defendant_id") == person for one in listed),
        "derived": any(_why(parent, person, said, (*below, number)) for parent in parents),
    }  # fmt: skip
    return [reason for reason, holds in reasons.items() if holds]
