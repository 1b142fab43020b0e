"""Prosecutions and convictions are counted over persons, never over charges or cases.

A person with three charges is prosecuted once; one who is a defendant in two cases that are linked is one person. Pure
functions over the states of cases; called by whoever makes the dialogue's numbers.
Source: Trafficking Victims Protection Act, minimum standards: investigations, prosecutions, convictions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from domain.stages.investigation import articles
from domain.stages.prosecution.rules import is_convicted

if TYPE_CHECKING:
    from domain.case import Case


def prosecuted(case: Case) -> frozenset[str]:
    """The defendants against whom a charge is or was before a court."""
    tried = {charge.defendant_id for charge in case.charges.values() if charge.state in ("before_court", "judged")}
    return frozenset(tried | {key for key, judgment in case.judgments.items() if judgment.instances})


def convicted(case: Case) -> frozenset[str]:
    """The defendants of whom a conviction stands, final or not."""
    return frozenset(key for key in prosecuted(case) if is_convicted(case, key))


def finally_convicted(case: Case) -> frozenset[str]:
    """The defendants whose conviction is final."""
    return frozenset(key for key in convicted(case) if case.judgments[key].state == "final")


def acquitted(case: Case) -> frozenset[str]:
    """The defendants of whom no conviction stands, who were acquitted of a charge and have none before a court."""
    results = {key: [each for each in case.charges.values() if each.defendant_id == key] for key in prosecuted(case)}
    return frozenset(
        key
        for key, charges in results.items()
        if any(charge.result == "acquitted" for charge in charges)
        and not any(charge.state == "before_court" for charge in charges)
        and not is_convicted(case, key)
    )


def drifted(case: Case) -> frozenset[str]:
    """The prosecuted whose proceedings began under an article of trafficking and are now under none."""
    return frozenset(key for key in prosecuted(case) if articles.drifted(case, key))


def persons(
    cases: Iterable[Case], who: Callable[[Case], frozenset[str]], same: Callable[[str, str], str]
) -> frozenset[str]:
    """The different persons whom `who` finds in the cases. `same(stream, defendant_id)` names one person over linked
    cases: her party's id where a link is confirmed, else anything that is hers alone."""
    return frozenset(same(case.stream, key) for case in cases for key in who(case))
