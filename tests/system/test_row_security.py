"""What the database itself lets a caller read: by agency, unit, role and assignment; nothing without a caller."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.record.chain import ORIGIN
from infra import api_role, view_tables
from infra.api.caller import Caller, system
from infra.api.database import Database
from projections.all_views import VIEWS
from system.guarded import CASES, OF_NO_CASE, POLICE, SHELTER, Case, Guarded, all_at_once, cases_of, guarded, officer

SETTINGS = ("tamga.agency", "tamga.unit", "tamga.role", "tamga.officer")
READ = [name for name, view in VIEWS.items() if getattr(view, "reads", "nobody") in ("case", "access", "agency")]


@pytest.fixture(scope="module")
def place(services: Any, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """One database for all that only reads."""
    with psycopg.connect(services.url, autocommit=True) as c:
        c.execute("CREATE DATABASE guarded")
    return guarded(services.url.rsplit("/", 1)[0] + "/guarded", tmp_path_factory.mktemp("guarded"))


@contextmanager
def reading(place: Guarded, caller: Caller | None) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the API's role under a caller's settings."""
    with psycopg.connect(place.api) as c:
        for name, value in zip(SETTINGS, caller.settings if caller else (), strict=False):
            c.execute("SELECT set_config(%s, %s, true)", (name, value))
        yield c


def seen(place: Guarded, caller: Caller, view: str) -> set[tuple[str, str]]:
    """(agency, case) of every row of the view that the caller reads."""
    with reading(place, caller) as c:
        return set(c.execute(f"SELECT agency, case_id FROM {view}".encode()).fetchall())


def everything(place: Guarded, caller: Caller) -> dict[str, set[tuple[str, str]]]:
    """The same of every view."""
    with reading(place, caller) as c:
        return {view: set(c.execute(f"SELECT agency, case_id FROM {view}".encode()).fetchall()) for view in READ}


def may_read(role: str, view: str, case: Case, name: str, units: set[str]) -> bool:
    """The rule in words of its own, to compare with: may who holds the one role read the case's row in the view?"""
    holds, acted = f"|{name}|" in case.assigned, bool(units & set(case.units.split("|")) - {""})
    if case.id == OF_NO_CASE:
        return role in ("system", "supervisor", "auditor") or (role == "duty" and view == "refusals")
    if role == "system" and view == "submissions":
        return True
    if not case.open or f"|{name}|" in case.recused:
        return False
    if role in ("system", "supervisor", "auditor"):
        return True
    if role == "officer":
        return holds or (acted and case.restricted != "named_officers")
    if role == "duty":
        return view in ("worklist", "referrals", "refusals", "access") and (holds or not case.restricted)
    return False


PEOPLE = [("o-1", {"duty"}), ("o-2", {"cyber"}), ("o-3", set[str]()), ("o-3", {"dut", "uty"})]


@pytest.mark.parametrize("agency", [POLICE, SHELTER])
@pytest.mark.parametrize("role", ["system", "supervisor", "auditor", "officer", "duty", "operator"])
def test_an_officer_reads_what_role_unit_and_assignment_allow(place: Guarded, role: str, agency: str) -> None:
    for name, units in PEOPLE if role != "system" else [("", {"*"})]:
        found = everything(place, officer(role, name=name, units=units, agency=agency))
        for view in READ:
            cases = [case for case in cases_of(VIEWS[view]) if may_read(role, view, case, name, units)]
            assert found[view] == {(agency, case.id) for case in cases}, (view, name, units)


def test_several_roles_add_up_and_a_recusal_binds_them_all(place: Guarded) -> None:
    one, other = everything(place, officer("officer")), everything(place, officer("duty"))
    assert everything(place, officer("officer", "duty")) == {view: one[view] | other[view] for view in READ}
    of_all = everything(place, officer("officer", "duty", "supervisor", "auditor"))
    assert not [view for view in READ if (POLICE, "recused") in of_all[view]]


