"""The rows of a list as they were, in the form in which the list shows them today; overdue is asked of that instant.

Each list that takes `at` has one line in `LISTS`: the desk that it is folded from, and how a row of it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from infra.api.caller import Caller
from infra.api.cases import case_row
from infra.api.referrals import ReferralRow
from infra.api.service import Service
from infra.moment import Moment
from projections import as_of
from projections.all_views import DESKS
from projections.desks.referrals import UNANSWERED

_ENTRIES = b"""
SELECT judged_at(log.id, place.pos) AS at
FROM log JOIN unnest(%s::int[], %s::bigint[]) AS place (partition, pos) ON place.partition = log.partition
WHERE topic = %s
"""


def _case(row: dict[str, Any], asked: Listed) -> BaseModel:
    return case_row(row, asked.partitions)


def _referral(row: dict[str, Any], asked: Listed) -> BaseModel:
    due_at = row["due_at"]
    overdue = row["state"] in UNANSWERED and due_at is not None and due_at < asked.instant
    return ReferralRow(**row, overdue=overdue)


class Listed(NamedTuple):
    """A list that is asked for as it was: by whom, which rows of it, and when that was."""

    name: str
    caller: Caller
    filters: Mapping[str, Any]
    moment: Moment
    instant: str
    partitions: int

    def documents(self, told: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
        """(case, document) of each row, from what the agency had been told of each case."""
        desk, make = LISTS[self.name]
        found = []
        for case, texts in told.items():
            said = as_of.told(self.caller.agency, case, texts)
            for row in as_of.rows(DESKS[desk], said):
                shown = make(as_of.document(DESKS[desk], row), self)
                if all(getattr(shown, name) == value for name, value in self.filters.items()):
                    found.append((case, shown.model_dump_json()))
        return found


LISTS: Mapping[str, tuple[str, Callable[[dict[str, Any], Listed], BaseModel]]] = {
    "cases": ("caseload", _case),
    "referrals": ("referrals", _referral),
}


async def instant(service: Service, asked: Moment) -> str:
    """When that was: the instant, or the registrar's clock at the last of the positions. Raises `psycopg.Error`."""
    if not asked.places:
        return asked.at
    places = (list(asked.places), list(asked.places.values()), service.settings.topics.ledger)
    rows = await service.database.rows(_ENTRIES, places)
    return max((row["at"] for row in rows if row["at"] is not None), default="")
