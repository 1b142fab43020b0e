"""The code lists of the events' fields, each a type of its codes.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

About: TypeAlias = Literal["community", "guardian", "one_parent", "parents", "relatives", "siblings"]
AcceptedByRole: TypeAlias = Literal[
    "border_officer",
    "child_herself",
    "citizen",
    "consul",
    "examiner",
    "family_member",
    "guardian",
    "health_worker",
    "hotline_operator",
    "immigration_officer",
    "judge",
    "labour_inspector",
    "lawyer",
    "other",
    "police_officer",
    "prosecutor",
    "shelter_worker",
    "social_worker",
    "supervisor",
    "teacher",
]
AccountTakenV1Purpose: TypeAlias = Literal[
    "age_or_identity",
    "clarification_for_court",
    "evidence_review",
    "facts_of_exploitation",
    "identification_of_suspect",
    "new_offence",
    "safety_screening",
]
Action: TypeAlias = Literal[
    "answer_flag",
    "arrange_interview",
    "chase_referral",
    "contact_abroad",
    "contact_victim",
    "find_shelter",
    "fund_service",
    "obtain_authorization",
    "other",
    "place_guardian",
    "send_to_lab",
]
ActionCompletedV1Outcome: TypeAlias = Literal["done", "handed_back", "not_possible", "superseded"]
Activity: TypeAlias = Literal["campaign", "community_meeting", "media", "online", "other", "school_session"]
Additional: TypeAlias = Literal[
    "ban_from_work_with_children", "confiscation", "deportation", "other", "residence_restriction", "treatment_order"
]
AddresseeReportedUnavailableV1Reason: TypeAlias = Literal[
    "closed", "no_answer", "no_capacity_tonight", "suspended_in_registry", "unsafe_route"
]
Against: TypeAlias = Literal["caregiver", "child", "family", "officer", "witness"]
AgeAssessedV1Method: TypeAlias = Literal[
    "dental_or_bone_imaging", "documents", "family_statement", "holistic_assessment", "own_statement"
]
AgeAssessedV1Result: TypeAlias = Literal["adult", "child", "unknown"]
AgeAssessmentChallengedV1Ground: TypeAlias = Literal[
    "conflict_of_interest", "new_information", "no_reasons", "wrong_facts", "wrong_procedure"
]
AgeBand: TypeAlias = Literal["0-8", "14-17", "18+", "9-13", "unknown"]
AgeBroad: TypeAlias = Literal[
    "0--8", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+", "9--17", "unknown"
]
Aimag: TypeAlias = Literal[
    "MN-035",
    "MN-037",
    "MN-039",
    "MN-041",
    "MN-043",
    "MN-046",
    "MN-047",
    "MN-049",
    "MN-051",
    "MN-053",
    "MN-055",
    "MN-057",
    "MN-059",
    "MN-061",
    "MN-063",
    "MN-064",
    "MN-065",
    "MN-067",
    "MN-069",
    "MN-071",
    "MN-073",
    "MN-1",
    "abroad",
    "unknown",
]
Answer: TypeAlias = Literal["corrected", "erased", "given", "given_in_part", "refused"]
ApparentAgeBand: TypeAlias = Literal["0-8", "14-17", "18+", "9-13", "unknown"]
AppealDecidedV1Result: TypeAlias = Literal["amended", "quashed", "remitted", "upheld", "withdrawn"]
ApprovalGivenV1Role: TypeAlias = Literal[
    "care_plan",
    "case_closure",
    "closure",
    "correction",
    "erasure",
    "other_lead",
    "prosecutor",
    "report_review",
    "supervisor",
]
ApprovalRefusedV1Reason: TypeAlias = Literal[
    "conflict_of_interest", "incomplete", "not_justified", "other", "wrong_officer"
]
Assent: TypeAlias = Literal["given", "not_able_to_say", "not_asked", "refused"]
AuthorisedByRole: TypeAlias = Literal[
    "border_officer",
    "child_herself",
    "citizen",
    "consul",
    "examiner",
    "family_member",
    "guardian",
    "health_worker",
    "hotline_operator",
    "immigration_officer",
    "judge",
    "labour_inspector",
    "lawyer",
    "other",
    "police_officer",
    "prosecutor",
    "shelter_worker",
    "social_worker",
    "supervisor",
    "teacher",
]
Authority: TypeAlias = Literal[
    "court_order",
    "examination_order",
    "foreign_request",
    "internal_storage",
    "jurisdiction_change",
    "not_stated",
    "prosecutor_order",
    "return_to_owner",
]
AuthorizationType: TypeAlias = Literal[
    "account_data",
    "arrest",
    "bodily_examination",
    "interception",
    "other",
    "search",
    "seizure",
    "surveillance",
    "undercover",
]
BedType: TypeAlias = Literal["emergency", "hospital", "long_term", "mother_and_child", "one_stop", "short_term"]
BreachKind: TypeAlias = Literal["approach", "contact", "disclosure_of_address", "non_compliance", "threat"]
BreakCode: TypeAlias = Literal[
    "ACCESS_WITHOUT_AUTHORITY",
    "ACTED_WHILE_RECUSED",
    "ARRESTED_WITHOUT_AUTHORIZATION",
    "AUTHORIZATION_EXPIRED",
    "CHILD_CONFRONTED",
    "CONSENT_BY_IMPLICATED_GUARDIAN",
    "CONSENT_NOT_EXPLAINED",
    "DEADLINE_MISSED",
    "DERIVED_WITHOUT_PARENT",
    "DETENTION_LIMIT_EXCEEDED",
    "DISCLOSED_AGAINST_OBJECTION",
    "DISCLOSED_WITHOUT_BASIS",
    "DISPOSED_UNDER_HOLD",
    "DISPOSED_WITHOUT_ORDER",
    "ERASED_WITHOUT_ORDER",
    "EXAMINED_WHILE_SEALED",
    "EXAMINED_WITHOUT_ORDER",
    "EXHIBIT_NUMBER_REUSED",
    "HANDLER_NOT_CUSTODIAN",
    "HASH_MISMATCH",
    "HASH_MISSING_AT_TRANSFER",
    "INTERVIEW_NOT_CHILD_FRIENDLY",
    "INTERVIEW_NOT_RECORDED",
    "INTERVIEW_REPEATED_WITHOUT_AUTHORIZATION",
    "LATE_ENTRY",
    "LOCATION_UNKNOWN",
    "MEDICAL_EXAMINATION_REPEATED",
    "MEDICAL_EXAMINATION_WITHOUT_CONSENT",
    "OUT_OF_SEQUENCE",
    "PAID_BEYOND_BALANCE",
    "PENALISED_DESPITE_DECISION",
    "PLACED_WITHOUT_DETERMINATION",
    "RECEIPT_WITHOUT_RELEASE",
    "RECEIVER_NOT_NAMED_RECIPIENT",
    "RELEASED_WITHOUT_INTEGRITY",
    "RELEASED_WITHOUT_NOTICE",
    "RELEASER_NOT_CUSTODIAN",
    "RELEASE_WITHOUT_RECEIPT",
    "REPATRIATED_WITHOUT_DETERMINATION",
    "REPORT_NOT_REVIEWED",
    "RETURNED_TO_IMPLICATED_GUARDIAN",
    "SEAL_MISMATCH",
    "SEAL_OPENED_UNRECORDED",
    "SERVICE_WITHOUT_CONSENT",
    "TESTIFIED_WITHOUT_SPECIAL_MEASURES",
    "TIME_GAP",
    "TIME_REVERSAL",
    "VICTIM_DETAINED",
    "VICTIM_PENALISED",
]
ByKind: TypeAlias = Literal["family", "official", "suspect", "suspect_associate", "unknown"]
ByRole: TypeAlias = Literal[
    "auditor", "custodian", "defence_counsel", "defence_expert", "examiner", "investigator", "judge", "prosecutor"
]
CareEpisodeClosedV1Reason: TypeAlias = Literal[
    "child_chose_to_leave",
    "died",
    "duplicate_episode",
    "moved_to_other_care",
    "plan_completed",
    "reached_majority_and_left",
    "repatriated",
    "returned_to_family",
]
CaseFileRefusedV1Reason: TypeAlias = Literal["exhibits_missing", "incomplete", "no_jurisdiction", "wrong_addressee"]
CaseReturnedForInvestigationV1Reason: TypeAlias = Literal[
    "expert_opinion_missing", "incomplete", "joined", "new_suspect", "procedural_defect"
]
CaseStatus: TypeAlias = Literal["Active", "Closed", "ClosedReferred", "FollowUp"]
Change: TypeAlias = Literal[
    "battery_or_drying",
    "packaging_replaced",
    "power_on_required",
    "remote_wipe_prevented",
    "sampling_consumed",
    "software_update",
]
ChargeDecidedV1Decision: TypeAlias = Literal["accuse", "decline", "return"]
ChargeDecidedV1Reason: TypeAlias = Literal[
    "insufficient_evidence",
    "investigation_incomplete",
    "limitation_expired",
    "no_offence",
    "non_punishment",
    "other_offence",
    "sufficient_evidence",
    "suspect_died",
]
Checkpoint: TypeAlias = Literal[
    "altanbulag",
    "borshoo",
    "bulgan_khovd",
    "chinggis_khaan_airport",
    "ereentsav",
    "gashuun_sukhait",
    "other",
    "shiveekhuren",
    "sukhbaatar",
    "tsagaannuur",
    "zamyn_uud",
]
ChildDetainedV1Ground: TypeAlias = Literal[
    "criminal_suspicion", "immigration", "petty_offence", "protective", "unknown", "witness_summons"
]
ChildLocatedV1Condition: TypeAlias = Literal["detained", "exploited", "harmed", "unharmed", "unknown"]
CitizenshipGroup: TypeAlias = Literal["mongolian", "other", "stateless", "unknown"]
CivilClaimDecidedV1Decision: TypeAlias = Literal["granted", "granted_in_part", "refused", "withdrawn"]
ClosedV1Reason: TypeAlias = Literal[
    "all_duties_done", "died", "merged_by_error", "moved_abroad", "not_a_victim_confirmed"
]
CommitmentReportedV1Status: TypeAlias = Literal["dropped", "late", "met", "on_track"]
Compartments: TypeAlias = Literal["family", "identity", "location", "medical", "statement"]
CompartmentsShared: TypeAlias = Literal["family", "identity", "location", "medical", "statement"]
ComplaintDecidedV1Decision: TypeAlias = Literal["dismissed", "upheld", "withdrawn"]
ConclusiveGroundsDecidedV1Decision: TypeAlias = Literal[
    "ActualVictimOfTrafficking", "NotAVictimOfTrafficking", "PossibleVictimOfTrafficking"
]
Confidence: TypeAlias = Literal["certain", "likely", "possible"]
ConflictCheck: TypeAlias = Literal["checked_conflict", "checked_none", "not_checked"]
ConsentRecordedV1Basis: TypeAlias = Literal[
    "explained_child_friendly", "explained_in_own_language", "explained_with_interpreter", "not_explained"
]
ConsentStated: TypeAlias = Literal["no", "unknown", "yes"]
ControlCategories: TypeAlias = Literal["financial", "not_specified", "other", "physical", "survival", "threats"]
Currency: TypeAlias = Literal["EUR", "MNT", "USD"]
CustodyReceivedV1Conditions: TypeAlias = Literal[
    "contaminated", "damaged", "good", "incomplete", "not_stated", "opened", "wet"
]
CustodyRefusedV1Reason: TypeAlias = Literal[
    "hash_differs",
    "item_not_listed",
    "no_authority",
    "no_storage",
    "packaging_damaged",
    "seal_broken",
    "seal_differs",
    "wrong_recipient",
]
CustodyReleasedV1Purpose: TypeAlias = Literal[
    "court", "disposal", "examination", "inspection", "jurisdiction", "not_stated", "return", "storage"
]
Danger: TypeAlias = Literal["abduction", "life", "self_harm", "trafficked_across_border_now", "violence_now"]
DataSubjectRequestAnsweredV1Reason: TypeAlias = Literal[
    "as_asked", "law_forbids", "not_our_record", "proceedings_open", "retention_duty", "rights_of_others"
]
DataSubjectRequestReceivedV1By: TypeAlias = Literal[
    "agency",
    "defence_counsel",
    "defendant",
    "guardian",
    "legal_representative",
    "oversight",
    "prosecutor",
    "third_party",
    "victim",
]
DataSubjectRequestReceivedV1Kind: TypeAlias = Literal["access", "correction", "erasure", "restriction", "who_read"]
Dataset: TypeAlias = Literal["ctdc_global_k_anonymised", "ctdc_synthetic", "htcds_workbook", "own_legacy_register"]
DecidedBy: TypeAlias = Literal["CourtOrProsecution", "NGO", "NonPoliceGovernmentalOrganization", "Other", "Police"]
Decisions: TypeAlias = Literal[
    "assign_action", "close_proposed", "continue", "escalate", "no_change", "request_examination", "request_information"
]
Derivation: TypeAlias = Literal["acquired", "divided", "not_stated", "recovered", "sampled"]
DerivedExhibitCreatedV1Method: TypeAlias = Literal[
    "cloud_export",
    "division",
    "handed_in",
    "logical_copy",
    "not_stated",
    "photograph_of_scene",
    "physical_image",
    "recording",
    "seized",
    "swab_or_sample",
]
Disposition: TypeAlias = Literal[
    "destroyed", "retained_for_state", "returned", "returned_early_after_imaging", "transferred_to_archive"
]
EnforcementClosedV1Reason: TypeAlias = Literal[
    "award_quashed", "debtor_died", "limitation_expired", "no_assets", "paid", "withdrawn"
]
EventCorrectedV1Reason: TypeAlias = Literal[
    "clerical_error", "new_information", "translation", "wrong_code", "wrong_subject"
]
EventDisputedV1Reason: TypeAlias = Literal[
    "definition_differs", "not_what_happened", "numbers_do_not_replay", "wrong_amount", "wrong_person", "wrong_time"
]
ExaminationOrderedV1Kind: TypeAlias = Literal[
    "digital", "dna", "documents", "fingerprints", "handwriting", "medical", "other", "psychological", "toxicology"
]
Exception: TypeAlias = Literal["abandoned", "consent_of_owner", "court_session", "danger_to_life", "in_the_act", "none"]
ExhibitAccessedV1Purpose: TypeAlias = Literal[
    "conservation", "court", "defence_inspection", "examination", "exhibition", "inventory", "investigation"
]
ExhibitAdmissionDecidedV1Reason: TypeAlias = Literal[
    "break_explained", "break_unexplained", "not_relevant", "relevant_and_intact", "unlawfully_obtained"
]
ExhibitExaminedV1Method: TypeAlias = Literal[
    "chemical",
    "comparison",
    "logical_extraction",
    "manual_review",
    "microscopy",
    "other",
    "physical_extraction",
    "triage",
]
ExhibitFoundV1Condition: TypeAlias = Literal[
    "contaminated", "damaged", "good", "incomplete", "not_stated", "opened", "wet"
]
ExhibitKind: TypeAlias = Literal[
    "biological",
    "clothing",
    "computer",
    "document",
    "drug",
    "money",
    "online_account",
    "other",
    "phone",
    "recording",
    "storage_medium",
    "vehicle",
    "weapon",
]
ExhibitStoredV1Conditions: TypeAlias = Literal["cool", "dry", "faraday", "fire_safe", "frozen", "room_temperature"]
ExhibitUnsealedV1Reason: TypeAlias = Literal[
    "conservation", "court", "examination", "inspection", "not_stated", "resealing", "return_to_owner"
]
ExplanationKind: TypeAlias = Literal[
    "clerical_error",
    "conservation",
    "emergency",
    "equipment_failure",
    "record_omitted",
    "seal_replaced",
    "transport_delay",
    "unknown",
]
ExploitationTypes: TypeAlias = Literal[
    "ChildLabour",
    "ForcedAdoption",
    "ForcedBegging",
    "ForcedLabour",
    "ForcedMarriage",
    "ForcedMilitaryByNonStateActors",
    "OrganRemoval",
    "Other",
    "Servitude",
    "SexualExploitation",
    "Surrogacy",
]
ExploitedWhileMissing: TypeAlias = Literal["no", "unknown", "yes"]
FacilityType: TypeAlias = Literal[
    "barnahus_or_child_friendly_space",
    "border_post",
    "court",
    "home",
    "hospital",
    "other",
    "police_station",
    "prosecutor_office",
    "remote_video",
    "school",
    "shelter",
]
Factors: TypeAlias = Literal[
    "debt",
    "exploiter_at_large",
    "exploiter_in_family",
    "illness",
    "knows_address",
    "no_documents",
    "online_contact",
    "pregnancy",
    "previous_missing",
    "self_harm",
    "substance",
    "threats",
    "young_age",
]
FamilyTracedV1Result: TypeAlias = Literal["found", "found_in_part", "not_found", "not_traced_child_objected"]
Finding: TypeAlias = Literal["justified", "justified_but_too_wide", "not_justified"]
FollowUpRecordedV1Status: TypeAlias = Literal["moved_away", "needs_support", "not_reached", "unsafe", "well"]
For: TypeAlias = Literal["guardianship", "interview", "other", "placement", "repatriation", "return", "services"]
ForcedLabour: TypeAlias = Literal["no", "unknown", "yes"]
Fund: TypeAlias = Literal["ngo_fund", "other", "state_compensation_fund", "victims_abroad_fund"]
GenderMix: TypeAlias = Literal["female", "male", "mixed", "unknown"]
GivenBy: TypeAlias = Literal["caregiver", "guardian", "individual", "legal_representative", "other"]
Grade: TypeAlias = Literal["less_severe", "none", "severe", "slight"]
GuardianConflict: TypeAlias = Literal["no", "unknown", "yes"]
GuardianType: TypeAlias = Literal[
    "appointed_guardian", "guardian_advocate", "institution", "other", "parent", "relative", "step_parent"
]
Harm: TypeAlias = Literal["physical", "psychological"]
Head: TypeAlias = Literal[
    "legal_costs", "lost_earnings", "medical_costs", "moral_damage", "other", "therapy", "travel", "unpaid_wages"
]
Heads: TypeAlias = Literal[
    "legal_costs", "lost_earnings", "medical_costs", "moral_damage", "other", "therapy", "travel", "unpaid_wages"
]
HearingHeldV1Measures: TypeAlias = Literal[
    "closed_session",
    "intermediary",
    "no_confrontation",
    "questions_through_judge",
    "recorded_interview_as_testimony",
    "screen",
    "single_session",
    "support_person",
    "video_link",
]
HearingType: TypeAlias = Literal[
    "appeal", "cassation", "enforcement", "main", "preliminary", "preventive_measure", "special_measures"
]
HoldLiftedV1Reason: TypeAlias = Literal[
    "appeal_pending", "complaint", "foreign_request", "open_proceedings", "other_case", "over", "re_examination"
]
Indicator: TypeAlias = Literal[
    "C1",
    "C2",
    "C3",
    "C4",
    "E1",
    "E2",
    "E3",
    "O1",
    "P1",
    "P2",
    "P3",
    "P4",
    "P5",
    "P6",
    "P7",
    "P8",
    "P9",
    "R1",
    "R10",
    "R11",
    "R2",
    "R3",
    "R4",
    "R5",
    "R6",
    "R7",
    "R8",
    "R9",
    "V1",
    "V2",
]
IndicatorCodes: TypeAlias = Literal[
    "age_doubtful",
    "begging",
    "claims_to_be_victim",
    "coached_or_controlled",
    "debt_bondage",
    "destination_unknown_to_child",
    "documents_withheld",
    "hazardous_work",
    "known_to_exploiter",
    "marriage_arranged",
    "missing_from_home_or_care",
    "movement_restricted",
    "online_grooming",
    "other",
    "sexual_exploitation",
    "threats_or_violence",
    "travels_with_unrelated_adult",
    "unexplained_money_or_gifts",
    "wages_taken",
]
Industry: TypeAlias = Literal[
    "A_AgricultureForestryAndFishing",
    "B_MiningAndQuarrying",
    "C_Manufacturing",
    "D_ElectricityGasSteamAndAirConditioningSupply",
    "E_WaterSupplySewerageWasteManagement",
    "F_Construction",
    "G_WholesaleAndRetailTradeRepairOfMotorVehicles",
    "H_TransportationAndStorage",
    "I_AccommodationAndFoodServiceActivities",
    "J_InformationAndCommunication",
    "K_FinancialAndInsuranceActivities",
    "L_RealEstateActivities",
    "M_ProfessionalScientificAndTechnicalActivities",
    "N_AdministrativeAndSupportServiceActivities",
    "O_PublicAdministrationAndDefence",
    "P_Education",
    "Q_HumanHealthAndSocialWorkActivities",
    "R_ArtsEntertainmentAndRecreation",
    "S_OtherServiceActivities",
    "T_ActivitiesOfHouseholdsAsEmployers",
    "U_ActivitiesOfExtraterritorialOrganizations",
]
Instance: TypeAlias = Literal["appeal", "cassation", "first", "newly_discovered_circumstances"]
Instrument: TypeAlias = Literal[
    "bilateral_agreement", "consular", "letter_rogatory", "police_to_police", "treaty", "untoc"
]
IntegrityReason: TypeAlias = Literal[
    "biological_cold_chain", "bulky", "court_opened", "live_device", "no_seal_available"
]
InterviewerRole: TypeAlias = Literal[
    "border_officer",
    "child_herself",
    "citizen",
    "consul",
    "examiner",
    "family_member",
    "guardian",
    "health_worker",
    "hotline_operator",
    "immigration_officer",
    "judge",
    "labour_inspector",
    "lawyer",
    "other",
    "police_officer",
    "prosecutor",
    "shelter_worker",
    "social_worker",
    "supervisor",
    "teacher",
]
InvestigationClosedV1Outcome: TypeAlias = Literal[
    "dismissed", "no_crime", "suspect_unknown", "to_court", "transferred_abroad"
]
InvestigationClosedV1Reason: TypeAlias = Literal[
    "awaiting_assistance",
    "decision_overturned",
    "insufficient_evidence",
    "joined",
    "limitation_expired",
    "new_evidence",
    "no_crime",
    "other",
    "suspect_abroad",
    "suspect_died",
    "suspect_ill",
    "suspect_unknown",
]
JurisdictionAssignedV1Reason: TypeAlias = Literal[
    "conflict_of_interest", "official_accused", "place_of_offence", "specialised_unit", "workload"
]
LabReportIssuedV1Kind: TypeAlias = Literal["amended", "interim", "observation", "opinion"]
LabourType: TypeAlias = Literal[
    "agriculture",
    "aquafarming",
    "begging",
    "construction",
    "domestic_work",
    "hospitality",
    "illicit_activities",
    "manufacturing",
    "mining_or_drilling",
    "other",
    "peddling",
    "transportation",
    "unknown",
]
LastContact: TypeAlias = Literal[
    "not-sure",
    "over-a-year-ago",
    "within-the-last-3-month",
    "within-the-last-6-12-month",
    "within-the-last-6-month",
    "within-the-last-month",
    "within-the-last-week",
]
Lead: TypeAlias = Literal["care", "proceedings"]
LeadAgencyTransferRejectedV1Reason: TypeAlias = Literal[
    "conflict_of_interest",
    "duplicate",
    "no_capacity",
    "not_eligible",
    "not_our_service",
    "unsafe_for_child",
    "wrong_area",
]
LeadAgencyTransferRequestedV1Reason: TypeAlias = Literal[
    "capacity", "child_moved", "end_of_stage", "official_accused", "specialised_service"
]
Leg: TypeAlias = Literal["outward", "return"]
LegalBasis: TypeAlias = Literal["best_interests", "court_order", "danger_to_life", "legal_obligation", "none_stated"]
Level: TypeAlias = Literal["named_agencies", "named_officers", "named_units", "none"]
Link: TypeAlias = Literal["compelled", "direct_consequence", "related", "unclear"]
LinkDissolvedV1Reason: TypeAlias = Literal[
    "insufficient_basis", "linked_by_error", "not_same_person", "objection_of_the_person"
]
Manner: TypeAlias = Literal["accident", "homicide", "natural", "suicide", "undetermined", "unknown"]
MatchBasis: TypeAlias = Literal[
    "biometric", "blind_tag", "documents", "officer_knowledge", "photograph_compared", "statement"
]
Matter: TypeAlias = Literal[
    "complaint",
    "data_use",
    "decision",
    "dismissal",
    "hearing",
    "proceedings",
    "release_of_suspect",
    "restitution",
    "return",
    "rights",
    "services",
]
Means: TypeAlias = Literal["in_person", "letter", "online", "phone", "through_third_party"]
Measure: TypeAlias = Literal[
    "bail", "house_arrest", "no_contact", "personal_guarantee", "pre_trial_detention", "travel_ban"
]
MedicalExaminationConductedV1Kind: TypeAlias = Literal[
    "age_assessment", "forensic_medical", "forensic_psychological", "treatment"
]
MedicalExaminationConductedV1Purpose: TypeAlias = Literal[
    "age", "harm_assessment", "health", "injuries", "pregnancy_or_infection", "sexual_violence", "toxicology"
]
Medium: TypeAlias = Literal["drawn", "oral", "recorded", "through_representative", "written"]
MeetingHeldV1Kind: TypeAlias = Literal["dialogue", "sub_council", "task_force", "technical"]
MethodsOfControl: TypeAlias = Literal[
    "DebtBondage",
    "ExcessiveWorkingHours",
    "FalsePromises",
    "Other",
    "PhysicalAbuse",
    "PhysicalThreats",
    "PsychoactiveSubstance",
    "PsychologicalAbuse",
    "RestrictsFinancialAccess",
    "RestrictsMedicalCare",
    "SexualAbuse",
    "TakesEarnings",
    "ThreatensChildrenFamily",
    "ThreatsLawEnforcement",
    "WithholdsDocuments",
    "WithholdsNecessities",
]
Minors: TypeAlias = Literal["no", "unknown", "yes"]
MutualAssistanceAnsweredV1Result: TypeAlias = Literal["executed", "executed_in_part", "no_answer", "refused"]
NonPunishmentDecidedV1Reason: TypeAlias = Literal[
    "compelled", "direct_consequence", "not_a_victim_found_by_panel", "not_linked", "offence_not_covered"
]
Objective: TypeAlias = Literal["coordination", "prevention", "prosecution", "protection"]
Occasion: TypeAlias = Literal["confrontation", "forensic", "initial_account", "supplementary", "testimony"]
OffenceKind: TypeAlias = Literal[
    "documents", "drugs", "immigration", "other", "petty_offence", "prostitution_related", "theft"
]
OffenceReclassifiedV1Reason: TypeAlias = Literal[
    "element_missing", "evidence", "law_changed", "more_serious_offence_found", "plea", "proposal_of_police"
]
OfficerAssignedV1Role: TypeAlias = Literal[
    "duty_caseworker",
    "examiner",
    "guardian_advocate",
    "interviewer",
    "investigator",
    "judge",
    "legal_representative",
    "prosecutor",
    "responsible_caseworker",
    "supervisor",
]
OfficerRecusedV1Reason: TypeAlias = Literal[
    "accused_in_case", "own_request", "personal_interest", "prior_involvement", "relative", "witness_in_case"
]
OpenedV1Reason: TypeAlias = Literal[
    "audit", "information_from_abroad", "other_case", "proceedings_without_known_victim"
]
Option: TypeAlias = Literal[
    "adoption",
    "foster_care",
    "kinship_care",
    "remain_in_country",
    "repatriation",
    "residential_care",
    "return_to_family",
    "supported_independent_living",
    "third_country",
]
ParticipantsByRole: TypeAlias = Literal[
    "border_officer",
    "caseworker",
    "health_worker",
    "immigration_officer",
    "inspector",
    "judge",
    "lawyer",
    "other",
    "police",
    "prosecutor",
    "shelter_staff",
    "teacher",
]
PartyKind: TypeAlias = Literal["guardian", "suspect", "victim"]
Payer: TypeAlias = Literal["defendant", "enforcement", "state_fund", "third_party"]
PenaltyKind: TypeAlias = Literal[
    "administrative_detention", "conviction", "deportation", "entry_ban", "fine", "licence_withdrawn"
]
Placement: TypeAlias = Literal[
    "adoption", "foster_care", "kinship_care", "residential_care", "return_to_parents", "supported_independent_living"
]
Proposal: TypeAlias = Literal["close", "reclassify", "suspend", "transfer"]
ProtectionMeasureEndedV1Reason: TypeAlias = Literal["child_asked", "expired", "lifted", "refused", "replaced"]
ProtectionMeasureOrderedV1Measures: TypeAlias = Literal[
    "address_secret",
    "hearing_by_video",
    "identity_protection",
    "no_contact_order",
    "police_protection",
    "relocation",
    "safe_transport",
]
Protocol: TypeAlias = Literal["achieving_best_evidence", "national", "ncac", "nichd", "none", "other"]
ReExploitationRisk: TypeAlias = Literal["high", "low", "medium"]
ReasonableGroundsDecidedV1Decision: TypeAlias = Literal["negative", "positive"]
Reasons: TypeAlias = Literal[
    "conflict_in_care", "exploiter_contact", "family_contact", "fear_of_proceedings", "not_said", "other", "peers"
]
ReceiverKind: TypeAlias = Literal[
    "archive",
    "court",
    "employer",
    "family",
    "foreign_authority",
    "health_provider",
    "media",
    "other",
    "owner",
    "researcher",
    "school",
    "state",
    "victim",
]
RecipientKind: TypeAlias = Literal[
    "archive",
    "court",
    "employer",
    "family",
    "foreign_authority",
    "health_provider",
    "media",
    "other",
    "owner",
    "researcher",
    "school",
    "state",
    "victim",
]
RecoveryPeriodExtendedV1Reason: TypeAlias = Literal["awaiting_guardian", "child_asked", "health", "other", "safety"]
Recruiter: TypeAlias = Literal["family_relative", "friend_acquaintance", "intimate_partner", "not_specified", "other"]
RecruitmentMethods: TypeAlias = Literal[
    "AtAPlaceOfBusiness",
    "AtAnEducationalInstitution",
    "AtWork",
    "Other",
    "ThroughANewspaperAdvert",
    "ThroughATelevisionAdvert",
    "ThroughAnOnlineAdvertisement",
    "ThroughFamilyOrFamilyEvents",
    "ThroughFriendsOrSocialEvents",
    "ThroughOnlineSocialNetworks",
]
ReferralCompletedV1Outcome: TypeAlias = Literal[
    "child_declined",
    "child_moved",
    "no_contact",
    "not_eligible_after_all",
    "service_delivered",
    "service_delivered_in_part",
]
ReferralRequestedV1Reason: TypeAlias = Literal["AdditionalServicesRequired", "MigrationOrChangeOfLocation", "Other"]
ReferralRevokedV1Reason: TypeAlias = Literal[
    "child_declined", "child_moved", "circumstances_changed", "other_provider_found", "sent_in_error"
]
Relation: TypeAlias = Literal[
    "appointed_guardian", "guardian_advocate", "institution", "other", "parent", "relative", "step_parent"
]
RelationshipToTrafficker: TypeAlias = Literal["Acquainted", "Familial", "Unaquainted"]
ReleasedTo: TypeAlias = Literal["child_protection", "consular", "family", "guardian", "own_way", "shelter"]
ReopenedV1Reason: TypeAlias = Literal[
    "appeal", "closed_by_error", "follow_up", "new_exploitation", "new_information", "remitted"
]
RepeatInterviewAuthorizedV1Reason: TypeAlias = Literal[
    "child_asked", "contradiction_material", "legal_requirement", "new_offence", "new_suspect", "recording_failed"
]
ReportChannel: TypeAlias = Literal[
    "border_checkpoint",
    "emergency_102",
    "health_visit",
    "hotline_107",
    "hotline_108",
    "hotline_1903",
    "in_person",
    "inspection",
    "online",
    "other_agency",
    "outreach",
    "school",
    "self_report",
]
ReporterRole: TypeAlias = Literal[
    "border_officer",
    "child_herself",
    "citizen",
    "consul",
    "examiner",
    "family_member",
    "guardian",
    "health_worker",
    "hotline_operator",
    "immigration_officer",
    "judge",
    "labour_inspector",
    "lawyer",
    "other",
    "police_officer",
    "prosecutor",
    "shelter_worker",
    "social_worker",
    "supervisor",
    "teacher",
]
RepresentativeKind: TypeAlias = Literal["advocate", "guardian_advocate", "ngo_lawyer", "state_advocate"]
RestitutionOrderedV1Basis: TypeAlias = Literal["civil_judgment", "criminal_judgment", "settlement_confirmed"]
RestrictedV1Reason: TypeAlias = Literal[
    "court_order", "high_profile", "official_accused", "over", "staff_relative", "threat"
]
Results: TypeAlias = Literal["acquitted", "convicted", "dismissed", "reclassified"]
RiskIndicators: TypeAlias = Literal[
    "age_doubtful",
    "begging",
    "claims_to_be_victim",
    "coached_or_controlled",
    "debt_bondage",
    "destination_unknown_to_child",
    "documents_withheld",
    "hazardous_work",
    "known_to_exploiter",
    "marriage_arranged",
    "missing_from_home_or_care",
    "movement_restricted",
    "online_grooming",
    "other",
    "sexual_exploitation",
    "threats_or_violence",
    "travels_with_unrelated_adult",
    "unexplained_money_or_gifts",
    "wages_taken",
]
RiskLevel: TypeAlias = Literal["high", "low", "medium"]
RoleInProcess: TypeAlias = Literal[
    "Abuser",
    "BoughtIndividual",
    "BrokerTravelAgent",
    "ControlledIndividual",
    "Exploiter",
    "HarbouredIndividual",
    "Kidnapper",
    "Other",
    "ReceivedIndividual",
    "RecruiterOrIntermediary",
    "Smuggler",
    "SoldIndividual",
    "TransferredIndividual",
    "Transporter",
    "TravellingPartner",
]
SafeToReturn: TypeAlias = Literal["no", "unknown", "yes"]
Scopes: TypeAlias = Literal[
    "family",
    "interview",
    "medical_examination",
    "recording",
    "reporting",
    "research",
    "services",
    "share_agencies",
    "share_law_enforcement",
]
ScreenerRole: TypeAlias = Literal[
    "border_officer",
    "child_herself",
    "citizen",
    "consul",
    "examiner",
    "family_member",
    "guardian",
    "health_worker",
    "hotline_operator",
    "immigration_officer",
    "judge",
    "labour_inspector",
    "lawyer",
    "other",
    "police_officer",
    "prosecutor",
    "shelter_worker",
    "social_worker",
    "supervisor",
    "teacher",
]
ScreeningCompletedV1Result: TypeAlias = Literal["no_indication", "presumed", "unclear"]
ScreeningTool: TypeAlias = Literal["agency_own", "htcds_based", "ilo_unodc_indicators", "national_sop", "uk_nrm"]
SealChecks: TypeAlias = Literal["broken", "differs", "intact", "none_used"]
ServiceType: TypeAlias = Literal[
    "child_protection_service",
    "education_service",
    "family_mediation_service",
    "family_seunification_service",
    "food_service",
    "health_medical_service",
    "legal_assistance_service",
    "livelihoods_service",
    "nfi_clothes_shoes_service",
    "other_service",
    "police_other_service",
    "psychosocial_service",
    "registration_service",
    "safehouse_service",
    "water_sanitation_service",
]
Services: TypeAlias = Literal[
    "child_protection_service",
    "education_service",
    "family_mediation_service",
    "family_seunification_service",
    "food_service",
    "health_medical_service",
    "legal_assistance_service",
    "livelihoods_service",
    "nfi_clothes_shoes_service",
    "other_service",
    "police_other_service",
    "psychosocial_service",
    "registration_service",
    "safehouse_service",
    "water_sanitation_service",
]
Setting: TypeAlias = Literal["community", "family", "foster", "hospital", "one_stop", "shelter"]
Sex: TypeAlias = Literal["female", "male", "other", "unknown"]
SexExploitationTypes: TypeAlias = Literal[
    "Pornography", "PrivateSexualServices", "Prostitution", "RemoteInteractiveServices"
]
Source: TypeAlias = Literal["family", "official", "suspect", "suspect_associate", "unknown"]
SourceKind: TypeAlias = Literal["case_management", "hotline", "other", "own_register"]
Stage: TypeAlias = Literal["effective", "final"]
Store: TypeAlias = Literal["cold_store", "court_store", "digital_vault", "evidence_room", "lab_store", "safe"]
SupportTypes: TypeAlias = Literal[
    "Education",
    "Financial",
    "Health",
    "LabourExploitationRehabilitation",
    "Legal",
    "Livelihood",
    "RightsBasedTraining",
    "SexualExploitationRehabilitation",
    "SocialCare",
]
SuspectClearedV1Reason: TypeAlias = Literal[
    "insufficient_evidence", "mistaken_identity", "not_involved", "victim_of_trafficking"
]
SuspectReleasedV1Ground: TypeAlias = Literal[
    "acquitted", "bail", "court_order", "measure_replaced", "no_grounds", "sentence_served", "term_expired"
]
TherapyStartedV1Kind: TypeAlias = Literal[
    "family", "group", "other", "play_or_art", "psychiatric", "trauma_focused_cbt"
]
Tool: TypeAlias = Literal["commercial", "in_house", "listed_in_method_register", "manual", "not_stated", "open_source"]
Topic: TypeAlias = Literal[
    "child_interviewing",
    "data_protection",
    "evidence",
    "identification",
    "law_and_prosecution",
    "prevention",
    "this_ledger",
    "victim_care",
]
TraffickingStatus: TypeAlias = Literal[
    "ActualVictimOfTrafficking", "NotAVictimOfTrafficking", "PossibleVictimOfTrafficking"
]
TraffickingType: TypeAlias = Literal["labour", "mixed", "other", "sex", "unknown"]
TransferWithdrawnV1Reason: TypeAlias = Literal["not_sent", "transport_cancelled", "wrong_items", "wrong_recipient"]
Transport: TypeAlias = Literal[
    "air", "courier", "electronic", "hand_carried", "internal", "not_stated", "rail", "vehicle"
]
Unit: TypeAlias = Literal["amount_mnt", "amount_usd", "cases", "count", "days", "percent", "persons"]
Urgency: TypeAlias = Literal["emergency", "routine", "urgent"]
VictimInformedV1By: TypeAlias = Literal[
    "in_person", "letter", "phone", "through_guardian", "through_representative", "video"
]
WithdrawnBy: TypeAlias = Literal["caregiver", "guardian", "individual", "legal_representative", "other"]
WitnessRole: TypeAlias = Literal[
    "border_officer",
    "child_herself",
    "citizen",
    "consul",
    "examiner",
    "family_member",
    "guardian",
    "health_worker",
    "hotline_operator",
    "immigration_officer",
    "judge",
    "labour_inspector",
    "lawyer",
    "other",
    "police_officer",
    "prosecutor",
    "shelter_worker",
    "social_worker",
    "supervisor",
    "teacher",
]
