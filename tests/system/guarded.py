"""A database with every view as the projector makes it, filled by hand, and the API's role on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import psycopg

from domain.record.chain import ORIGIN
from infra import api_role, migrations, view_tables
from infra.api.caller import Caller
from infra.api.database import Database
from projections.all_views import VIEWS
from projections.engine import View

POLICE, SHELTER = "mn.npa", "mn.mgec"


class Guarded(NamedTuple):
    """`owner` writes, `api` is what the API connects by."""

    owner: str
    api: str


class Case(NamedTuple):
    """Where an agency stands in a case, as the view `access` has it."""

    id: str
    open: int = 1
    restricted: str = ""
    units: str = ""
    assigned: str = ""
    recused: str = ""


CASES = (
    Case("plain"),
    Case("of-unit", units="|duty|cyber|"),
    Case("held", assigned="|o-1|o-2|"),
    Case("recused", units="|duty|", assigned="|o-2|", recused="|o-1|"),
    Case("shut", open=0, units="|duty|", assigned="|o-1|"),
    *(
        Case(f"{level}-{how}", restricted=level, **{how: value})
        for level in ("named_agencies", "named_units", "named_officers", "official_accused")
        for how, value in (("units", "|duty|"), ("assigned", "|o-1|"))
    ),
)  # fmt: skip
"""One of each kind; every one of them stands in every view of both agencies."""
OF_NO_CASE = "of-no-case"


def guarded(url: str, folder: Path) -> Guarded:
    """Migrate, make every view and fill it."""
    migrations.migrate(url)
    found = Guarded(url, api_role.login(url, folder / "api.password"))
    with psycopg.connect(url, autocommit=True) as c:
        for view in VIEWS.values():
            table = view_tables.new_table(c, view)
            table.create(c, "topic", 1, ORIGIN)
            table.add_keys(c)
            view_tables.publish(c, table)
            # What nobody reads holds objects of its fold: its rows would say nothing here.
            for agency in (POLICE, SHELTER) if getattr(view, "reads", "nobody") != "nobody" else ():
                table.copy(c, [_row(view, agency, case, n) for n, case in enumerate(cases_of(view))])
    return found


def cases_of(view: View) -> Iterable[Case]:
    """The cases that have a row in the view: an agency's own acts may be of none."""
    kind = getattr(view, "reads", "nobody")
    return (*CASES, Case(OF_NO_CASE)) if kind == "agency" else CASES


def _row(view: View, agency: str, case: Case, n: int) -> tuple[Any, ...]:
    """A row of the case; each value of it names agency and case, where the view has no other use for it."""
    hints = get_type_hints(view.row)
    known: Mapping[str, Any] = {"agency": agency, "case_id": case.id, **case._asdict()}
    if view.name == "access":
        return tuple(known.get(name, "" if kind is str else 0) for name, kind in hints.items())
    said = {"agency": agency, "case_id": case.id}
    return tuple(said.get(name, n if kind is int else f"{agency}/{case.id}") for name, kind in hints.items())


def officer(*roles: str, name: str = "o-1", units: Iterable[str] = ("duty",), agency: str = POLICE) -> Caller:
    """An officer of an agency."""
    return Caller(agency, "token", frozenset(roles), frozenset(units), name)


async def all_at_once(url: str, connections: int, one: Callable[[Database], Awaitable[None]]) -> None:
    """Six times fifteen callers beside each other, who have these connections between them."""
    database = Database(url)
    await database.open()
    await database._pool.resize(1, connections)
    try:
        for _ in range(6):
            await asyncio.gather(*(one(database) for _ in range(15)))
    finally:
        await database.close()
