"""One row for each `due` of the catalogue: who owns the duty, from when it runs, and which events discharge it.

Durations are the profile's. A duty of the publisher runs from the event's `time`; another agency's answer runs from the
entry's `at`, as nobody answers what she has not been told. Two are not computed: `limitation`, whose length depends on
the article and is not in the profile, and `majority`, which needs a birth date that is sealed. Read by
`domain.stages.ledger.duties`; a test compares the rows with the catalogue.
"""

from __future__ import annotations

from domain.stages.ledger.duties_row import Done, Row

PROSECUTOR = "category prosecutor"
_RECOVERY, _APPEAL = "identification.RecoveryPeriodEnded", "prosecution.AppealPeriodLapsed"
_REFERRAL, _TRANSFER = "referral.ReferralOverdueMarked", "custody.TransferOverdueMarked"
_DIED: Done = ("protection.ChildDied", "victim_id")
_ANSWERED = (("identification.NonPunishmentDecided", "flag_id"),)
_RISK: tuple[Done, ...] = (("protection.RiskAssessed", "victim_id"), _DIED)
_REROUTED: tuple[Done, ...] = (
    ("referral.ReferralRequested", "victim_id", "service_type"),
    ("referral.ReferralAccepted", "referral_id"),
    ("referral.ReferralRevoked", "referral_id"),
)
_RECOVERED: tuple[Done, ...] = ((_RECOVERY, "victim_id"), ("identification.ConclusiveGroundsDecided", "victim_id"))
_TOLD: tuple[Done, ...] = (("prosecution.DismissalNotified", "of_event=of"),)
_ITEM: tuple[Done, ...] = (
    ("taskforce.DialogueItemAcknowledged", "of_event=of"),
    ("taskforce.DialogueItemDisputed", "of_event=of"),
)
_LAPSED: tuple[Done, ...] = (
    (_APPEAL, "defendant_id"),
    ("prosecution.AppealFiled", "defendant_id"),
    ("prosecution.JudgmentBecameFinal", "defendant_id"),
)
_FREE: tuple[Done, ...] = (
    ("investigation.SuspectReleased", "defendant_id"),
    ("investigation.SuspectCleared", "defendant_id"),
    ("investigation.PreventiveMeasureOrdered", "defendant_id"),
    ("prosecution.VerdictRendered", "defendant_id"),
)


def _recovery(opened_by: str, effect: str) -> Row:
    return Row(
        opened_by, "recovery_period", "care", _RECOVERED,
        stated="ends_on", effect=effect, renews="victim_id", clock=_RECOVERY,
    )  # fmt: skip


def _half(opened_by: str) -> Row:
    there = (opened_by, "other_case", "investigation_id")
    return Row(opened_by, "other_half", "publisher", runs="at", half=there)


IDENTIFICATION = (
    Row(
        "identification.AgeAssessmentChallenged", "age_decision", "care",
        (("identification.AgeAssessed", "victim_id"),), runs="at",
    ),
    _recovery("identification.ReasonableGroundsDecided", "identification.RecoveryPeriodOpened"),
    _recovery("identification.ReconsiderationDecided", "identification.RecoveryPeriodOpened"),
    _recovery("identification.RecoveryPeriodExtended", ""),
    Row(
        "identification.ReconsiderationRequested", "reconsideration", "care",
        (("identification.ReconsiderationDecided", "victim_id", "decision_event_id"),), runs="at",
    ),
    Row("identification.NonPunishmentFlagRaised", "non_punishment_answer", PROSECUTOR, _ANSWERED, runs="at"),
    Row("identification.ChildDetained", "non_punishment_answer", PROSECUTOR, _ANSWERED, runs="at"),
    Row("identification.PenaltyImposed", "non_punishment_answer", PROSECUTOR, _ANSWERED, runs="at"),
)  # fmt: skip

REFERRAL = (
    Row(
        "referral.ReferralRequested", "referral_response", "to_agency",
        (
            ("referral.ReferralAccepted", "referral_id"),
            ("referral.ReferralRejected", "referral_id"),
            ("referral.ReferralRevoked", "referral_id"),
            ("referral.AddresseeReportedUnavailable", "referral_id"),
        ),
        stated="due_at", effect="referral.ResponseDue", clock=_REFERRAL,
    ),
    Row(
        "referral.ReferralAccepted", "first_contact", "publisher",
        (
            ("protection.ServiceDelivered", "referral_id"),
            ("protection.ShelterAdmitted", "referral_id"),
            ("referral.ReferralCompleted", "referral_id"),
            ("referral.RevocationAcknowledged", "referral_id"),
        ),
        stated="first_contact_due",
    ),
    Row(
        "referral.ReferralAccepted", "referral_completion", "publisher",
        (("referral.ReferralCompleted", "referral_id"), ("referral.RevocationAcknowledged", "referral_id")),
        clock=_REFERRAL,
    ),
    Row("referral.ReferralRejected", "reroute", "sender", _REROUTED),
    Row("referral.AddresseeReportedUnavailable", "reroute", "sender", _REROUTED),
    Row(
        "referral.LeadAgencyTransferRequested", "lead_transfer", "to_agency",
        (
            ("referral.LeadAgencyTransferAccepted", "lead_transfer_id"),
            ("referral.LeadAgencyTransferRejected", "lead_transfer_id"),
        ),
        runs="at", renews="lead",
    ),
)  # fmt: skip

