"""The table of need to know names what there is, decides for every type, and never grants what may not be granted."""

from __future__ import annotations

import pytest

from domain import sharing
from domain.catalogue import by_name
from domain.profile import AGENCIES

CATEGORIES = frozenset[str]().union(*(agency.categories for agency in AGENCIES.values()))
KEPT_BACK = ("counterpart", "in_case", "category")


@pytest.mark.parametrize("grant", sharing.TABLE, ids=lambda grant: f"{grant.types[0]}-{grant.to[0]}-{grant.fields[0]}")
def test_a_row_names_fields_and_categories_that_there_are(grant: sharing.Grant) -> None:
    of_types = [known.model.model_fields for name, known in by_name.items() if grant.names(name)]
    if grant.fields not in (("all",), ("happened",), ("nothing",)):
        assert not [name for name in grant.fields if not any(name in fields for fields in of_types)]
    assert grant.categories <= CATEGORIES
    assert grant.why.endswith(".")


@pytest.mark.parametrize("grant", sharing.TABLE, ids=lambda grant: f"{grant.types[0]}-{grant.to[0]}-{grant.fields[0]}")
def test_no_row_stands_in_vain(grant: sharing.Grant) -> None:
    before = sharing.TABLE[: next(i for i, each in enumerate(sharing.TABLE) if each is grant)]
    reached = [
        (name, relation, category)
        for name in by_name
        if grant.names(name)
        for relation in grant.to
        for category in grant.categories or {"", *CATEGORIES}
        if not any(
            relation in each.to and (not each.categories or category in each.categories) and each.names(name)
            for each in before
        )
    ]
    assert reached


@pytest.mark.parametrize("name", sorted(by_name))
def test_sealed_fields_are_never_granted_and_what_is_of_the_leads_to_nobody_else(name: str) -> None:
    clear = frozenset(by_name[name].model.model_fields) - {"sd_digests"}
    for relation in sharing.RELATIONS:
        for category in CATEGORIES:
            told = sharing.fields(name, relation, frozenset({category})) or frozenset()
            assert told <= clear
            assert relation not in KEPT_BACK or not told & sharing.LEADS_ONLY


def test_a_publisher_is_told_all_and_relations_add_up() -> None:
    everything = frozenset(by_name["referral.ReferralRequested"].model.model_fields) - {"sd_digests"}
    assert sharing.fields("referral.ReferralRequested", "publisher", frozenset()) == everything
    both = sharing.granted("referral.ReferralRequested", ("care_lead", "in_case"), frozenset())
    assert both == sharing.fields("referral.ReferralRequested", "care_lead", frozenset())


def test_who_is_in_no_case_is_told_nothing_by_default() -> None:
    assert sharing.granted("identification.IndicatorReported", ("category",), CATEGORIES) is None
