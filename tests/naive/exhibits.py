"""Exhibits in one stream as one agency is told, by plain loops: each question is asked anew of all that was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive.caseload import in_effect
from naive.record import last
from naive.told import Told

INTERVIEW = "protection.ForensicInterviewConducted"
NO_CUSTODY = {"RECEIPT_WITHOUT_RELEASE", "RECEIVER_NOT_NAMED_RECIPIENT"}
UNDER_WAY = ("outward", "return")
MADE = {
    "custody.ExhibitCollected": "collected",
    "custody.DerivedExhibitCreated": "derived",
    INTERVIEW: "recorded_interview",
    "custody.ExhibitReferenced": "referenced",
}


def heard(told: Sequence[Told]) -> list[Told]:
    """What says something to an agency in the case."""
    return [one for one in in_effect(told) if one.data]


def custody(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """By number of the exhibit."""
    said = [one for one in heard(told) if one.type.startswith("custody.") or (one.type == INTERVIEW and recorded(one))]
    broken = [each["exhibit_number"] for one in said for each in _stated(one)]
    for number in {*(number for one in said for number in named(one)), *broken}:
        yield _exhibit(number, said)


def recorded(one: Told) -> bool:
    """Was the interview recorded, as far as the agency is told?"""
    return one.data.get("recorded") is True


def named(one: Told) -> list[str]:
    """The exhibits that an event names."""
    value = one.data.get("exhibit_number", []) if one.type != "custody.BreakExplained" else []
    return [value] if isinstance(value, str) else value


def _exhibit(number: str, said: Sequence[Told]) -> dict[str, Any]:
    mine = [one for one in said if number in named(one)]
    releases = {one.data["transfer_id"] for one in of(mine, "CustodyReleased")}
    holds = {one.data["hold_id"] for one in of(mine, "HoldPlaced")}
    lifted = [one for one in of(said, "HoldLifted") if one.data.get("hold_id") in holds]
    about = [one for one in said if one.data.get("transfer_id") in releases and not named(one)]
    breaking = [one for one in said if any(each["exhibit_number"] == number for each in _stated(one))]
    breaks = {each for one in said for each in _break_ids(one, number)}
    explained = [one for one in of(said, "BreakExplained") if one.data.get("break_id") in breaks]
    every = sorted([*mine, *about, *lifted, *breaking, *explained], key=said.index)
    every = [one for i, one in enumerate(every) if one not in every[:i]]
    ordered = of(mine, "DispositionOrdered", "ExhibitDisposed")
    lasting = [one for one in of(said, "HoldLifted") if one.data.get("hold_id") in holds]
    return {
        "agency": said[0].agency, "case_id": said[0].stream, "exhibit_number": number, **_where(number, every),
        **_origin(number, said), **_broken(number, every),
        "holds": sorted(holds - {one.data["hold_id"] for one in lasting}), "hearings": hearings(mine),
        "integrity": last("match" if one.data.get("match") else "mismatch" for one in of(mine, "IntegrityVerified")),
        "disposition": last(one.data.get("disposition", "") for one in ordered),
        "last_type": every[-1].type, "last_at": every[-1].at, "last_pos": every[-1].pos,
    }  # fmt: skip


def of(said: Sequence[Told], *names: str) -> list[Told]:
    """The events of custody of these types."""
    return [one for one in said if one.type.removeprefix("custody.") in names]


def _stated(one: Told) -> list[dict[str, Any]]:
    """The breaks that the ledger states beside it."""
    return [each.data for each in one.effects if each.type == "custody.CustodyBreakFound" and each.data]


def _codes(one: Told, number: str) -> set[str]:
    return {each["break_code"] for each in _stated(one) if each["exhibit_number"] == number}


def _begins(number: str, said: Sequence[Told]) -> Told | None:
    """The event by which the exhibit is on record: the first, under a number that was not taken."""
    mine = [one for one in said if one.type in MADE and number in named(one)]
    return next((one for one in mine if "EXHIBIT_NUMBER_REUSED" not in _codes(one, number)), None)


def _origin(number: str, said: Sequence[Told]) -> dict[str, Any]:
    """Whence it is; a derived exhibit is of the kind of its parent, and of its line."""
    one = _begins(number, said)
    blank = dict.fromkeys(("kind", "origin", "parent", "root", "home_case"), "")
    if one is None:
        return blank
    found = blank | {"origin": MADE[one.type]}
    match found["origin"]:
        case "collected":
            found["kind"] = one.data.get("exhibit_kind", "")
        case "recorded_interview":
            found["kind"] = "recording"
        case "referenced":
            found["home_case"] = one.data.get("home_case", "")
        case "derived":
            parent = found["parent"] = one.data.get("parent_exhibit", "")
            before = said[: said.index(one)]
            if any(parent in named(each) for each in before):
                above = _origin(parent, before)
                found |= {"kind": above["kind"], "root": above["root"] or parent}
            else:
                found["root"] = one.data.get("root_exhibit", "")
    return found


def _break_ids(one: Told, number: str) -> list[str]:
    declared = one.type == "custody.CustodyBreakDeclared" and number in named(one)
    stated = [each["break_id"] for each in _stated(one) if each["exhibit_number"] == number]
    return [*stated, *([one.data["break_id"]] if declared else [])]


def _broken(number: str, every: Sequence[Told]) -> dict[str, Any]:
    """Each break with who had the exhibit just then; what explains it stands beside it, and it stays."""
    found: dict[str, dict[str, Any]] = {}
    for i, one in enumerate(every):
        declared = one.type == "custody.CustodyBreakDeclared" and number in named(one)
        says = [(each, False) for each in _stated(one) if each["exhibit_number"] == number]
        for data, by_person in [*says, *([(one.data, True)] if declared else [])]:
            known = found.setdefault(data["break_id"], {})
            known.update(known or {
                "code": data["break_code"], "by": one.publisher, "custodian": _where(number, every[:i])["custodian"],
                "time": one.time, "declared": by_person, "gap_from": data.get("gap_from", ""),
                "gap_to": data.get("gap_to", ""), "explanations": [],
            })  # fmt: skip
        if one.type == "custody.BreakExplained" and one.data["break_id"] in found:
            said = {"agency": one.publisher, "kind": one.data.get("explanation_kind", ""), "time": one.time}
            found[one.data["break_id"]]["explanations"].append(said)
    unexplained = sum(not each["explanations"] for each in found.values())
    return {"breaks": len(found), "unexplained": unexplained, "broken": found}


def hearings(mine: Sequence[Told]) -> dict[str, str]:
    """Where the exhibit of which these are the events was produced."""
    found = {}
    for one in mine:
        if one.type == "custody.ExhibitProducedInCourt":
            found[one.data["hearing_id"]] = "produced"
        elif one.type == "custody.ExhibitAdmissionDecided":
            found[one.data["hearing_id"]] = "admitted" if one.data["admitted"] else "not_admitted"
    return found


def _part(one: Told, field: str, i: int) -> str:
    """What it says of the i-th exhibit that it names."""
    said = one.data.get(field, [])
    return "" if i >= len(said) or said[i] == "-" else str(said[i])


def _where(number: str, every: Sequence[Told]) -> dict[str, Any]:
    """State, custodian, holder, seal, tag and hand-overs, act by act."""
    state, custodian, holder, seal, tag, begun = "unrecorded", "", "", "", "", False
    legs: dict[str, dict[str, Any]] = {}
    claims: list[dict[str, Any]] = []

    def moves(agency: str, to: str) -> None:
        nonlocal state, custodian, holder
        state, custodian, holder = "held", agency, to
        for each in legs.values():
            each["leg"] = "superseded" if each["leg"] in UNDER_WAY else each["leg"]

    for one in every:
        data, kind = one.data, one.type.split(".")[1]
        i = named(one).index(number) if number in named(one) else -1
        codes, leg = _codes(one, number), legs.get(data.get("transfer_id", ""))
        if i < 0 and number not in named(one) and leg is None:
            continue
        if one.type in MADE:
            if begun or "EXHIBIT_NUMBER_REUSED" in codes:
                continue
            begun = True
            if kind == "ExhibitReferenced":
                state = "referenced" if state == "unrecorded" else state
                continue
            if state == "unrecorded":
                state, custodian, holder = "held", one.publisher, data.get("holder") or data.get("interviewer", "")
            tag = tag or data.get("media_tag", "")
        elif kind in ("ExhibitSealed", "ExhibitUnsealed"):
            seal = data["seal_number"] if kind == "ExhibitSealed" else ""
        elif kind == "ExhibitStored":
            holder = data["store_ref"] if custodian == one.publisher else holder
        elif kind == "UnavoidableChangeRecorded":
            tag = data.get("tag_after", "").strip("-") or tag
        elif kind == "CustodyReleased":
            to = {"from": one.publisher, **{name: data[name] for name in ("to_agency", "to_holder", "purpose")}}
            to["to"] = to.pop("to_agency")
            blank = {"refused_at": "", "received_at": "", "overdue": []}
            leg = {**to, "leg": "outward", "released_at": data["released_at"], **blank}
            seal, tag, state = seal or _part(one, "seals", i), tag or _part(one, "tags", i), "in_transit"
            asked = (data["transfer_id"], data["to_agency"], data["to_holder"])
            claim = [each for each in claims if (each["transfer_id"], each["agency"], each["holder"]) == asked]
            if claim:
                claims.remove(claim[0])
                leg |= {"leg": "received", "received_at": claim[0]["at"]}
                moves(claim[0]["agency"], claim[0]["holder"])
            legs[data["transfer_id"]] = leg
        elif kind == "CustodyReceived" and NO_CUSTODY & codes:
            claims.append(_claim(one, data["transfer_id"], data["received_at"]))
        elif kind == "CustodyReceived":
            if leg is not None:
                leg |= {"leg": {"outward": "received"}.get(data["leg"], "returned"), "received_at": data["received_at"]}
            moves(one.publisher, data["holder"])
            if _part(one, "seals", i) or _part(one, "seal_checks", i) != "intact":
                seal = _part(one, "seals", i)
        elif kind == "CustodyRefused":
            if leg and leg["leg"] == "outward" and "RECEIVER_NOT_NAMED_RECIPIENT" not in codes:
                leg |= {"leg": "return", "refused_at": one.time}
        elif kind == "TransferWithdrawn" and leg and leg["leg"] == "outward":
            leg["leg"] = "withdrawn"
            if state == "in_transit" and not any(each["leg"] in UNDER_WAY for each in legs.values()):
                state = "held" if custodian else "unrecorded"
        elif kind == "TransferOverdueMarked" and leg:
            leg["overdue"] = sorted({*leg["overdue"], data["leg"]})
        elif kind == "ExhibitFound":
            if any(each.data.get("rule") == "exhibit lost" for each in one.effects):
                claims += [_claim(one, "", data["found_at"])] if custodian != one.publisher else []
                continue
            moves(one.publisher, data["holder"])
            seal = data.get("seal_number", "")
        elif kind in ("ExhibitLost", "ExhibitDisposed"):
            state = "lost" if kind == "ExhibitLost" else "disposed"
    since = sorted(each["refused_at"] or each["released_at"] for each in legs.values() if each["leg"] in UNDER_WAY)
    return {
        "state": state, "custodian": custodian, "holder": holder, "seal": seal, "tag": tag, "under_way": len(since),
        "since": [*since, ""][0], "transfers": legs, "claims": claims,
    }  # fmt: skip


def _claim(one: Told, transfer: str, at: str) -> dict[str, Any]:
    return {"transfer_id": transfer, "agency": one.publisher, "holder": one.data["holder"], "at": at}
