"""Jobs, their rows, keys of submissions and API keys: no statement reaches what is another caller's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra import api_role, migrations
from infra.api import keys
from infra.api.caller import Caller, system
from infra.api.database import FORGET, Database
from system.guarded import POLICE, SHELTER, Guarded, all_at_once, officer
from system.running import rows

SETTINGS = ("tamga.agency", "tamga.unit", "tamga.role", "tamga.officer")
CALLERS = (
    system(POLICE),
    system(SHELTER),
    officer("officer"),
    officer("officer", agency=SHELTER),
    officer("officer", name="o-2"),
    officer("officer", units=("cyber",)),
    officer("officer", "duty"),
    officer("supervisor", name=""),
)
NOBODY = Caller("", "key", frozenset(), frozenset())
OF_JOBS = "agency, unit, role, officer, list, at, filters"
BEGIN = f"INSERT INTO job ({OF_JOBS}) VALUES (%s, %s, %s, %s, 'cases', %s, '{{}}') RETURNING id::text"
ADD = "INSERT INTO job_row (job, n, case_id, document) VALUES (%s::uuid, %s, 'case', %s)"
KEEP = "INSERT INTO idempotency (agency, key, body, expires_at) VALUES (%s, %s, '', now() + interval '1 hour')"


@pytest.fixture(scope="module")
def place(services: Any, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """A database with a job, a row of it, and a key of a submission of every caller."""
    with psycopg.connect(services.url, autocommit=True) as c:
        c.execute("CREATE DATABASE callers_own")
    url = services.url.rsplit("/", 1)[0] + "/callers_own"
    migrations.migrate(url)
    found = Guarded(url, api_role.login(url, tmp_path_factory.mktemp("own") / "api.password"))
    for caller in CALLERS:
        with under(found, caller) as c:
            begin(c, caller)
            c.execute(KEEP.encode(), (caller.agency, str(caller).encode()))
    return found


@contextmanager
def under(place: Guarded, caller: Caller) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the API's role under a caller's settings."""
    with psycopg.connect(place.api) as c:
        scope(c, caller)
        yield c


def scope(c: psycopg.Connection[Any], caller: Caller) -> None:
    for name, value in zip(SETTINGS, caller.settings, strict=True):
        c.execute("SELECT set_config(%s, %s, true)", (name, value))


def begin(c: psycopg.Connection[Any], caller: Caller) -> str:
    """A job of the caller with one row, which names it."""
    (job,) = c.execute(BEGIN.encode(), (*caller.settings, str(caller.settings))).fetchone() or ("",)
    c.execute(ADD.encode(), (job, 1, str(caller.settings)))
    return str(job)


def contents(place: Guarded) -> list[list[tuple[Any, ...]]]:
    """All that stands in the tables, as their owner reads it."""
    tables = ("job", "job_row", "idempotency", "api_key")
    return [sorted(rows(place.owner, f"SELECT t::text FROM {table} t")) for table in tables]


def _said(caller: Caller) -> str:
    """A name that is the same in every process."""
    return " ".join((caller.how, *caller.settings))


@pytest.mark.parametrize("caller", CALLERS, ids=_said)
def test_a_caller_reads_its_own_jobs_and_rows_and_its_agencys_keys_alone(place: Guarded, caller: Caller) -> None:
    with under(place, caller) as c:
        assert {row[:4] for row in c.execute(f"SELECT {OF_JOBS} FROM job".encode())} == {caller.settings}
        assert c.execute("SELECT document FROM job_row").fetchall() == [(str(caller.settings),)]
        assert c.execute("SELECT count(*) FROM job_row, job").fetchone() == (1,)
        held = c.execute("SELECT agency, key FROM idempotency").fetchall()
        of_agency = [each for each in CALLERS if each.agency == caller.agency]
        assert sorted(held) == sorted((each.agency, str(each).encode()) for each in of_agency)


NOT_QUITE = [
    NOBODY,
    system(""),
    system("mn.nobody"),
    system(f"{POLICE} "),
    officer("officer", name="o-1|o-2"),
    officer("officer", name=""),
    officer("officer", units=()),
    officer("officer", units=("duty", "cyber")),
    officer("duty"),
    Caller(POLICE, "key", frozenset(), frozenset({"*"})),
]


@pytest.mark.parametrize("caller", NOT_QUITE, ids=_said)
def test_who_is_not_quite_the_caller_reads_no_job_and_no_row(place: Guarded, caller: Caller) -> None:
    with under(place, caller) as c:
        assert c.execute("SELECT count(*) FROM job").fetchone() == (0,)
        assert c.execute("SELECT count(*) FROM job_row").fetchone() == (0,)


