"""Consent gates optional services and disclosures and nothing else; its withdrawal is never refused.

Consents live until withdrawn, void or past `expires_on`, which is compared with an event's time, never with a clock. A
consent with a breach gates nothing, nor does one whose guardian is implicated later. The half of
DISCLOSED_WITHOUT_BASIS that depends on compartments which the law keeps closed is never stated, as no list of them is
sourced. Called by `domain.stream`, and by the stages referral and protection for `covers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.catalogue import EventType
from domain.event import Effect, Event, Recorded
from domain.stages.change import changed
from domain.stages.effects import breach
from domain.stages.guardianship import implicated_kinds, in_place, is_implicated
from domain.stages.rules import Changes, Context, Folds, Rules

if TYPE_CHECKING:
    from domain.case import Case

# Consents of these end when she comes of age; her own are asked for.
_ON_HER_BEHALF = frozenset({"caregiver", "guardian"})
_VOIDING = frozenset({"CONSENT_BY_IMPLICATED_GUARDIAN", "CONSENT_NOT_EXPLAINED"})
_OVERREACHING = frozenset({"DISCLOSED_AGAINST_OBJECTION", "DISCLOSED_WITHOUT_BASIS"})


@dataclass(frozen=True)
class Consent:
    """A consent as given: `scopes` are those still live, `expires_on` its last day (YYYY-MM-DD), `guardian_id` who gave
    it on her behalf where that is stated."""

    victim_id: str
    scopes: frozenset[str]
    given_by: str
    expires_on: str | None
    guardian_id: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A disclosure without consent, which stands for one towards the agency that it names."""

    victim_id: str
    agency: str


@dataclass(frozen=True)
class ConsentState:
    """Consents by id, the victims who object to disclosures to their family, and disclosures that need no consent."""

    consents: Mapping[str, Consent] = field(default_factory=dict)
    objections: frozenset[str] = frozenset()
    overrides: frozenset[Override] = frozenset()


def covers(case: Case, *, victim_id: str, scopes: frozenset[str], at: str) -> bool:
    """Whether a live consent of the victim holds one of `scopes` at the instant `at`."""
    return any(
        consent.victim_id == victim_id
        and not consent.scopes.isdisjoint(scopes)
        and (consent.expires_on is None or consent.expires_on >= at[:10])
        for consent in case.consents.values()
    )


def _by_implicated(case: Case, event: Event, context: Context) -> bool:
    """Whether an implicated guardian consents; who is not named counts as one while no other guardian is in place."""
    data = event.data
    if data["given_by"] == "individual":
        return False
    if "guardian_id" in data and is_implicated(case, data["guardian_id"], context):
        return True
    if data["given_by"] not in _ON_HER_BEHALF:
        return False
    unnamed = "guardian_id" not in data and not in_place(case, data["victim_id"])
    return data["guardian_conflict"] == "yes" or (unnamed and bool(implicated_kinds(case, data["victim_id"])))


def _recorded(case: Case, event: Event, context: Context) -> tuple[Effect, ...]:
    implicated = _by_implicated(case, event, context)
    effects = (breach("CONSENT_BY_IMPLICATED_GUARDIAN", "guardian not implicated"),) if implicated else ()
    return (*effects, breach("CONSENT_NOT_EXPLAINED")) if event.data["basis"] == "not_explained" else effects


def voided_with(case: Case, *, guardian_id: str, children: frozenset[str]) -> Mapping[str, Consent]:
    """The consents once this guardian is implicated: those that she gave are void, and those for her children of whom
    it is not stated which guardian gave them."""
    return {
        key: changed(consent, scopes=frozenset())
        if consent.guardian_id == guardian_id
        or (consent.guardian_id is None and consent.given_by in _ON_HER_BEHALF and consent.victim_id in children)
        else consent
        for key, consent in case.consents.items()
    }


def _disclosed(case: Case, event: Event) -> tuple[Effect, ...]:
    data = event.data
    against = data["recipient_kind"] == "family" and data["victim_id"] in case.objections
    effects = (breach("DISCLOSED_AGAINST_OBJECTION"),) if against else ()
    return (*effects, breach("DISCLOSED_WITHOUT_BASIS")) if data["legal_basis"] == "none_stated" else effects


def admit(case: Case, event: Event, event_type: EventType, context: Context) -> tuple[Effect, ...]:
    """The breaches beside an event of this stage; nothing here is refused."""
    match event.type:
        case "consent.ConsentRecorded":
            return _recorded(case, event, context)
        case "consent.DisclosedWithoutConsent":
            return _disclosed(case, event)
        case _:
            return ()


def _breached(recorded: Recorded, codes: frozenset[str]) -> bool:
    return any(effect.type == "ledger.BreachRecorded" and effect.data["breach"] in codes for effect in recorded.effects)


def _consent_recorded(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    scopes = frozenset() if _breached(recorded, _VOIDING) else frozenset(data["scopes"])
    guardian_id = None if data["given_by"] == "individual" else data.get("guardian_id")
    consent = Consent(data["victim_id"], scopes, data["given_by"], data.get("expires_on"), guardian_id)
    changes: Changes = {"consents": {**case.consents, data["consent_id"]: consent}}
    if "family" in scopes:
        changes["objections"] = case.objections - {data["victim_id"]}
    return changes


def _consent_withdrawn(case: Case, recorded: Recorded) -> Changes:
    victim_id, withdrawn = recorded.event.data["victim_id"], frozenset(recorded.event.data["scopes"])
    return {
        "consents": {
            key: changed(consent, scopes=consent.scopes - withdrawn) if consent.victim_id == victim_id else consent
            for key, consent in case.consents.items()
        }
    }


def _majority_reached(case: Case, recorded: Recorded) -> Changes:
    """Of age, she has no guardian and consents for herself."""
    victim_id = recorded.event.data["victim_id"]
    return {
        "guardians": {
            key: changed(guardian, wards=guardian.wards - {victim_id}) for key, guardian in case.guardians.items()
        },
        "consents": {
            key: changed(consent, scopes=frozenset())
            if consent.victim_id == victim_id and consent.given_by in _ON_HER_BEHALF
            else consent
            for key, consent in case.consents.items()
        },
    }


def _disclosed_without_consent(case: Case, recorded: Recorded) -> Changes:
    data = recorded.event.data
    if "recipient_agency" not in data or _breached(recorded, _OVERREACHING):
        return {}
    return {"overrides": case.overrides | {Override(data["victim_id"], data["recipient_agency"])}}


def _family_disclosure_objected(case: Case, recorded: Recorded) -> Changes:
    return {"objections": case.objections | {recorded.event.data["victim_id"]}}


FOLDS: Folds = {
    "consent.ConsentRecorded": _consent_recorded,
    "consent.ConsentWithdrawn": _consent_withdrawn,
    "consent.DisclosedWithoutConsent": _disclosed_without_consent,
    "consent.FamilyDisclosureObjected": _family_disclosure_objected,
    "consent.MajorityReached": _majority_reached,
}

RULES: Rules = {}
RELATIONS: Rules = {}