@pytest.mark.parametrize("missing", [*range(4), None])
@pytest.mark.parametrize("view", [*READ, "reference", "access_of_caller"])
def test_without_a_callers_settings_nothing_is_read(place: Guarded, view: str, missing: int | None) -> None:
    asked = f"SELECT count(*) FROM {view}".encode()
    with psycopg.connect(place.api) as c:
        for at, (name, value) in enumerate(zip(SETTINGS, system(POLICE).settings, strict=True)):
            if missing is not None and at != missing:
                c.execute("SELECT set_config(%s, %s, true)", (name, value))
        found = c.execute(asked).fetchone()
        if missing in (0, None):
            assert found == (0,)
        c.execute("SELECT set_config('tamga.agency', '', true)")
        assert c.execute(asked).fetchone() == (0,)
    with psycopg.connect(place.owner) as c:
        assert c.execute(asked).fetchone() != (0,) or view == "access_of_caller"


def test_a_part_of_an_agencys_name_or_of_an_officers_is_nobody(place: Guarded) -> None:
    for agency in ("mn", "mn.np", "mn.npa ", "MN.NPA", "%", "mn.npa|mn.mgec"):
        assert seen(place, system(agency), "caseload") == set()
    for name in ("o", "o-", "-1", "|", "o-1|o-2", "%"):
        assert (POLICE, "held") not in seen(place, officer("officer", name=name, units=()), "caseload")


FORBIDDEN = [
    "SELECT * FROM entry",
    "SELECT * FROM snapshot",
    "SELECT * FROM rooms",
    "SELECT * FROM duties",
    "SELECT url FROM webhook",
    "SELECT * FROM webhook_secret",
    "SELECT reason FROM parked",
    "SELECT publisher_of(''::bytea)",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET row_security = off; SELECT * FROM caseload",
    "UPDATE caseload SET status = 'x'",
    "DELETE FROM timeline",
    "INSERT INTO api_key VALUES ('x', 'y')",
    "SELECT count(*) FROM api_key",
    "SELECT * FROM api_key WHERE digest = ''::bytea",
    "UPDATE api_key SET revoked_at = now()",
    "INSERT INTO job (id, agency, unit, role, officer, list, at, filters)"
    " VALUES (gen_random_uuid(), 'a', '', '', '', 'cases', '', '{}')",
    "UPDATE job SET agency = 'mn.npa'",
    "UPDATE job SET filters = '{}'",
    "DELETE FROM job",
    "UPDATE job_row SET document = ''",
    "TRUNCATE job CASCADE",
    "TRUNCATE idempotency",
    "ALTER TABLE job DISABLE ROW LEVEL SECURITY",
    "UPDATE view SET table_name = 'x'",
    "CREATE TABLE mine (a int)",
    "CREATE TEMPORARY TABLE caseload (a int)",
    "CREATE OR REPLACE VIEW access_of_caller AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER TABLE entry DISABLE ROW LEVEL SECURITY",
    "COPY caseload TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_apis_role_cannot_reach_beyond_what_it_reads(place: Guarded, statement: str) -> None:
    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)
    with pytest.raises(refused), psycopg.connect(place.api) as c:
        c.execute(statement.encode())


@pytest.mark.parametrize("view", READ)
def test_the_table_behind_a_view_says_no_more_than_the_view(place: Guarded, view: str) -> None:
    with reading(place, officer("officer")) as c:
        (table,) = c.execute("SELECT table_name FROM view WHERE name = %s", (view,)).fetchone() or ("",)
        behind = set(c.execute(f"SELECT agency, case_id FROM {table}".encode()).fetchall())
    assert behind == seen(place, officer("officer"), view)


def test_statistics_of_the_planner_say_nothing_of_rows(place: Guarded) -> None:
    with psycopg.connect(place.owner, autocommit=True) as c:
        c.execute("ANALYZE")
    with reading(place, officer("officer")) as c:
        assert c.execute("SELECT * FROM pg_stats WHERE schemaname = 'public' AND tablename ~ '_[0-9a-f]{8}_'"
                         " AND NOT tablename LIKE 'access%%'").fetchall() == []  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            c.execute("SELECT * FROM pg_statistic")


