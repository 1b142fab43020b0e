"""A guardian who is implicated consents to nothing, is appointed for nobody and gets no child back."""

from __future__ import annotations

from typing import Any

import pytest

from unit.domain.protection.linked import linked
from unit.domain.story import (
    CHILD_PROTECTION,
    CLOCK,
    COURT,
    HOTLINE,
    INDICATED,
    POLICE,
    SHELTER,
    Act,
    act,
    given,
    outcome,
    uid,
)

GUARDIAN, NEW, SIBLING = uid("guardian_id"), uid("new guardian"), uid("sibling")
VOID = ("CONSENT_BY_IMPLICATED_GUARDIAN",)
NAMED = {"guardian_id": GUARDIAN}


def appointed(**data: Any) -> Act:
    """A guardian appointed by the court, checked for conflicts."""
    return act("protection.GuardianAppointed", COURT, **{"conflict_check": "checked_none", **data})


def implicated(**data: Any) -> Act:
    """A parent implicated."""
    return act("protection.GuardianImplicated", POLICE, **{"relation": "parent", **data})


def consented(given_by: str = "guardian", **data: Any) -> Act:
    """A consent to services, explained."""
    said = {"basis": "explained_child_friendly", "scopes": ["services"], "given_by": given_by, **data}
    return act("consent.ConsentRecorded", CHILD_PROTECTION, **said)


def placed(placement: str, **data: Any) -> Act:
    """A placement on its determination."""
    return act("protection.ChildPlaced", CHILD_PROTECTION, placement=placement, **data)


HOME = [
    act("protection.BestInterestsAssessed", SHELTER),
    act(
        "protection.BestInterestsDetermined",
        CHILD_PROTECTION,
        option="return_to_family",
        panel_agencies=[CHILD_PROTECTION, SHELTER],
        child_view_heard=True,
    ),
]
TO_PARENTS = placed("return_to_parents")
PARENT = implicated()
SERVED = act("protection.ServiceDelivered", SHELTER, service_type="education_service")
SECOND = uid("second consent")

ROWS: list[tuple[str, list[Act], Act, str | tuple[str, ...]]] = [
    ("a guardian is appointed", [], appointed(), ()),
    (
        "nobody is appointed with a conflict",
        [],
        appointed(conflict_check="checked_conflict"),
        "protection.conflict_not_excluded",
    ),
    ("nobody is appointed unchecked", [], appointed(conflict_check="not_checked"), "protection.conflict_not_excluded"),
    ("nobody implicated is appointed", [PARENT], appointed(), "protection.guardian_implicated"),
    ("another guardian is", [PARENT], appointed(guardian_id=NEW, replaces=GUARDIAN), ()),
    ("one guardian for two children", [appointed()], appointed(), ()),
    ("a natural guardian is implicated", [], PARENT, ()),
    ("an appointed guardian is implicated", [appointed()], implicated(relation="appointed_guardian"), ()),
    ("a guardian consents", [appointed()], consented(**NAMED), ()),
    ("an implicated one's consent is void", [PARENT], consented(**NAMED), VOID),
    ("a caregiver's too", [PARENT], consented("caregiver", **NAMED), VOID),
    ("whoever she says she is", [PARENT], consented("other", **NAMED), VOID),
    ("the child's own consent is hers", [PARENT], consented("individual", **NAMED), ()),
    ("who is not named may be implicated", [PARENT], consented(), VOID),
    ("unless another guardian is in place", [PARENT, appointed(guardian_id=NEW)], consented(), ()),
    ("a conflict that is stated", [appointed()], consented(**NAMED, guardian_conflict="yes"), VOID),
    ("the child's own conflict is none", [], consented("individual", guardian_conflict="yes"), ()),
    (
        "void and not explained",
        [PARENT],
        consented(**NAMED, basis="not_explained"),
        (*VOID, "CONSENT_NOT_EXPLAINED"),
    ),
    ("a service on a guardian's consent", [consented(**NAMED)], SERVED, ()),
    ("whose consents end with her part", [consented(**NAMED), PARENT], SERVED, ("SERVICE_WITHOUT_CONSENT",)),
    ("and those of nobody named", [consented(), PARENT], SERVED, ("SERVICE_WITHOUT_CONSENT",)),
    ("not those of another guardian", [consented(guardian_id=NEW), PARENT], SERVED, ()),
    ("nor the child's own", [consented("individual", **NAMED), PARENT], SERVED, ()),
    (
        "a consent given after is void too",
        [PARENT, consented(**NAMED)],
        SERVED,
        ("SERVICE_WITHOUT_CONSENT",),
    ),
    ("returned to parents", HOME, TO_PARENTS, ()),
    ("returned to a parent who is implicated", [*HOME, PARENT], TO_PARENTS, ("RETURNED_TO_IMPLICATED_GUARDIAN",)),
    (
        "a step-parent who is implicated",
        [*HOME, implicated(relation="step_parent")],
        TO_PARENTS,
        ("RETURNED_TO_IMPLICATED_GUARDIAN",),
    ),
    ("to the other parent, named", [*HOME, PARENT], placed("return_to_parents", guardian_id=NEW), ()),
    (
        "to the implicated one, named",
        [*HOME, implicated(relation="other")],
        placed("return_to_parents", **NAMED),
        ("RETURNED_TO_IMPLICATED_GUARDIAN",),
    ),
    ("an implicated relative is no parent", [*HOME, implicated(relation="relative")], TO_PARENTS, ()),
    (
        "kin that is implicated",
        [implicated(relation="relative")],
        placed("kinship_care"),
        ("PLACED_WITHOUT_DETERMINATION", "RETURNED_TO_IMPLICATED_GUARDIAN"),
    ),
]


