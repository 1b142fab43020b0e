"""Need to know as one table: which agency is told which field of which event, by its relation to the event.

The table is read from the top: the first row that names the type, the relation and one of the agency's categories
decides. Where an agency stands in several relations, it is told what they grant together. What is sealed (names,
places, statements) is never granted here: it is read on record, through the keyring. `docs/reference/sharing.md` prints
the table and what follows from it for each type. Asked by `projections.room`, and for officers by row-level security.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from domain.catalogue import by_name

RELATIONS: Final = ("publisher", "counterpart", "care_lead", "proceedings_lead", "in_case", "category")
"""publisher: it published the event; counterpart: the other side of what the event is about (addressee of the
referral, the transfer, the order, the action); care_lead, proceedings_lead: it leads the case; in_case: it takes part
in the case; category: it does not, and is told of such events all the same."""

ALL = "*"
NOTHING = None
HAPPENED = ""


class Grant(NamedTuple):
    """A row of the table.

    `types`, `relations` and `categories` are names parted by blanks (`stage.*`, `*`); `fields` is `*` (every clear
    field), empty (only that it happened: type, time, publisher), names, or None (nothing at all).
    """

    types: str
    relations: str
    fields: str | None
    why: str
    categories: str = ALL


_LEADS = "care_lead proceedings_lead"
_INVOLVED = f"counterpart {_LEADS}"
_JUSTICE = "police prosecutor court"
_LEGAL = "legal_aid prosecutor court child_protection"

TABLE: Final[tuple[Grant, ...]] = (
    Grant("*", "publisher", ALL, "Who published an event has its content already."),
    # -- the case as such
    Grant("case.OfficerRecused", "proceedings_lead care_lead", ALL, "A lead must not hand the case to that officer."),
    Grant(
        "case.OfficerRecused",
        "in_case counterpart",
        NOTHING,
        "A recusal is between the officer's agency and the leads.",
    ),
    Grant("case.Restricted", "care_lead proceedings_lead", ALL, "The leads apply the restriction."),
    Grant("case.Restricted", "in_case counterpart", "level", "Why access is narrowed can point to who is accused."),
    Grant(
        "case.Opened case.Closed case.Reopened case.LeadsAssigned case.DormancyMarked",
        f"{_INVOLVED} in_case",
        ALL,
        "Everybody in a case knows that it is open, why, and who leads it.",
    ),
    Grant(
        "case.OfficerAssigned",
        "care_lead proceedings_lead in_case counterpart",
        "role",
        "That a role is filled is known; the officer's pseudonym is the agency's own.",
    ),
    # -- identification: attributes of a child only where they are acted upon
    Grant(
        "identification.IndicatorReported identification.ScreeningCompleted",
        _LEADS,
        ALL,
        "The leads decide on protection and on proceedings by the indicators.",
    ),
    Grant(
        "identification.IndicatorReported",
        "counterpart",
        "age_band sex",
        "Who is asked to receive a child prepares for its age.",
    ),
    Grant(
        "identification.VictimPresumed identification.AgeAssessed",
        _LEADS,
        ALL,
        "Status and age decide the child's rights.",
    ),
    Grant(
        "identification.VictimPresumed identification.AgeAssessed",
        "counterpart",
        "age_band",
        "Who is asked to receive a child prepares for its age.",
    ),
    Grant(
        "identification.ReasonableGroundsDecided identification.ConclusiveGroundsDecided"
        " identification.ReconsiderationDecided",
        f"{_LEADS} counterpart",
        "decision decided_by decided_on decision_event_id",
        "Services and proceedings depend on the decision, not on who sat on the panel.",
    ),
    Grant(
        "identification.ReasonableGroundsDecided identification.ConclusiveGroundsDecided"
        " identification.ReconsiderationDecided",
        "in_case",
        "decision",
        "The child's legal aid can ask for reconsideration.",
        "legal_aid oversight",
    ),
    Grant(
        "identification.ReconsiderationRequested identification.AgeAssessmentChallenged",
        _LEADS,
        ALL,
        "A challenged decision is not built upon.",
    ),
    Grant(
        "identification.RecoveryPeriodOpened identification.RecoveryPeriodExtended identification.RecoveryPeriodEnded",
        "counterpart care_lead proceedings_lead in_case",
        "starts_on ends_on ended_on",
        "Nobody presses the child before the period ends, so everybody in the case knows when.",
    ),
    Grant(
        "identification.NonPunishmentFlagRaised identification.NonPunishmentDecided identification.PenaltyImposed"
        " identification.PenaltyStayed identification.ChildDetained identification.ChildReleased",
        _LEADS,
        ALL,
        "A penalty on a victim is ended by the leads.",
    ),
    Grant(
        "identification.NonPunishmentFlagRaised identification.NonPunishmentDecided identification.PenaltyImposed"
        " identification.PenaltyStayed identification.ChildDetained identification.ChildReleased",
        "in_case",
        ALL,
        "The prosecutor answers for non-punishment, the court and the child's lawyer apply it.",
        "prosecutor court legal_aid oversight",
    ),
    # -- consent
    Grant(
        "consent.ConsentRecorded consent.ConsentWithdrawn",
        "counterpart care_lead",
        "scopes given_by assent expires_on withdrawn_by",
        "Whoever serves the child must know what it agreed to, and that it no longer does.",
    ),
    Grant(
        "consent.ConsentRecorded consent.ConsentWithdrawn",
        "proceedings_lead",
        "scopes withdrawn_by",
        "Consent to take part in proceedings is asked before each step.",
    ),
    Grant("consent.DisclosedWithoutConsent", "care_lead", ALL, "The care lead answers for the child's data."),
    Grant(
        "consent.DisclosedWithoutConsent consent.FamilyDisclosureObjected",
        "in_case counterpart proceedings_lead",
        NOTHING,
        "What the child objects to is not spread by telling of it.",
    ),
    Grant(
        "consent.FamilyDisclosureObjected consent.VictimInformed consent.MajorityReached",
        "care_lead",
        ALL,
        "The care lead keeps to it.",
    ),
    # -- referrals: between sender and addressee
    Grant("referral.*", "counterpart", ALL, "A referral is between the two agencies that it names."),
    Grant(
        "referral.ReferralRequested",
        "care_lead",
        "victim_id referral_id service_type urgency reason due_at",
        "The care lead sees that no need stays unanswered.",
    ),
    Grant("referral.*", "care_lead", ALL, "A child is never between two agencies: the care lead sees each answer."),
    Grant(
        "referral.LeadAgencyTransferRequested referral.LeadAgencyTransferAccepted referral.LeadAgencyTransferRejected",
        "proceedings_lead in_case",
        ALL,
        "Who leads a case is known to everybody in it.",
    ),
    Grant("referral.ReferralOverdueMarked", "proceedings_lead", "referral_id due_at", "A child is waiting."),
    Grant(
        "referral.ReferralOverdueMarked",
        "category",
        "referral_id deadline due_at",
        "The task force asks who holds what is late; it is told codes and ids, and nothing of the child.",
        "mdtf coordination",
    ),
    # -- protection and care
    Grant("protection.GuardianImplicated protection.ThreatReported", _LEADS, ALL, "Both leads act on a danger."),
    Grant(
        "protection.GuardianImplicated protection.ThreatReported",
        "in_case counterpart",
        NOTHING,
        "Who learns of it can warn whom it is about.",
    ),
    Grant(
        "protection.RiskAssessed",
        f"{_INVOLVED} in_case",
        "victim_id risk_level",
        "Whoever meets the child knows the level.",
    ),
    Grant(
        "protection.ForensicInterviewConducted protection.AccountTaken",
        "care_lead proceedings_lead",
        "victim_id interview_id occasion purpose protocol recorded facility_type language interpreter duration_min"
        " media_tag",
        "Every occasion on which a child is asked is counted, over all agencies.",
    ),
    Grant(
        "protection.ForensicInterviewConducted protection.AccountTaken protection.InterviewScheduled"
        " protection.RepeatInterviewAuthorized",
        "in_case counterpart",
        "victim_id interview_id occasion purpose on",
        "Nobody asks a child again who was asked already.",
    ),
    Grant(
        "protection.InterviewScheduled protection.RepeatInterviewAuthorized protection.InterpreterAssigned",
        _LEADS,
        ALL,
        "The leads keep the number of interviews down.",
    ),
    Grant(
        "protection.MedicalExaminationConducted",
        "care_lead proceedings_lead",
        "victim_id kind purpose samples danger_to_life",
        "An examination is not repeated; its findings are sealed.",
    ),
    Grant(
        "protection.MedicalExaminationConducted",
        "in_case counterpart",
        "victim_id kind purpose",
        "An examination is not repeated.",
    ),
    Grant(
        "protection.TherapyStarted protection.FamilyTraced protection.FamilyAssessed",
        "proceedings_lead in_case counterpart",
        HAPPENED,
        "Care of the child is the care lead's.",
    ),
    Grant(
        "protection.ChildReportedMissing protection.ChildLocated",
        f"{_INVOLVED} in_case",
        ALL,
        "Everybody in the case looks for a missing child.",
    ),
    Grant(
        "protection.ProtectionMeasureRequested protection.ProtectionMeasureOrdered protection.ProtectionMeasureBreached"
        " protection.ProtectionMeasureEnded protection.VictimNotifiedOfRelease protection.ChildDied",
        _INVOLVED,
        ALL,
        "A measure protects only who is told of it.",
    ),
    Grant(
        "protection.ShelterAdmitted protection.CarePlanAgreed protection.CareEpisodeClosed protection.ServiceDelivered"
        " protection.ChildPlaced protection.FollowUpRecorded protection.ReturnInterviewHeld",
        "care_lead counterpart",
        ALL,
        "The care lead answers for the whole of the child's care; the provider stays unnamed.",
    ),
    Grant(
        "protection.RepatriationPlanned protection.RepatriationCompleted protection.ReceivedByAuthority",
        f"{_INVOLVED} in_case",
        ALL,
        "Border guards and consuls bring the child home.",
        "border immigration consular child_protection police prosecutor",
    ),
    Grant("protection.*", "care_lead", ALL, "The care lead answers for the whole of the child's care."),
    Grant("protection.*", "proceedings_lead in_case counterpart", HAPPENED, "Care of the child is the care lead's."),
    # -- investigation
    Grant(
        "investigation.AuthorizationIssued investigation.ProposalMade investigation.PreventiveMeasureOrdered",
        "proceedings_lead",
        ALL,
        "Coercive measures are between investigator, prosecutor and court.",
    ),
    Grant(
        "investigation.AuthorizationIssued investigation.ProposalMade investigation.PreventiveMeasureOrdered",
        "in_case counterpart",
        ALL,
        "Coercive measures are between investigator, prosecutor and court.",
        _JUSTICE,
    ),
    Grant(
        "investigation.AuthorizationIssued investigation.ProposalMade",
        "care_lead in_case counterpart",
        NOTHING,
        "A search that is known beforehand finds nothing.",
    ),
    Grant("investigation.ExaminationOrdered", "counterpart", ALL, "The laboratory works by the order."),
    Grant(
        "investigation.SuspectIdentified investigation.SuspectArrested investigation.SuspectReleased"
        " investigation.SuspectCleared",
        "care_lead",
        "defendant_id investigation_id arrested_at released_at ground reason",
        "The child is told before the person is free.",
    ),
    Grant("investigation.*", "proceedings_lead counterpart", ALL, "The proceedings lead conducts the investigation."),
    Grant("investigation.*", "in_case", ALL, "Police, prosecutor and court conduct one proceeding.", _JUSTICE),
    Grant(
        "investigation.InvestigationOpened investigation.InvestigationClosed investigation.InvestigationSuspended"
        " investigation.InvestigationReopened investigation.OffenceReclassified",
        "care_lead in_case",
        "investigation_id articles from_articles to_articles outcome reason opened_on",
        "The child and its lawyer are told what becomes of the investigation.",
        "child_protection legal_aid",
    ),
    # -- custody of exhibits
    Grant("custody.*", "counterpart proceedings_lead", ALL, "An exhibit is handed over with its history."),
    Grant(
        "custody.*",
        "in_case",
        ALL,
        "Investigator, laboratory, prosecutor and court answer for one chain.",
        "police prosecutor court forensic border immigration",
    ),
    Grant("custody.*", "care_lead", HAPPENED, "Exhibits are not the care lead's."),
    # -- prosecution and redress
    Grant("prosecution.*", "proceedings_lead counterpart", ALL, "Charge and trial are of the proceedings lead."),
    Grant(
        "prosecution.*",
        "in_case",
        ALL,
        "Prosecutor, court, police and the child's lawyer take part in the trial.",
        "prosecutor court police legal_aid",
    ),
    Grant(
        "prosecution.ChargeDecided prosecution.HearingScheduled prosecution.SpecialMeasuresOrdered"
        " prosecution.HearingHeld prosecution.VerdictRendered prosecution.SentenceImposed prosecution.AppealDecided"
        " prosecution.JudgmentBecameFinal prosecution.DismissalNotified",
        "care_lead",
        ALL,
        "The child is prepared for each step of the trial and told its outcome.",
    ),
    Grant(
        "redress.*",
        "counterpart care_lead proceedings_lead",
        ALL,
        "Redress is the child's; whoever leads sees it paid.",
    ),
    Grant(
        "redress.*",
        "in_case",
        ALL,
        "Lawyer, prosecutor, court and enforcement bring restitution about.",
        f"{_LEGAL} enforcement",
    ),
    # -- task force, prevention, parties
    Grant(
        "taskforce.ActionAssigned taskforce.ActionCompleted taskforce.CaseReviewed",
        f"{_INVOLVED} in_case",
        ALL,
        "What the task force decided on a case is for everybody in it.",
    ),
    Grant(
        "taskforce.ActionAssigned taskforce.ActionCompleted taskforce.CaseReviewed",
        "category",
        "action_id owner_agency action due_at outcome next_review_on",
        "The task force follows its own actions.",
        "mdtf coordination",
    ),
    Grant("taskforce.*", "in_case counterpart", ALL, "A body's record is its members'."),
    Grant(
        "taskforce.MeetingHeld taskforce.TargetSet taskforce.CommitmentRecorded taskforce.CommitmentReported"
        " taskforce.FundingObligated taskforce.FundingDisbursed taskforce.DialogueSnapshotPublished"
        " taskforce.DialogueItemAcknowledged taskforce.DialogueItemDisputed",
        "category",
        ALL,
        "The dialogue's numbers and money are common to its partners.",
        "mdtf coordination dialogue",
    ),
    Grant("prevention.*", "in_case counterpart", ALL, "Prevention counts people and names none."),
    Grant("prevention.*", "category", ALL, "Prevention counts people and names none.", "mdtf coordination dialogue"),
    Grant(
        "party.*",
        "counterpart in_case care_lead proceedings_lead",
        ALL,
        "A link is proposed by one agency and confirmed by another that holds the other case.",
    ),
    # -- privacy
    Grant("privacy.*", "care_lead", ALL, "The care lead answers for the child's data."),
    Grant("privacy.*", "in_case counterpart proceedings_lead", HAPPENED, "A request is the person's own."),
    # -- the ledger's own statements
    Grant("ledger.DutyOverdueMarked", f"{_INVOLVED} in_case", ALL, "What is late is not hidden from who waits for it."),
    Grant(
        "ledger.DutyOverdueMarked",
        "category",
        "of duty due_at owner",
        "The task force asks who holds what is late.",
        "mdtf coordination",
    ),
    Grant(
        "case.DormancyMarked",
        "category",
        "days",
        "A child without an event for two weeks is asked for.",
        "mdtf coordination",
    ),
    Grant(
        "ledger.RefusalUnresolvedMarked",
        "category in_case counterpart care_lead",
        "refused_type refusal by refused_at",
        "Child protection's duty desk puts right what was refused and not sent again.",
        "child_protection",
    ),
    Grant(
        "ledger.RefusalUnresolvedMarked",
        "in_case counterpart care_lead proceedings_lead",
        NOTHING,
        "A refusal is between its sender and the duty desk.",
    ),
    Grant(
        "ledger.EventCorrected",
        f"{_INVOLVED} in_case",
        "of reason",
        "Everybody sees that an event was corrected; its new values stand in the event itself, where granted.",
    ),
    Grant(
        "ledger.ApprovalAwaited ledger.ApprovalCompleted ledger.ApprovalGiven ledger.ApprovalRefused",
        f"{_INVOLVED} in_case",
        ALL,
        "Whether an event has taken effect is no secret of who published it.",
    ),
    Grant(
        "ledger.*",
        f"{_INVOLVED} in_case",
        ALL,
        "What the ledger states about an event is stated to everybody who is told of it.",
    ),
    # -- what no row above names
    Grant("*", f"{_INVOLVED} in_case", HAPPENED, "Everybody in a case knows that something happened in it."),
    Grant("*", "category", NOTHING, "Who is not in a case is told nothing of it."),
)

CARE: Final = frozenset(
    name for name, known in by_name.items() if known.stage == "protection" and "shelter" in known.mandate
)
"""Care events: to others than its two sides their publisher, addressee and actor are a `care provider` of the case."""

AGENCY_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(field.name for field in known.clear if field.kind == "agency") for name, known in by_name.items()
}
"""The fields of each type that name agencies."""

_NEVER = frozenset({"accused_agencies", "accused_agency", "officer", "officer_agency", "panel_members"})
"""Fields that only the publisher and the leads are ever told, whatever a row says by `*`."""


def is_care(event_type: str) -> bool:
    """Is its publisher a care provider to others?"""
    return event_type in CARE


@lru_cache(maxsize=20_000)
def fields(event_type: str, relation: str, categories: frozenset[str]) -> frozenset[str] | None:
    """The fields of `data` that an agency of these categories is told by this relation; None: not even that the event
    happened. Ids that the event is about stand among its fields."""
    for grant in TABLE:
        if _fits(grant, event_type, relation, categories):
            return _granted(grant, event_type, relation)
    return None


def _fits(grant: Grant, event_type: str, relation: str, categories: frozenset[str]) -> bool:
    return (
        _names(grant.relations, relation)
        and any(_is(pattern, event_type) for pattern in grant.types.split())
        and (grant.categories == ALL or not categories.isdisjoint(grant.categories.split()))
    )


def _names(names: str, name: str) -> bool:
    return names == ALL or name in names.split()


def _is(pattern: str, event_type: str) -> bool:
    return pattern in (ALL, event_type) or (pattern.endswith(".*") and event_type.startswith(pattern[:-1]))


def _granted(grant: Grant, event_type: str, relation: str) -> frozenset[str] | None:
    if grant.fields is None:
        return None
    known = by_name.get(event_type)
    every = frozenset(known.model.model_fields) - {"sd_digests"} if known is not None else frozenset[str]()
    if grant.fields != ALL:
        return every & frozenset(grant.fields.split()) | (_ids(event_type) if grant.fields else frozenset())
    return every if relation in ("publisher", "care_lead", "proceedings_lead") else every - _NEVER


@lru_cache(maxsize=512)
def _ids(event_type: str) -> frozenset[str]:
    """The id fields that an event is about, which whoever is told any field is told too."""
    known = by_name.get(event_type)
    return frozenset(known.subject) | frozenset(known.mints) if known is not None else frozenset()


@lru_cache(maxsize=1)
def categories_told() -> Mapping[str, frozenset[str]]:
    """type → the categories that are told of it without being in the case."""
    found = {name: frozenset(_told_anywhere(name)) for name in by_name}
    return {name: categories for name, categories in found.items() if categories}


def _told_anywhere(event_type: str) -> Iterable[str]:
    for grant in TABLE:
        if _names(grant.relations, "category") and any(_is(pattern, event_type) for pattern in grant.types.split()):
            if grant.fields is None:
                return
            yield from () if grant.categories == ALL else grant.categories.split()


ROLES: Final[Mapping[str, str]] = {
    "system": "Every row of the agency: its own system keeps them by its own rules.",
    "supervisor": "Every row of the agency but of cases from which the person is recused.",
    "auditor": "As a supervisor, to read only.",
    "officer": "Cases in which the officer holds a role, or the officer's unit acted; of a case restricted to named"
    " officers only those in which the officer holds a role.",
    "duty": "The worklist, referrals and refusals of the agency; of a restricted case only with a role in it.",
    "operator": "No row of any case: health, positions and counts.",
}
"""Who reads what within an agency."""
