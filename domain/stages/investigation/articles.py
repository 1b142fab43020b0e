"""The articles of a person from the first investigation to the judgment, so that a drift to lesser ones is visible.

A drift is what an authority that reads the verdict alone can't see: it began under an article of trafficking and ended
under none. Pure functions over the state of a case; called by the folds, the rules and whoever counts or shows it.
Source of the question: U.S. Trafficking in Persons Reports on Mongolia, prosecutions under lesser charges.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from domain.event import Event
from domain.profile import TRAFFICKING_ARTICLES
from domain.stages.investigation.state import ArticleChange

if TYPE_CHECKING:
    from domain.case import Case

CONVICTED = frozenset({"convicted", "reclassified"})
"""Results of a charge that convict; `reclassified` convicts under another article than the charge's."""


def named(
    event: Event,
    *,
    investigation_id: str | None,
    before: Collection[str],
    after: Collection[str],
    defendant_id: str | None = None,
    charge_id: str | None = None,
) -> ArticleChange:
    """The naming of articles that `event` makes."""
    by, reason = (event.publisher, event.actor), event.data.get("reason")
    return ArticleChange(
        event.time, by, event.type, investigation_id, defendant_id, charge_id, tuple(before), tuple(after), reason
    )


def replaced(articles: Collection[str], *, left: Collection[str], taken: Collection[str]) -> tuple[str, ...]:
    """`articles` without those that are left and with those that are taken instead, each once."""
    return tuple(dict.fromkeys([*(article for article in articles if article not in left), *taken]))


def articles_of(case: Case, defendant_id: str) -> tuple[str, ...]:
    """The articles under which the person is investigated: her own where she has some, else the investigation's."""
    defendant = case.defendants.get(defendant_id)
    if defendant is None:
        return ()
    if defendant.articles is not None:
        return defendant.articles
    investigation = case.investigations.get(defendant.investigation_id or "")
    return investigation.articles if investigation is not None else ()


def history(case: Case, defendant_id: str) -> tuple[ArticleChange, ...]:
    """Every naming of articles that concerns the person, in the order of the record: her own, her investigation's."""
    defendant = case.defendants.get(defendant_id)
    investigation_id = defendant.investigation_id if defendant is not None else None
    return tuple(
        change
        for change in case.article_history
        if change.defendant_id == defendant_id
        or (
            change.defendant_id is None and investigation_id is not None and change.investigation_id == investigation_id
        )
    )


def first_articles(case: Case, defendant_id: str) -> frozenset[str]:
    """The articles that were named first."""
    changes = history(case, defendant_id)
    return frozenset(changes[0].after) if changes else frozenset()


def last_articles(case: Case, defendant_id: str) -> frozenset[str]:
    """The articles that she was convicted under, else those of her charges, else those she is investigated under."""
    charges = [charge for charge in case.charges.values() if charge.defendant_id == defendant_id]
    convicting = [charge for charge in charges if charge.result in CONVICTED]
    articles = frozenset(article for charge in convicting or charges for article in charge.articles)
    return articles or frozenset(articles_of(case, defendant_id))


def is_of_trafficking(article: str) -> bool:
    """Whether the article, or the article that it is a part of, is one of trafficking in the country's profile."""
    return any(article == known or article.startswith(f"{known}.") for known in TRAFFICKING_ARTICLES)


def drifted(case: Case, defendant_id: str) -> bool:
    """Whether the proceedings against the person began under an article of trafficking and are now under none."""
    first, last = first_articles(case, defendant_id), last_articles(case, defendant_id)
    return any(map(is_of_trafficking, first)) and not any(map(is_of_trafficking, last))
