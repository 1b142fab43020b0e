"""After the demo's events, played by the real processes, each view is what a naive fold of the record gives.

It is that still after a rebuild of all, after a kill -9 of another one during the switch, and as of the last position,
for every agency: the folds of `tests/naive` read the entries on Kafka, and nothing of the system's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from compared import READ, differences
from domain.record.chain import ORIGIN
from infra import bootstrap, clock, importing, rebuild
from infra.api import keys as api_keys
from infra.bootstrap import World
from infra.demo import generator, playing, publisher, scenario
from infra.importers import ctdc
from infra.publishing import Item, publish
from infra.settings import Settings
from naive import views
from projections import as_of, engine
from projections.all_views import DESKS, VIEWS
from projections.engine import Row
from system.conftest import Services, founded
from system.filled import enrolled, wait_level
from system.rebuilding import TABLES, kill_a_switch
from system.running import rows, running
from system.serving import Api, Log, Server

PROCESSES = ("infra.entry.registrar", "infra.entry.projector", "infra.entry.clock")
FILE = Path(__file__).parents[2] / "examples" / "data" / "ctdc_14k.csv"
IMPORTER, CASES, SEED = "ctdc.import", 8, 21
ALL = tuple(VIEWS)


@dataclass
class Demo:
    """A ledger after the demo's events, whose processes have ended: nothing changes any more."""

    settings: Settings
    world: World
    api: Api
    naive: dict[str, list[views.Row]]

    def rows(self, view: str) -> list[tuple[Any, ...]]:
        """What readers see."""
        return rows(self.settings.database_url, f"SELECT * FROM {view}")

    def differences(self) -> list[str]:
        """Where a view is not what the naive fold says."""
        return [each for view in READ for each in differences(view, self.rows(view), self.naive[view])]


@pytest.fixture(scope="module")
def ledger(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One ledger for all: no test adds anything to it."""
    return founded(services, tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def demo(ledger: Settings) -> Iterator[Demo]:
    """The script, generated cases and imported records, through registrar, clock and projector."""
    signers, world, folder = enrolled(ledger), bootstrap.open_world(ledger), ledger.data
    settings = ledger.model_copy(update={"clock_key": folder / "keys" / "mn.clock.json"})
    registrar, projector, clocks = PROCESSES
    with (
        running(registrar, settings, folder / "r.log"),
        running(projector, settings, folder / "p.log"),
        running(clocks, settings, folder / "c.log", TAMGA_CLOCK_KEY=str(settings.clock_key)),
    ):
        world.registry.refresh()
        people = publisher.publishers(signers, ledger=ledger.ledger_id, seed=SEED)
        base = {"ledger": ledger.ledger_id, "base_time": clock.now()}
        script = scenario.steps(people, seed=SEED, heads=playing.heads(world), **base)
        with playing.refusals_soon(settings, world):
            wrong = [(step.note, outcome) for step, outcome in playing.play(world, script) if step.expect != outcome]
        assert wrong == []
        made = generator.cases(SEED, CASES, people, **base)
        sent = [Item(one.stream, one.record, one) for one in generator.interleave(SEED, made)]
        assert all(answer.tag.expect == answer.outcome for answer in publish(world, sent))
        assert importing.run(world, islice(ctdc.read(FILE), 30), IMPORTER, signers[IMPORTER]).whole
        wait_level(world)
    keys = {agency: api_keys.create(ledger.database_url, agency) for agency in signers}
    log = Log()
    with Server(ledger, log) as url:
        yield Demo(ledger, world, Api(url, ledger, log, keys, signers), views.fold(_entries(world)))
    world.close()


def _entries(world: World) -> Iterator[tuple[int, int, bytes]]:
    """Every effective entry on Kafka."""
    for partition in range(world.registry.registry.partitions):
        reader = bootstrap.open_reader(world, partition)
        reader.start(ORIGIN)
        for placed in reader.catch_up():
            yield from ((partition, one.entry.pos, one.entry.raw) for one in placed)
        reader.log.close()


def test_every_view_of_every_agency_is_that_of_a_naive_fold(demo: Demo) -> None:
    assert demo.differences() == []
    assert len({row["agency"] for row in demo.naive["timeline"]}) > 20


def test_as_of_the_last_position_every_view_of_every_agency_is_the_present_one(demo: Demo) -> None:
    now: dict[tuple[str, str, str], list[Row]] = {}
    for desk, view in DESKS.items():
        at = [name for name, _ in engine.columns(view)].index("case_id")
        for row in demo.rows(desk):
            now.setdefault((desk, row[0], row[at]), []).append(row)
    then: dict[tuple[str, str, str], list[Row]] = {}
    for (agency, case), texts in _told_last(demo).items():
        said = as_of.told(agency, case, texts)
        then |= {(desk, agency, case): found for desk in DESKS if (found := as_of.rows(DESKS[desk], said))}
    assert {key: sorted(found) for key, found in now.items()} == then
    assert {desk for desk, _, _ in now} == {*DESKS}


def _told_last(demo: Demo) -> dict[tuple[str, str], list[str]]:
    """What each agency was told of each case since it was last told anew, by the timeline that as-of answers read."""
    last = "SELECT agency, case_id, max(epoch) AS epoch FROM timeline GROUP BY 1, 2"
    sql = f"SELECT agency, case_id, told FROM timeline JOIN ({last}) l USING (agency, case_id, epoch) ORDER BY pos, n"
    found: dict[tuple[str, str], list[str]] = {}
    for agency, case, told in rows(demo.settings.database_url, sql):
        found.setdefault((agency, case), []).append(told)
    return found


def test_the_api_answers_every_agency_as_of_the_last_position_what_it_answers_now(demo: Demo) -> None:
    last = dict(rows(demo.settings.database_url, "SELECT partition, pos FROM log"))
    told = Counter((row["agency"], row["partition"], row["case_id"]) for row in demo.naive["timeline"])
    largest = {agency: (partition, case) for (agency, partition, case), _ in reversed(told.most_common())}
    answers = Counter[tuple[str, int]]()
    for (agency, (partition, case)), desk in zip(sorted(largest.items()), cycle(DESKS), strict=False):
        for name in ("", f"/desks/{desk}", "/timeline"):
            path, limit = f"/v1/cases/{case}{name}", {"limit": 200} if name == "/timeline" else {}
            now = demo.api.get(path, agency, params=limit)
            then = demo.api.get(path, agency, params={"at": f"{partition}-{last[partition]}", **limit})
            assert (then.status_code, then.json()) == (now.status_code, now.json())
            answers[name, now.status_code] += 1
    assert {name for name, status in answers if status == 200} >= {
        "",
        "/timeline",
        *(f"/desks/{each}" for each in DESKS),
    }


def test_every_view_is_the_same_after_a_rebuild_and_after_a_kill_during_the_switch(demo: Demo) -> None:
    before = {view: sorted(demo.rows(view)) for view in ALL}
    kill_a_switch(demo.settings)
    assert {view: sorted(demo.rows(view)) for view in ALL} == before
    left = [name for (name,) in rows(demo.settings.database_url, TABLES)]
    assert len(left) == len(ALL), "what was filled is kept"
    assert sorted(one.table for one in rebuild.rebuild(demo.world, ALL)) == left
    assert {view: sorted(demo.rows(view)) for view in ALL} == before
    rebuild.rebuild(demo.world, ALL)
    assert {view: sorted(demo.rows(view)) for view in ALL} == before
    assert demo.differences() == []
