"""What the table grants: the first row that names type, relation and category decides; several relations add up.

Answers are kept, so that a fold asks by a look into a dict. Called by `projections.room` and the page of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from domain.catalogue import by_name
from domain.sharing.table import ALL, HAPPENED, LEADS_ONLY, NOTHING, TABLE, Grant

_WITH_ALL = frozenset({"publisher", "care_lead", "proceedings_lead"})


@lru_cache(maxsize=50_000)
def granted(event_type: str, relations: tuple[str, ...], categories: frozenset[str]) -> frozenset[str] | None:
    """The fields of `data` that an agency of these categories is told by these relations together; None: not even that
    the event happened."""
    told = [found for relation in relations if (found := fields(event_type, relation, categories)) is not None]
    return frozenset[str]().union(*told) if told else None


@lru_cache(maxsize=50_000)
def fields(event_type: str, relation: str, categories: frozenset[str]) -> frozenset[str] | None:
    """The same by one relation. Ids that the event is about stand beside any field that is named."""
    for grant in TABLE:
        of_any = not grant.categories or not categories.isdisjoint(grant.categories)
        if of_any and relation in grant.to and grant.names(event_type):
            return _fields(grant, event_type, relation)
    return None


def _fields(grant: Grant, event_type: str, relation: str) -> frozenset[str] | None:
    known = by_name.get(event_type)
    every = frozenset(known.model.model_fields) - {"sd_digests"} if known is not None else frozenset[str]()
    match grant.fields:
        case (name,) if name == NOTHING:
            return None
        case (name,) if name == HAPPENED:
            return frozenset()
        case (name,) if name == ALL:
            return every if relation in _WITH_ALL else every - LEADS_ONLY
    ids = frozenset((*known.subject, *known.mints)) if known is not None else frozenset[str]()
    return every & frozenset(grant.fields) | ids


@lru_cache(maxsize=1)
def categories_told() -> Mapping[str, frozenset[str]]:
    """type → the categories that are told of it without being in the case."""
    found = {name: frozenset(_told_anywhere(name)) for name in by_name}
    return {name: categories for name, categories in found.items() if categories}


def _told_anywhere(event_type: str) -> Iterable[str]:
    for grant in TABLE:
        if "category" in grant.to and grant.names(event_type):
            if grant.fields == (NOTHING,):
                return
            yield from grant.categories
