"""Exhibits in one stream as one agency is told, by plain loops: each question is asked anew of all that was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from projections.told import Told

INTERVIEW = "protection.ForensicInterviewConducted"
NO_CUSTODY = {"RECEIPT_WITHOUT_RELEASE", "RECEIVER_NOT_NAMED_RECIPIENT"}


def heard(told: Sequence[Told]) -> list[Told]:
    """What says something to an agency in the case."""
    counts = [one for one in told if not one.code and not {"misfiled", "held"} & {*one.marks}]
    return [one for one in counts if one.data and one.relation != "category"]


def custody(told: Sequence[Told]) -> dict[str, dict[str, Any]]:
    """By number of the exhibit."""
    said = [one for one in heard(told) if one.type.startswith("custody.") or (one.type == INTERVIEW and recorded(one))]
    numbers = {number for one in said for number in named(one)}
    return {number: _exhibit(number, said) for number in numbers}


def recorded(one: Told) -> bool:
    """Was the interview recorded, as far as the agency is told?"""
    return one.data.get("recorded") is True


def named(one: Told) -> list[str]:
    """The exhibits that an event names."""
    value = one.data.get("exhibit_number", [])
    return [value] if isinstance(value, str) else value


def _exhibit(number: str, said: Sequence[Told]) -> dict[str, Any]:
    mine = [one for one in said if number in named(one)]
    releases = {one.data["transfer_id"] for one in _of(mine, "custody.CustodyReleased")}
    holds = {one.data["hold_id"] for one in _of(mine, "custody.HoldPlaced")}
    lifted = [one for one in _of(said, "custody.HoldLifted") if one.data.get("hold_id") in holds]
    about = [one for one in said if one.data.get("transfer_id") in releases and not named(one)]
    every = sorted([*mine, *about, *lifted], key=said.index)
    breaks = _breaks(number, said)
    explained = {one.data["break_id"] for one in _of(mine, "custody.BreakExplained")}
    return {
        **_where(number, every),
        "breaks": sorted(breaks.values()),
        "unexplained": len(breaks.keys() - explained),
        "holds": sorted(holds - {one.data["hold_id"] for one in lifted}),
        "hearings": _hearings(mine),
        "parent": next((one.data["parent_exhibit"] for one in _of(mine, "custody.DerivedExhibitCreated")), ""),
        "root": _root(number, said),
        "integrity": (["", *(_match(one) for one in _of(mine, "custody.IntegrityVerified"))])[-1],
        "last_pos": every[-1].pos,
    }


def _match(one: Told) -> str:
    return "match" if one.data["match"] else "mismatch"


def _root(number: str, said: Sequence[Told]) -> str:
    """Up the line, as far as it is told."""
    made = {
        one.data["exhibit_number"]: one.data["parent_exhibit"] for one in _of(said, "custody.DerivedExhibitCreated")
    }
    root = ""
    while number in made:
        root = number = made[number]
    return root


def _breaks(number: str, said: Sequence[Told]) -> dict[str, str]:
    declared = [one for one in _of(said, "custody.CustodyBreakDeclared") if number in named(one)]
    found = {one.data["break_id"]: one.data["break_code"] for one in declared}
    for one in said:
        found |= {each["break_id"]: each["break_code"] for each in _found(one, number)}
    return found


def _found(one: Told, number: str) -> list[dict[str, Any]]:
    stated = [each.data for each in one.effects if each.type == "custody.CustodyBreakFound"]
    return [each for each in stated if each["exhibit_number"] == number]


def _hearings(mine: Sequence[Told]) -> dict[str, str]:
    found = {}
    for one in mine:
        if one.type == "custody.ExhibitProducedInCourt":
            found[one.data["hearing_id"]] = "produced"
        elif one.type == "custody.ExhibitAdmissionDecided":
            found[one.data["hearing_id"]] = "admitted" if one.data["admitted"] else "not_admitted"
    return found


def _where(number: str, every: Sequence[Told]) -> dict[str, Any]:
    """State, custodian, holder, seal and hand-overs, act by act."""
    state, custodian, holder, seal, known = "unrecorded", "", "", "", False
    legs: dict[str, list[str]] = {}
    for one in every:
        data, kind = one.data, one.type.split(".")[1]
        i = named(one).index(number) if named(one) else -1
        codes = {each["break_code"] for each in _found(one, number)}
        key = data.get("transfer_id", "")
        moves = False
        if kind in ("ExhibitCollected", "DerivedExhibitCreated", "ForensicInterviewConducted") and not known:
            if "EXHIBIT_NUMBER_REUSED" not in codes:
                known = True
                if state == "unrecorded":
                    state, custodian = "held", one.publisher
                    holder = data.get("holder") or data.get("interviewer", "")
        elif kind == "ExhibitReferenced" and not known:
            known, state = True, "referenced" if state == "unrecorded" else state
        elif kind == "ExhibitSealed":
            seal = data["seal_number"]
        elif kind == "ExhibitUnsealed":
            seal = ""
        elif kind == "ExhibitStored" and custodian == one.publisher:
            holder = data["store_ref"]
        elif kind == "CustodyReleased":
            legs[key], state = ["outward", data["released_at"]], "in_transit"
            seal = seal or data.get("seals", ["-"] * (i + 1))[i].strip("-")
        elif kind == "CustodyReceived" and not NO_CUSTODY & codes:
            legs[key] = ["received" if data["leg"] == "outward" else "returned", ""]
            moves, holder = True, data["holder"]
            read = data.get("seals", ["-"] * (i + 1))[i]
            seal = read if read != "-" else seal if data["seal_checks"][i] == "intact" else ""
        elif kind == "CustodyRefused" and "RECEIVER_NOT_NAMED_RECIPIENT" not in codes and legs[key][0] == "outward":
            legs[key] = ["return", one.time]
        elif kind == "TransferWithdrawn" and legs[key][0] == "outward":
            legs[key] = ["withdrawn", ""]
            state = "held"
        elif kind == "ExhibitFound":
            moves, holder, seal = True, data["holder"], data.get("seal_number", "")
        elif kind in ("ExhibitLost", "ExhibitDisposed"):
            state = "lost" if kind == "ExhibitLost" else "disposed"
        if moves:
            state, custodian = "held", one.publisher
            legs = {k: ["superseded", ""] if leg[0] in ("outward", "return") else leg for k, leg in legs.items()}
    since = sorted(at for leg, at in legs.values() if leg in ("outward", "return"))
    return {
        "state": state, "custodian": custodian, "holder": holder, "seal": seal, "under_way": len(since),
        "since": (since or [""])[0], "legs": {key: leg for key, (leg, _) in legs.items()},
    }  # fmt: skip


def of_defendants(told: Sequence[Told]) -> dict[str, dict[str, list[str]]]:
    """By defendant, each exhibit with the reasons for which it is the defendant's; by `-` what is nobody's."""
    said = heard(told)
    made = ("custody.ExhibitCollected", "custody.DerivedExhibitCreated", "custody.ExhibitReferenced")
    numbers = {
        number for one in said if one.type in made or (one.type == INTERVIEW and recorded(one)) for number in named(one)
    }
    numbers |= {number for one in said for number in one.data.get("exhibits", ()) if _lists(one)}
    numbers |= {number for one in said if one.data.get("hearing_id") for number in named(one)}
    persons = {one.data["defendant_id"] for one in said if _makes(one) and "defendant_id" in one.data}
    persons |= {each for one in said if "hearing_id" in one.data for each in one.data.get("defendants", ())}
    if not any(
        _lists(one) or _makes(one) or one.type in made or "hearing_id" in one.data or recorded(one) for one in said
    ):
        return {}
    found = {person: {number: _why(number, person, said) for number in numbers} for person in persons}
    lists = {person: {number: why for number, why in each.items() if why} for person, each in found.items()}
    nobodys = {number: list[str]() for number in numbers if not any(number in each for each in lists.values())}
    return {**lists, "-": nobodys}


def _lists(one: Told) -> bool:
    return one.type in (
        "investigation.InvestigationTransferredToProsecutor", "investigation.MutualAssistanceAnswered",
        "prosecution.CaseFileReceived", "prosecution.DisclosureToDefenceMade",
    )  # fmt: skip


def _makes(one: Told) -> bool:
    return one.type in ("investigation.SuspectIdentified", "prosecution.DisclosureToDefenceMade")


def _why(number: str, person: str, said: Sequence[Told]) -> list[str]:
    theirs = {
        one.data.get("investigation_id")
        for one in _of(said, "investigation.SuspectIdentified")
        if one.data.get("defendant_id") == person
    } - {None}
    warrants = {
        one.data.get("authorization_id")
        for one in _of(said, "investigation.AuthorizationIssued")
        if one.data.get("investigation_id") in theirs
    } - {None}
    hearings = {
        one.data["hearing_id"] for one in said if person in one.data.get("defendants", ()) and "hearing_id" in one.data
    }
    mine = [one for one in said if number in named(one)]
    listed = [one for one in said if number in one.data.get("exhibits", ())]
    parents = [one.data["parent_exhibit"] for one in _of(mine, "custody.DerivedExhibitCreated")]
    reasons = {
        "warrant": any(one.data.get("authorization_id") in warrants for one in _of(mine, "custody.ExhibitCollected")),
        "file": any(
            one.data["investigation_id"] in theirs for one in listed if "Transferred" in one.type or "File" in one.type
        ),
        "assistance": any(one.data["investigation_id"] in theirs for one in listed if "Assistance" in one.type),
        "hearing": any(one.data.get("hearing_id") in hearings for one in mine),
        "disclosed": any(one.data.get("defendant_id") == person for one in listed),
        "derived": any(_why(parent, person, said) for parent in parents),
    }
    return [reason for reason, holds in reasons.items() if holds]


def _of(said: Sequence[Told], kind: str) -> list[Told]:
    return [one for one in said if one.type == kind]