@pytest.mark.parametrize("missing", [*range(4), None])
def test_without_all_of_a_callers_settings_nothing_is_read(place: Guarded, missing: int | None) -> None:
    with psycopg.connect(place.api) as c:
        for at, (name, value) in enumerate(zip(SETTINGS, officer("officer").settings, strict=True)):
            if missing is not None and at != missing:
                c.execute("SELECT set_config(%s, %s, true)", (name, value))
        for table in ("job", "job_row", *(["idempotency"] if missing in (0, None) else [])):
            assert c.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table


MEDDLING = [
    "UPDATE job SET state = 'cancelled', code = 'x'",
    "UPDATE job SET expires_at = '-infinity'",
    "UPDATE job SET state = 'done' WHERE id = %(job)s::uuid RETURNING list",
    "DELETE FROM job_row",
    "DELETE FROM job_row WHERE job = %(job)s::uuid RETURNING document",
    "DELETE FROM job_row USING job WHERE job.id = job_row.job",
    'UPDATE idempotency SET "offset" = 7, body = \'x\'',
    "UPDATE idempotency SET expires_at = now() WHERE key = %(key)s RETURNING body",
    "DELETE FROM idempotency",
    "SELECT * FROM job WHERE id = %(job)s::uuid FOR UPDATE",
    "SELECT * FROM idempotency WHERE key = %(key)s FOR SHARE",
    "SELECT * FROM claim_job('mine')",
    "COPY (SELECT * FROM job_row) TO STDOUT",
]  # fmt: skip


@pytest.mark.parametrize("statement", MEDDLING)
@pytest.mark.parametrize("caller", [system("mn.other"), NOBODY], ids=_said)
def test_no_statement_reaches_what_another_has(place: Guarded, caller: Caller, statement: str) -> None:
    if "claim_job" in statement and caller is NOBODY:
        caller = system("mn.another")
    before, of = contents(place), {"job": of_police(place), "key": str(system(POLICE)).encode()}
    with under(place, caller) as c:
        if statement.startswith("COPY"):
            with c.cursor().copy(statement.encode()) as copied:
                assert b"".join(bytes(part) for part in copied) == b""
        else:
            found = c.execute(statement.encode(), of)
            assert found.rowcount == 0
    assert contents(place) == before


REFUSED = [
    (BEGIN, (POLICE, "|*|", "|system|", "", "at")),
    (BEGIN, ("mn.other", "|*|", "|supervisor|", "", "at")),
    (BEGIN, ("mn.other", "|*|", "|system|", "o-1", "at")),
    (BEGIN, ("", "", "", "", "at")),
    (ADD, ("%job", 2, "forged")),
    (ADD, ("00000000-0000-4000-8000-000000000000", 1, "forged")),
    (KEEP, (POLICE, b"new")),
    (KEEP + " ON CONFLICT (agency, key) DO UPDATE SET body = 'x'", (POLICE, str(system(POLICE)).encode())),
    (KEEP, ("", b"new")),
]


@pytest.mark.parametrize(("statement", "values"), REFUSED)
def test_nothing_is_written_in_anothers_name_or_into_anothers_job(
    place: Guarded, statement: str, values: tuple[Any, ...]
) -> None:
    before, asked = contents(place), tuple(of_police(place) if each == "%job" else each for each in values)
    for caller in (system("mn.other"), NOBODY):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), under(place, caller) as c:
            c.execute(statement.encode(), asked)
    assert contents(place) == before


def of_police(place: Guarded) -> str:
    """The id of the job of the police's system."""
    ((job,),) = rows(place.owner, "SELECT id::text FROM job WHERE agency = %s AND role = '|system|'", POLICE)
    return str(job)


def test_an_id_that_is_taken_tells_nothing_and_a_question_of_two_callers_is_two_jobs(place: Guarded) -> None:
    other, question = system("mn.other"), str(system(POLICE).settings)
    with under(place, other) as c:
        assert c.execute(BEGIN.encode(), (*other.settings, question)).fetchone() != (of_police(place),)
        c.rollback()


def test_whoever_has_a_key_is_told_whose_it_is_and_nothing_of_other_keys(place: Guarded) -> None:
    key, ended = keys.create(place.owner, POLICE), keys.create(place.owner, SHELTER)
    keys.revoke(place.owner, SHELTER, ended)
    asked = [sha256(each.encode()).digest() for each in (key, ended, "tamga_guess")] + [b"", b"%"]
    for caller in (NOBODY, system(SHELTER)):
        with under(place, caller) as c:
            told = [(c.execute("SELECT agency_of_key(%s)", (each,)).fetchone() or ("",))[0] for each in asked]
            assert told == [POLICE, None, None, None, None]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                c.execute("SELECT agency_of_key(digest) FROM api_key")


