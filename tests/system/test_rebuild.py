"""A view can be rebuilt at any time: it equals the fold of the record, and no reader or projector is disturbed."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from domain.record.chain import ORIGIN
from infra import bootstrap, rebuild, view_tables
from infra.bootstrap import World
from infra.check_views import check_views
from infra.fresh_fold import Wanted, fold_partition, fold_record
from infra.over_partitions import over_partitions
from infra.settings import Settings
from projections.all_views import VIEWS
from system.filled import enrolled, generated, publish_all, wait_level
from system.running import rows, running

REGISTRAR, PROJECTOR = "infra.entry.registrar", "infra.entry.projector"
ALL = tuple(VIEWS)


def tables(url: str) -> dict[str, str]:
    return dict(rows(url, "SELECT name, table_name FROM view"))


def test_a_rebuild_switches_under_a_running_projector_and_misses_nothing(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    sent = generated(ledger, enrolled(ledger), seed=3, count=30)
    half = len(sent) // 2
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        assert all(expected == outcome for expected, outcome in publish_all(world, sent[:half]))
        wait_level(world)
        before = tables(ledger.database_url)
        rebuilt = rebuild.rebuild(world, ALL)
        after = tables(ledger.database_url)
        assert all(expected == outcome for expected, outcome in publish_all(world, sent[half:]))
        wait_level(world)
        checks = check_views(world, ALL)
    assert [c.view for c in checks if c.holds] == list(ALL)
    assert {r.view: r.table for r in rebuilt} == after
    left = rows(ledger.database_url, "SELECT tablename FROM pg_tables WHERE tablename = ANY(%s)", list(before.values()))
    assert left == [], "the old tables are gone"
    heads = rows(ledger.database_url, "SELECT DISTINCT table_name FROM view_head ORDER BY 1")
    assert [h[0] for h in heads] == sorted(after.values())


def test_a_changed_row_is_found_and_a_rebuild_heals_it(ledger: Settings, world: World, tmp_path: Path) -> None:
    sent = generated(ledger, enrolled(ledger), seed=4, count=10)
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        publish_all(world, sent)
        wait_level(world)
    table = tables(ledger.database_url)["caseload"]
    touched, *_, removed = rows(ledger.database_url, f"SELECT agency, case_id FROM {table} ORDER BY 1, 2")
    with psycopg.connect(ledger.database_url) as c:
        this = "WHERE agency = %s AND case_id = %s"
        c.execute(f"UPDATE {table} SET events = events + 1 {this}".encode(), touched)
        c.execute(f"DELETE FROM {table} {this}".encode(), removed)
    (found,) = check_views(world, ("caseload",))
    assert (found.holds, found.different, found.missing) == (False, [touched], [removed])
    rebuild.rebuild(world, ("caseload",))
    (found,) = check_views(world, ("caseload",))
    assert found.holds
    assert found.rows > 0


def test_a_view_is_rebuilt_once_at_a_time(ledger: Settings, world: World) -> None:
    with psycopg.connect(ledger.database_url) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext('timeline'))", (rebuild.REBUILD_LOCK,))
        with pytest.raises(rebuild.RebuildError, match="another rebuild of timeline"):
            rebuild.rebuild(world, ("timeline",))


def test_a_rebuild_that_fails_midway_leaves_the_live_view_alone(ledger: Settings, world: World, tmp_path: Path) -> None:
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        publish_all(world, generated(ledger, enrolled(ledger), seed=6, count=2))
        wait_level(world)
    before = rows(ledger.database_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    facts = world.topics.facts(ledger.topics.ledger)
    with world.pool.connection() as c, rebuild.beside(c, ("caseload",), facts) as tables:
        for partition in range(facts.partitions):
            filling = rebuild.Filling({"caseload": tables[0].table}, rebuild.standing(c, facts.partitions))
            rebuild.fill_partition(world, partition, filling, lambda read: None)
        c.execute(f"INSERT INTO {tables[0].table} SELECT * FROM {tables[0].table}".encode())
        with pytest.raises(psycopg.errors.UniqueViolation):
            rebuild.switch(world, c, tables, facts)
    after = rows(ledger.database_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    assert before == after
    with world.pool.connection() as c:
        live = view_tables.live(c, VIEWS["caseload"])
        assert live is not None
        assert list(live.rows(c))


def test_a_rebuild_removes_what_a_killed_one_has_left(ledger: Settings, world: World, tmp_path: Path) -> None:
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        publish_all(world, generated(ledger, enrolled(ledger), seed=6, count=2))
        wait_level(world)
    facts = world.topics.facts(ledger.topics.ledger)
    with world.pool.connection() as c, c.transaction():
        left = view_tables.new_table(c, VIEWS["caseload"])
        left.create(c, facts.id, facts.partitions, ORIGIN)
    _, rebuilt = rebuild.rebuild(world, ("caseload",))  # behind the rooms that it folds
    caseloads = rows(ledger.database_url, "SELECT tablename FROM pg_tables WHERE tablename ~ '^caseload_'")
    assert caseloads == [(rebuilt.table,)]
    assert check_views(world, ("caseload",))[0].holds


def test_a_process_fills_a_partition_by_the_one_connection_that_it_has(
    ledger: Settings, world: World, tmp_path: Path
) -> None:
    with running(REGISTRAR, ledger, tmp_path / "r.log"), running(PROJECTOR, ledger, tmp_path / "p.log"):
        publish_all(world, generated(ledger, enrolled(ledger), seed=6, count=3))
        wait_level(world)
    facts, other = world.topics.facts(ledger.topics.ledger), bootstrap.open_world(ledger, pool_size=1)
    with world.pool.connection() as c, rebuild.beside(c, ALL, facts) as tables:
        stands = rebuild.standing(c, facts.partitions)
        filling = rebuild.Filling({table.view.name: table.table for table in tables}, stands)
        filled = [rebuild.fill_partition(other, p, filling, lambda _: None) for p in range(facts.partitions)]
    other.close()
    assert filled == [stands[p] + 1 for p in range(facts.partitions)]


def test_two_processes_fold_what_one_folds(ledger: Settings, world: World, tmp_path: Path) -> None:
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        publish_all(world, generated(ledger, enrolled(ledger), seed=5, count=10))
    one = fold_record(world, ALL)
    told: list[tuple[int, int]] = []
    two = over_partitions(world, fold_partition, Wanted(ALL, {}), lambda *step: told.append(step), short=0)
    assert [p.head for p in one] == [p.head for p in two]
    assert [sorted(p.rows[v]) for v in ALL for p in one] == [sorted(p.rows[v]) for v in ALL for p in two]
    assert told[-1][0] == told[-1][1] > 0