@pytest.mark.parametrize(("before", "when", "then"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_guardians(before: list[Act], when: Act, then: str | tuple[str, ...]) -> None:
    assert outcome(given([INDICATED, *before]), when) == then


def _linked_with_implicated() -> Any:
    there = given([INDICATED, implicated(guardian_id=uid("the same there"))], stream=uid("another case"))
    return linked(there, here=GUARDIAN, there=uid("the same there"))


@pytest.mark.parametrize(
    ("when", "alone", "together"),
    [
        (appointed(), (), "protection.guardian_implicated"),
        (consented(**NAMED), (), VOID),
        (placed("return_to_parents", **NAMED), (), ("RETURNED_TO_IMPLICATED_GUARDIAN",)),
    ],
    ids=["appointed", "consents", "gets the child"],
)
def test_who_is_implicated_in_a_linked_case_is_so_here(when: Act, alone: Any, together: Any) -> None:
    case = given([INDICATED, *HOME])
    assert outcome(case, when) == alone
    assert outcome(case, when, _linked_with_implicated()) == together


def test_a_replaced_guardian_has_this_child_no_more() -> None:
    two = [INDICATED, act(INDICATED.type, HOTLINE, victim_id=SIBLING), appointed(), appointed(victim_id=SIBLING)]
    assert given(two).guardians[GUARDIAN].wards == {uid("victim_id"), SIBLING}
    replaced = given([*two, appointed(guardian_id=NEW, replaces=GUARDIAN)])
    assert replaced.guardians[GUARDIAN].wards == {SIBLING}
    assert replaced.guardians[NEW].wards == {uid("victim_id")}


def test_implicated_for_one_child_is_implicated_for_all() -> None:
    two = [INDICATED, act(INDICATED.type, HOTLINE, victim_id=SIBLING), appointed(), appointed(victim_id=SIBLING)]
    theirs = consented(victim_id=SIBLING, consent_id=SECOND)
    case = given([*two, theirs, PARENT])
    assert case.guardians[GUARDIAN].implicated
    assert case.guardians[GUARDIAN].wards == frozenset()
    assert not case.consents[SECOND].scopes


def test_of_age_she_has_no_guardian() -> None:
    case = given([INDICATED, appointed(), act("consent.MajorityReached", CLOCK)])
    assert case.guardians[GUARDIAN].wards == frozenset()