PROTECTION = (
    Row("protection.RiskAssessed", "risk_review", "publisher", _RISK, grade="risk_level"),
    Row("protection.ThreatReported", "risk_review", "care", _RISK, grade="high"),
    Row("protection.ProtectionMeasureBreached", "risk_review", "care", _RISK, grade="high"),
    Row(
        "protection.GuardianImplicated", "guardian_replacement", "care",
        (("protection.GuardianAppointed", "victim_id"), _DIED),
    ),
    Row(
        "protection.ShelterAdmitted", "care_plan", "publisher",
        (("protection.CarePlanAgreed", "victim_id"), ("protection.CareEpisodeClosed", "care_episode_id"), _DIED),
    ),
    Row(
        "protection.CarePlanAgreed", "care_plan_review", "publisher",
        (("protection.CarePlanAgreed", "victim_id"), ("protection.CareEpisodeClosed", "victim_id"), _DIED),
        stated="review_on",
    ),
    Row(
        "protection.RepatriationCompleted", "reception", "publisher",
        (("protection.ReceivedByAuthority", "repatriation_id"), _DIED),
    ),
    Row(
        "protection.CareEpisodeClosed", "follow_up", "publisher",
        (("protection.FollowUpRecorded", "victim_id"), ("protection.ShelterAdmitted", "victim_id"), _DIED),
        stated="follow_up_on",
    ),
    Row(
        "protection.ChildReportedMissing", "missing_review", "care",
        (("protection.ChildLocated", "missing_id"), ("taskforce.CaseReviewed",), *_RISK),
    ),
    Row(
        "protection.ChildLocated", "return_interview", "care",
        (("protection.ReturnInterviewHeld", "missing_id"), _DIED),
    ),
    Row(
        "protection.ProtectionMeasureRequested", "measure_decision", "proceedings",
        (
            ("protection.ProtectionMeasureOrdered", "measure_id"),
            ("protection.ProtectionMeasureOrdered", "measure_id=requested_as"),
            ("protection.ProtectionMeasureEnded", "measure_id"),
        ),
        runs="at",
    ),
    Row(
        "protection.ProtectionMeasureEnded", "victim_notice", "publisher",
        (("consent.VictimInformed", "victim_id"), _DIED),
    ),
)  # fmt: skip

INVESTIGATION = (
    Row(
        "investigation.ProposalMade", "proposal_answer", PROSECUTOR,
        (
            ("investigation.InvestigationClosed", "proposal_id"),
            ("investigation.InvestigationSuspended", "proposal_id"),
            ("investigation.OffenceReclassified", "proposal_id"),
        ),
        runs="at",
    ),
    Row(
        "investigation.ExaminationOrdered", "lab_report", "to_agency", (("custody.LabReportIssued", "order_id"),),
        runs="at", stated="due_at", grade="not_stated",
    ),
    Row("investigation.SuspectArrested", "detention", "publisher", _FREE, runs="arrested_at", grade="arrest"),
    Row(
        "investigation.PreventiveMeasureOrdered", "detention", "publisher", _FREE,
        stated="valid_to", only=("measure", "pre_trial_detention"),
    ),
    Row(
        "investigation.SuspectReleased", "release_notice", "publisher",
        (("protection.VictimNotifiedOfRelease", "defendant_id"),),
    ),
    Row("investigation.SuspectCleared", "dismissal_notice", "publisher", _TOLD),
    Row(
        "investigation.MutualAssistanceRequested", "assistance_answer", "publisher",
        (("investigation.MutualAssistanceAnswered", "assistance_id"),), runs="at",
    ),
    _half("investigation.ProceedingsJoined"),
    _half("investigation.ProceedingsSevered"),
    Row(
        "investigation.InvestigationSuspended", "suspension_review", "publisher",
        (
            ("investigation.InvestigationReopened", "investigation_id"),
            ("investigation.InvestigationClosed", "investigation_id"),
        ),
        stated="review_on",
    ),
    Row("investigation.InvestigationClosed", "dismissal_notice", "publisher", _TOLD),
    Row(
        "investigation.InvestigationTransferredToProsecutor", "file_receipt", PROSECUTOR,
        (
            ("prosecution.CaseFileReceived", "investigation_id"),
            ("prosecution.CaseFileRefused", "investigation_id"),
        ),
        runs="at",
    ),
)  # fmt: skip

