"""Readers notice no switch, and a rebuild that was killed or interrupted goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra import rebuild, rebuild_leftovers
from infra.bootstrap import World
from infra.check_views import check_views
from infra.settings import Settings
from projections.all_views import VIEWS
from system.filled import enrolled, generated, publish_all, wait_level
from system.rebuilding import TABLES, kill_a_switch
from system.running import rows, running, until

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
ALL = tuple(VIEWS)


@pytest.fixture
def filled(ledger: Settings, world: World, tmp_path: Path) -> Iterator[Settings]:
    """Cases in level views, which a projector keeps so."""
    sent = generated(ledger, enrolled(ledger), seed=8, count=12)
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        publish_all(world, sent)
        wait_level(world)
        yield ledger


class Readers:
    """Read every view until told to stop, and keep what must not have been: an error, or fewer rows than there were."""

    def __init__(self, url: str, *, prepared: bool) -> None:
        self._url, self._prepared, self._stop = url, prepared, threading.Event()
        self.reads, self.wrong = 0, list[str]()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        least: dict[str, int] = {}
        with psycopg.connect(self._url, autocommit=True, prepare_threshold=0 if self._prepared else None) as c:
            while not self._stop.is_set():
                for name in ALL:
                    try:
                        row = c.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()
                    except psycopg.Error as error:
                        self.wrong.append(f"{name}: {type(error).__name__}")
                        continue
                    count = row[0] if row else 0
                    if count < least.setdefault(name, count):
                        self.wrong.append(f"{name}: {count} rows after {least[name]}")
                    least[name] = max(least[name], count)
                    self.reads += 1

    def __enter__(self) -> Readers:
        self._thread.start()
        until(lambda: self.reads > len(ALL), what="reads")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_readers_see_no_error_and_no_empty_view_during_switches(filled: Settings, world: World) -> None:
    url = filled.database_url
    with Readers(url, prepared=True) as prepared, Readers(url, prepared=False) as plain:
        for _ in range(3):
            began = plain.reads, prepared.reads
            rebuild.rebuild(world, ALL)
            until(lambda before=began: plain.reads > before[0] and prepared.reads > before[1], what="reads")  # type: ignore[misc]
    assert (plain.wrong, prepared.wrong) == ([], [])
    wait_level(world)
    assert all(check.holds for check in check_views(world, ALL))


def test_what_an_interrupted_rebuild_has_filled_is_kept_and_the_rest_is_folded(filled: Settings, world: World) -> None:
    ends = dict(rows(filled.database_url, "SELECT partition, pos FROM log"))
    first_two = sum(ends[partition] + 1 for partition in (0, 1))

    def interrupt(done: int, total: int) -> None:
        if first_two < done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild(world, ALL, interrupt)
    left = [name for (name,) in rows(filled.database_url, TABLES)]
    assert len(left) == len(ALL)
    with world.pool.connection() as c:
        facts = world.topics.facts(filled.topics.ledger)
        tables = rebuild_leftovers.taken_over(c, ALL, facts)
        assert tables is not None
        assert set(rebuild_leftovers.filled(c, tables)) == {0, 1}, "the third was half filled: it is empty"
    steps: list[int] = []
    rebuilt = rebuild.rebuild(world, ALL, lambda done, total: steps.append(done))
    assert sorted(one.table for one in rebuilt) == left
    assert steps[1] == ends[0] + 1, "the first partition is there at once"
    wait_level(world)
    assert all(check.holds for check in check_views(world, ALL))
    assert rows(filled.database_url, TABLES) == []


def test_a_kill_during_the_switch_changes_no_view_and_the_next_rebuild_switches(filled: Settings, world: World) -> None:
    url = filled.database_url
    before = rows(url, "SELECT name, table_name FROM view ORDER BY 1")
    counts = {name: rows(url, f"SELECT count(*) FROM {name}") for name in ALL}
    kill_a_switch(filled)
    assert rows(url, "SELECT name, table_name FROM view ORDER BY 1") == before
    assert {name: rows(url, f"SELECT count(*) FROM {name}") for name in ALL} == counts
    assert all(check.holds for check in check_views(world, ALL))
    left = [name for (name,) in rows(url, TABLES)]
    assert len(left) == len(ALL), "what was filled is kept"
    assert sorted(one.table for one in rebuild.rebuild(world, ALL)) == left
    wait_level(world)
    assert all(check.holds for check in check_views(world, ALL))


def test_what_is_skipped_meanwhile_is_in_no_table_that_is_gone_on_with(filled: Settings, world: World) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild(world, ("caseload",), interrupt)
    left = {name for (name,) in rows(filled.database_url, TABLES)}
    assert left
    partition, pos, stream = rows(
        filled.database_url, "SELECT partition, last_pos, case_id FROM caseload JOIN timeline USING (agency, case_id)"
        " WHERE last_pos = pos ORDER BY 1, 2 LIMIT 1"
    )[0]  # fmt: skip
    with psycopg.connect(filled.database_url) as c:
        c.execute("INSERT INTO skipped (view, partition, pos, stream, reason, said_by)"
                  " VALUES ('caseload', %s, %s, %s, 'a test', 'it')", (partition, pos, stream))  # fmt: skip
    rebuilt = rebuild.rebuild(world, ("caseload",))
    assert not left & {one.table for one in rebuilt}
    assert rows(filled.database_url, "SELECT FROM caseload WHERE case_id = %s AND last_pos = %s", stream, pos) == []
    assert check_views(world, ("caseload",))[0].holds