def test_a_function_that_tells_on_rows_is_not_asked_about_those_of_others(place: Guarded) -> None:
    """Only who may read a row has his own condition asked of it: an error would tell what stands there."""
    with reading(place, system(POLICE)) as c:
        fails = "1 / (length(status) - length(status))"
        sql = f"SELECT count(*) FROM caseload WHERE CASE WHEN agency <> %s THEN {fails} END IS NULL"
        assert c.execute(sql.encode(), (POLICE,)).fetchone() == (len(CASES) - 1,)


def test_the_api_reads_only_over_connections_that_are_bound(place: Guarded) -> None:
    assert api_role.is_bound(place.api)
    assert not api_role.is_bound(place.owner)
    member = place.owner.rsplit("/", 1)[-1] + "_member"
    with psycopg.connect(place.owner, autocommit=True) as c:
        c.execute(f"CREATE ROLE {member} LOGIN PASSWORD 'x' NOINHERIT IN ROLE postgres".encode())
    assert not api_role.is_bound(place.owner.replace(place.owner[13 : place.owner.index("@")], f"{member}:x"))

    async def refused() -> str:
        database = Database(place.owner)
        database._pool.timeout = 1.0
        await database.open()
        try:
            await database.read(system(POLICE), ("caseload",), (b"SELECT agency FROM caseload", ()))
        except psycopg.OperationalError as error:
            return type(error).__name__
        finally:
            await database.close()
        return ""

    assert asyncio.run(refused()) == "PoolTimeout"


@pytest.mark.parametrize("connections", [1, 3])
def test_callers_of_one_pooled_connection_never_see_each_others_rows(place: Guarded, connections: int) -> None:
    chance = random.Random(7)
    people = [
        system(POLICE), system(SHELTER), officer("officer"), officer("officer", agency=SHELTER),
        officer("supervisor"), officer("duty", name="o-2"), officer("operator"),
    ]  # fmt: skip
    right = {who: seen(place, who, "referrals") for who in people}
    assert len({frozenset(rows) for rows in right.values()}) == len(people)
    reads = (b"SELECT agency, case_id FROM referrals", ())
    fails = (b"SELECT 1 / (position('x' IN agency)) FROM referrals", ())
    sleeps = (b"SELECT agency, pg_sleep(0.2) FROM referrals", ())

    async def one(database: Database, who: Caller) -> None:
        match chance.choice(("reads", "reads", "fails", "cancelled", "nobody")):
            case "fails":
                with suppress(psycopg.DataError):
                    await database.read(who, ("referrals",), fails)
            case "cancelled":
                task = asyncio.create_task(database.read(who, ("referrals",), sleeps))
                await asyncio.sleep(chance.random() / 50)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            case "nobody":
                assert await database.rows(b"SELECT agency FROM referrals") == []
                left = await database.row(b"SELECT current_setting('tamga.agency', true) AS agency")
                assert left is not None
                assert not left["agency"]
            case _:
                (rows,) = await database.read(who, ("referrals",), reads)
                assert {(row["agency"], row["case_id"]) for row in rows} == right[who]

    asyncio.run(all_at_once(place.api, connections, lambda database: one(database, chance.choice(people))))


def test_policies_hold_after_a_switch_of_any_view(database: str, tmp_path: Path) -> None:
    found = guarded(database, tmp_path)
    right = everything(found, officer("officer"))
    for name in ("caseload", "access", "timeline", "access"):
        with psycopg.connect(found.owner) as c:
            old = view_tables.live(c, VIEWS[name])
            assert old is not None
            new = view_tables.new_table(c, VIEWS[name])
            new.create(c, "topic", 1, ORIGIN)
            c.execute(f"INSERT INTO {new.table} SELECT * FROM {old.table}".encode())
            new.add_keys(c)
            view_tables.publish(c, new)
            old.drop(c)
        assert everything(found, officer("officer")) == right