CUSTODY = (
    Row(
        "custody.CustodyReleased", "transfer_receipt", "to_agency",
        (
            ("custody.CustodyReceived", "transfer_id"),
            ("custody.CustodyRefused", "transfer_id"),
            ("custody.TransferWithdrawn", "transfer_id"),
        ),
        runs="released_at", each=("exhibit_number", "exhibit_number"), clock=_TRANSFER, leg="outward",
    ),
    Row(
        "custody.CustodyRefused", "transfer_receipt", "sender", (("custody.CustodyReceived", "transfer_id"),),
        each=("exhibit_number", "exhibit_number"), clock=_TRANSFER, leg="return",
    ),
    Row(
        "custody.ExhibitReferenced", "other_half", "publisher", runs="at",
        half=("custody.HoldPlaced", "home_case", "exhibit_number"),
    ),
)  # fmt: skip

PROSECUTION = (
    Row(
        "prosecution.CaseFileReceived", "charge_decision", "publisher",
        (
            ("prosecution.ChargeDecided", "investigation_id"),
            ("prosecution.CaseReturnedForInvestigation", "investigation_id"),
            ("investigation.InvestigationClosed", "investigation_id"),
        ),
    ),
    Row("prosecution.ChargeDecided", "dismissal_notice", "publisher", _TOLD, only=("decision", "decline")),
    Row(
        "prosecution.ComplaintFiled", "complaint_decision", PROSECUTOR,
        (("prosecution.ComplaintDecided", "complaint_id"),), runs="at",
    ),
    Row(
        "prosecution.HearingScheduled", "special_measures", "publisher",
        (("prosecution.SpecialMeasuresOrdered", "hearing_id"), ("prosecution.HearingHeld", "hearing_id")),
        stated="on", day="start", each=("witnesses", "victim_id"),
    ),
    Row(
        "prosecution.VerdictRendered", "appeal_period", "publisher", _LAPSED, renews="defendant_id", clock=_APPEAL,
    ),
    Row(
        "prosecution.AppealDecided", "appeal_period", "publisher",
        (*_LAPSED, ("prosecution.VerdictRendered", "defendant_id")),
        only=("result", "upheld", "amended", "quashed", "withdrawn"), renews="defendant_id", clock=_APPEAL,
    ),
    Row("prosecution.AppealFiled", "appeal_decision", "publisher", (("prosecution.AppealDecided", "appeal_id"),)),
)  # fmt: skip

REDRESS = (
    Row(
        "redress.AssetsFrozen", "freeze_end", "publisher",
        (("redress.AssetsFrozen", "defendant_id"), ("redress.RestitutionOrdered", "defendant_id")), stated="valid_to",
    ),
    Row(
        "redress.RestitutionOrdered", "restitution_payment", "publisher",
        (("redress.RestitutionPaid", "award_id"), ("redress.EnforcementClosed", "award_id")), sum="amount_mnt",
    ),
    Row(
        "redress.CompensationApplied", "compensation_decision", "category ministry",
        (("redress.CompensationDecided", "compensation_id"),), runs="at",
    ),
)  # fmt: skip

OTHERS = (
    Row(
        "taskforce.ActionAssigned", "action", "owner_agency", (("taskforce.ActionCompleted", "action_id"),),
        stated="due_at",
    ),
    Row("taskforce.TargetSet", "other_half", "publisher", _ITEM, runs="at", by_other=True),
    Row("taskforce.CommitmentRecorded", "other_half", "publisher", _ITEM, runs="at", by_other=True),
    Row("taskforce.FundingObligated", "other_half", "publisher", _ITEM, runs="at", by_other=True),
    Row("taskforce.DialogueSnapshotPublished", "other_half", "publisher", _ITEM, runs="at", by_other=True),
    Row(
        "party.LinkProposed", "other_half", "publisher",
        (("party.LinkConfirmed", "link_id"), ("party.LinkDissolved", "link_id")), runs="at", by_other=True,
    ),
    Row(
        "privacy.DataSubjectRequestReceived", "data_request_answer", "publisher",
        (("privacy.DataSubjectRequestAnswered", "request_id"),),
    ),
    Row(
        "privacy.BreakGlassUsed", "break_glass_review", "oversight",
        (("privacy.BreakGlassReviewed", "breakglass_id"),),
    ),
    Row("ledger.EventMisfiled", "other_half", "publisher", runs="at", half=("", "right_stream", "of")),
)  # fmt: skip

ROWS = (*IDENTIFICATION, *REFERRAL, *PROTECTION, *INVESTIGATION, *CUSTODY, *PROSECUTION, *REDRESS, *OTHERS)
