"""A ledger with the profile's agencies enrolled, and events of generated cases to publish on it."""

from __future__ import annotations

from collections.abc import Iterable

from domain.record.signing import SeedSigner
from infra import clock
from infra.bootstrap import World
from infra.demo import agencies, generator, publisher
from infra.demo.generator import Sent
from infra.ledger_status import look
from infra.local.ledger import enrol
from infra.publishing import Item, publish
from infra.settings import Settings
from system.running import until


def enrolled(ledger: Settings) -> dict[str, SeedSigner]:
    """Enrol everybody; the keys lie in `<data>/keys`."""
    enrol(ledger, ledger.data)
    return agencies.signers(ledger.data)


def generated(ledger: Settings, signers: dict[str, SeedSigner], *, seed: int, count: int) -> list[Sent]:
    """Generated cases in their sending order."""
    people = publisher.publishers(signers, ledger=ledger.ledger_id, seed=seed)
    made = generator.cases(seed, count, people, ledger=ledger.ledger_id, base_time=clock.now())
    return list(generator.interleave(seed, made))


def publish_all(world: World, sent: Iterable[Sent]) -> list[tuple[str, str]]:
    """(expected, outcome) of each."""
    world.registry.refresh()
    return [(a.tag, a.outcome) for a in publish(world, [Item(s.stream, s.record, s.expect) for s in sent])]


def wait_level(world: World) -> None:
    """Until every entry is in every view."""
    until(lambda: look(world).views_are_level, what="views level")
