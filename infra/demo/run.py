"""The demo: a ledger on this machine, real reference records, the scripted case and generated cases, then every check.

What is published depends on the seed and the base time in `<data>/demo.json` alone, so a second start sends the same
bytes again and records nothing twice. The demo keeps to a data folder of its own making, and `clean` removes that and
nothing else. Called by `python -m infra.demo`.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from domain.record.signing import SeedSigner
from infra import bootstrap, clock, importing, ledger_status
from infra.cli.output import progress, say
from infra.demo import agencies, generator, playing, publisher, scenario, summary
from infra.demo.summary import Published
from infra.importers import ctdc
from infra.local.folders import LocalServiceError
from infra.local.foreground import Foreground
from infra.local.ledger import LocalLedger, running
from infra.local.processes import Processes
from infra.local.supervisor import CODE
from infra.publishing import Item, NotJudgedError, publish
from infra.settings import Settings

SEED = 1
CASES = 200
FILE = CODE / "examples" / "data" / "ctdc_14k.csv"
IMPORTER = "ctdc.import"
LEVEL_SECONDS = 300.0
MADE = ("api-keys", "api-port", "demo.json", "kafka", "keys", "ledger.json", "logs", "postgres", "run", "tamga.env")
"""What a demo's data folder holds."""

T = TypeVar("T")


class Notes(NamedTuple):
    """What a demo keeps between starts; `resumed`: it was begun before."""

    seed: int
    base_time: str
    resumed: bool


def run(settings: Settings, *, once: bool) -> bool:
    """The whole demo; did every check hold? Stays up until Ctrl-C unless `once`."""
    if not FILE.exists():
        raise LocalServiceError(f"there is no {FILE}: the demo runs from a checkout of the project")
    with Foreground() as foreground:
        notes = _notes(settings.data)
        with running(settings, say) as ledger:
            world = bootstrap.open_world(ledger.settings)
            try:
                holds = _show(ledger, world, _publish(ledger, world, notes))
            finally:
                world.close()
            if not once:
                say("the ledger stays up: Ctrl-C ends it, `make clean-demo` removes its data")
                foreground.wait()
            say("stopping")
    return holds


def clean(folder: Path) -> bool:
    """Remove what a demo made there; False when there is none. Raises `LocalServiceError` while it runs."""
    if not (folder / "demo.json").exists():
        return False
    with Processes(folder / "run"), Processes(folder / "kafka"), Processes(folder / "postgres"):
        for name in MADE:
            place = folder / name
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return True


def _notes(folder: Path) -> Notes:
    """The demo's seed and base time, drawn at its first start; a folder with another ledger is refused."""
    file = folder / "demo.json"
    if file.exists():
        return Notes(**json.loads(file.read_text(encoding="utf-8")), resumed=True)
    if (folder / "ledger.json").exists():
        raise LocalServiceError(f"{folder} holds a ledger that is no demo: set TAMGA_DATA to another folder")
    notes = Notes(SEED, clock.now(), resumed=False)
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"seed": notes.seed, "base_time": notes.base_time}) + "\n", encoding="utf-8")
    return notes


def _publish(ledger: LocalLedger, world: bootstrap.World, notes: Notes) -> Published:
    signers = agencies.signers(ledger.settings.data)
    report = _reference(world, signers[IMPORTER])
    id_ = world.settings.ledger_id
    people = publisher.publishers(signers, ledger=id_, seed=notes.seed)
    heads = playing.heads(world)
    script = scenario.steps(people, ledger=id_, base_time=notes.base_time, seed=notes.seed, heads=heads)
    with playing.refusals_soon(ledger.settings, world):
        played = list(_played(world, script))
    made = generator.cases(notes.seed, CASES, people, ledger=id_, base_time=notes.base_time)
    sent = [Item(one.stream, one.record, one) for one in generator.interleave(notes.seed, made)]
    return Published(
        report,
        played,
        list(_sent(world, f"{CASES} generated cases", sent)),
        notes.resumed,
    )


def _reference(world: bootstrap.World, signer: SeedSigner) -> importing.ImportReport:
    with FILE.open("rb") as file:
        total = sum(1 for _ in file) - 1
    with progress("real reference records") as step:
        return importing.run(world, ctdc.read(FILE), IMPORTER, signer, progress=lambda done: step(done, total))


def _played(world: bootstrap.World, script: list[scenario.Submission]) -> Iterator[tuple[scenario.Submission, str]]:
    with progress("the scripted case") as step:
        for done, played in enumerate(playing.play(world, script), 1):
            step(done, len(script))
            yield played


def _sent(world: bootstrap.World, label: str, items: list[Item[T]]) -> Iterator[tuple[T, str]]:
    with progress(label) as step:
        for done, answer in enumerate(publish(world, items), 1):
            step(done, len(items))
            yield answer.tag, answer.outcome


def _show(ledger: LocalLedger, world: bootstrap.World, published: Published) -> bool:
    _wait_level(world)
    checks = summary.checks(world, FILE, published)
    summary.show(checks, url=ledger.url, data=ledger.settings.data)
    return all(check.holds for check in checks)


def _wait_level(world: bootstrap.World) -> None:
    """Until every submission is judged and every entry in every view."""
    deadline = time.monotonic() + LEVEL_SECONDS
    with progress("views catch up") as step:
        while not (status := ledger_status.look(world)).views_are_level:
            total = sum(p.position for p in status.partitions)
            step(total - max((sum(p.views.values()) for p in status.partitions), default=0), total)
            if time.monotonic() > deadline:
                raise NotJudgedError(f"the views are not level after {LEVEL_SECONDS:.0f} s: see `tamga status`")
            time.sleep(0.2)