def test_a_role_that_could_read_keys_can_no_longer(place: Guarded) -> None:
    with psycopg.connect(place.owner, autocommit=True) as c:
        c.execute("GRANT SELECT (digest, agency), UPDATE ON api_key TO callers_own_api")
        c.execute("GRANT INSERT, DELETE, TRUNCATE ON job TO callers_own_api")
        api_role.ensure(c)
        asked = "SELECT has_any_column_privilege('callers_own_api', 'api_key', 'SELECT, UPDATE'),"
        asked += " has_table_privilege('callers_own_api', 'job', 'INSERT, DELETE, TRUNCATE')"
        assert c.execute(asked.encode()).fetchone() == (False, False)


def test_jobs_of_an_agency_are_counted_over_its_callers_and_no_others(place: Guarded) -> None:
    for caller in (*CALLERS, system("mn.other"), NOBODY):
        with under(place, caller) as c:
            mine = sum(each.agency == caller.agency for each in CALLERS)
            assert c.execute("SELECT open_jobs()").fetchone() == (mine,)


def test_a_process_is_handed_every_callers_job_and_does_each_as_its_caller(database: str, tmp_path: Path) -> None:
    migrations.migrate(database)
    place = Guarded(database, api_role.login(database, tmp_path / "api.password"))
    for caller in CALLERS:
        with under(place, caller) as c:
            begin(c, caller)
    handed = []
    with psycopg.connect(place.api) as c:
        scope(c, system(POLICE))
        assert c.execute("SELECT * FROM claim_job('mine')").fetchall() == []
    with psycopg.connect(place.api, autocommit=True) as c:
        while found := c.execute("SELECT agency, unit, role, officer FROM claim_job('a process')").fetchone():
            handed.append(found)
    assert handed == [caller.settings for caller in CALLERS]
    assert [Caller.under(*each).settings for each in handed] == handed


def test_what_has_expired_is_forgotten_of_everybody_and_nothing_else(database: str, tmp_path: Path) -> None:
    migrations.migrate(database)
    place = Guarded(database, api_role.login(database, tmp_path / "api.password"))
    for caller in CALLERS:
        with under(place, caller) as c:
            begin(c, caller)
            c.execute(KEEP.encode(), (caller.agency, str(caller).encode()))
    with psycopg.connect(place.owner, autocommit=True) as c:
        c.execute("UPDATE job SET expires_at = now() WHERE officer = 'o-1'")
        c.execute("UPDATE idempotency SET expires_at = now() WHERE agency = %s", (POLICE,))
    forgotten = sum(caller.officer == "o-1" for caller in CALLERS)

    async def forget() -> None:
        api = Database(place.api)
        await api.open()
        await api.write(None, FORGET)
        await api.close()

    asyncio.run(forget())
    jobs = rows(place.owner, "SELECT officer FROM job")
    assert len(jobs) == len(CALLERS) - forgotten
    assert ("o-1",) not in jobs
    assert rows(place.owner, "SELECT count(*) FROM job_row") == [(len(jobs),)]
    assert {agency for (agency,) in rows(place.owner, "SELECT agency FROM idempotency")} == {SHELTER}


@pytest.mark.parametrize("connections", [1, 3])
def test_callers_of_one_pooled_connection_never_reach_each_others_jobs(place: Guarded, connections: int) -> None:
    chance, before = random.Random(7), contents(place)
    reads = (b"SELECT document FROM job_row", ())
    meddles = b"UPDATE job SET code = 'x' WHERE agency <> %s RETURNING true"
    fails = b"UPDATE job SET done = 1 / (n - n) FROM job_row RETURNING true"

    async def one(database: Database, who: Caller) -> None:
        match chance.choice(("reads", "meddles", "fails", "nobody", "cancelled")):
            case "reads":
                (found,) = await database.read(who, (), reads)
                assert [row["document"] for row in found] == [str(who.settings)]
            case "meddles":
                assert await database.write(who, meddles, (who.agency,)) == []
            case "fails":
                with pytest.raises(psycopg.DataError):
                    await database.write(who, fails)
            case "nobody":
                assert await database.rows(*reads) == []
                assert await database.write(None, b"UPDATE job SET code = 'x' RETURNING true") == []
            case _:
                slow = b"UPDATE job SET code = pg_sleep(0.2)::text RETURNING true"
                task = asyncio.create_task(database.write(who, slow))
                await asyncio.sleep(chance.random() / 50)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(all_at_once(place.api, connections, lambda database: one(database, chance.choice(CALLERS))))
    assert contents(place) == before
