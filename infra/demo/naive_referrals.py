"""Each agency's referrals by the plainest fold that there is, over the entries as they stand on Kafka.

It knows neither the projections nor the domain: JSON, base64, one table of states and the three ways in which an agency
is shut out of a case (its official is accused, a restriction names it, a restriction names others), so that the demo
does not check the view with itself.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

AFTER = {
    "referral_accepted": "accepted",
    "referral_rejected": "rejected",
    "addressee_reported_unavailable": "unavailable",
    "referral_completed": "completed",
    "revocation_acknowledged": "revoked",
}

Row = tuple[str, ...]
"""agency, direction, referral, case, sender, addressee, victim, service, urgency, state."""


@dataclass
class _Case:
    """What a case holds: its events about referrals, who leads it, who is shut out."""

    events: list[dict[str, Any]] = field(default_factory=list)
    misfiled: set[tuple[str, str]] = field(default_factory=set)
    leads: set[str] = field(default_factory=set)
    accused: set[str] = field(default_factory=set)
    shut: set[str] = field(default_factory=set)
    let_in: set[str] = field(default_factory=set)

    def may_see(self, agency: str) -> bool:
        """Is the agency not shut out?"""
        named = not self.let_in or agency in self.let_in | self.leads
        return named and agency not in self.accused | self.shut


def fold(entries: Iterable[bytes]) -> set[Row]:
    """The rows that the view must have, from a partition's or a ledger's effective entries in order."""
    cases: dict[str, _Case] = {}
    for raw in entries:
        entry = json.loads(raw)
        if "jws" in entry:
            segment = entry["jws"].split(".")[1]
            event = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
            _take(cases.setdefault(event["subject"], _Case()), event, entry["ledger"].get("effects", []))
    return {row for case in cases.values() for row in _of_case(case)}


def _take(case: _Case, event: dict[str, Any], effects: list[dict[str, Any]]) -> None:
    data, name = event["data"], event["type"].split(".", 2)[2]
    for effect in effects:
        if effect["type"] == "case.LeadsAssigned":
            case.leads = {effect["data"]["care"], effect["data"]["proceedings"]}
    if name.startswith("referral.") and "referral_id" in data:
        case.events.append(event)
    elif name == "ledger.event_misfiled.v1":
        case.misfiled.add((event["source"], data["of"]))
    elif name == "case.restricted.v1":
        case.accused = set() if data["level"] == "none" else case.accused
        case.shut, case.let_in = set(data.get("excluded_agencies", [])), set(data.get("admitted_agencies", []))
    elif name.startswith("identification.indicator_reported."):
        case.accused |= set(data.get("accused_agencies", [])) | {a for a in [data.get("accused_agency")] if a}
    elif name == "investigation.suspect_identified.v1" and data.get("official_complicity"):
        case.accused |= {a for a in [data.get("accused_agency")] if a}


def _of_case(case: _Case) -> Iterable[Row]:
    found: dict[str, dict[str, Any]] = {}
    for event in case.events:
        if (event["source"], event["id"]) not in case.misfiled:
            _referral(found, event)
    return [row for referral in found.values() for row in _rows(referral) if case.may_see(row[0])]


def _referral(found: dict[str, dict[str, Any]], event: dict[str, Any]) -> None:
    data, name = event["data"], event["type"].split(".")[3]
    if name == "referral_requested":
        found[data["referral_id"]] = data | {"case": event["subject"], "from": event["source"], "state": "requested"}
    elif data["referral_id"] in found:
        referral = found[data["referral_id"]]
        if name == "referral_revoked":
            referral["state"] = "revocation_pending" if referral["state"] == "accepted" else "revoked"
        elif name in AFTER:
            referral["state"] = AFTER[name]


def _rows(r: dict[str, Any]) -> Iterable[Row]:
    for agency, direction in ((r["from"], "out"), (r["to_agency"], "in")):
        about = (r["case"], r["from"], r["to_agency"], r["victim_id"], r["service_type"], r["urgency"], r["state"])
        yield agency, direction, r["referral_id"], *about
