"""Each agency's referrals by the plainest fold that there is, over the entries as they stand on Kafka.

It knows neither the projections nor the domain: JSON, base64 and one table of states, so that the demo does not check
the view with itself.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
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


def fold(entries: Iterable[bytes]) -> set[Row]:
    """The rows that the view must have, from a partition's or a ledger's effective entries in order."""
    found: dict[str, dict[str, Any]] = {}
    for raw in entries:
        jws = json.loads(raw).get("jws")
        if jws is not None:
            segment = jws.split(".")[1]
            _take(found, json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4))))
    return {row for referral in found.values() for row in _rows(referral)}


def _take(found: dict[str, dict[str, Any]], event: dict[str, Any]) -> None:
    stage, name = event["type"].split(".")[2:4]
    if stage != "referral" or "referral_id" not in event["data"]:
        return
    data = event["data"]
    if name == "referral_requested":
        found[data["referral_id"]] = data | {"case": event["subject"], "from": event["source"], "state": "requested"}
        return
    referral = found[data["referral_id"]]
    if name == "referral_revoked":
        referral["state"] = "revocation_pending" if referral["state"] == "accepted" else "revoked"
    elif name in AFTER:
        referral["state"] = AFTER[name]


def _rows(r: dict[str, Any]) -> Iterable[Row]:
    for agency, direction in ((r["from"], "out"), (r["to_agency"], "in")):
        about = (r["case"], r["from"], r["to_agency"], r["victim_id"], r["service_type"], r["urgency"], r["state"])
        yield agency, direction, r["referral_id"], *about
