"""What every request of one API process shares: opened with the process, closed with it, `Shared` in the routes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from infra.api.database import Database
from infra.api.idempotency import sweep
from infra.api.limits import Limits
from infra.api.metrics import Metrics
from infra.api.moves import Moves
from infra.api.oidc import Tokens, tokens
from infra.api.outcomes import Outcomes
from infra.api.publisher import Publisher
from infra.api.watch import KafkaWatch
from infra.settings import Settings


@dataclass(frozen=True)
class Service:
    """The parts of an API process."""

    settings: Settings
    database: Database
    watch: KafkaWatch
    outcomes: Outcomes
    publisher: Publisher
    moves: Moves
    tokens: Tokens | None
    read_limits: Limits
    submit_limits: Limits
    metrics: Metrics
    streams: Counter[str]
    """Event streams that are open, by agency."""
    ending: asyncio.Event
    job_added: asyncio.Event

    def end(self) -> None:
        """The process is told to end: what streams, stops."""
        self.ending.set()
        self.moves.wake()


def assemble(settings: Settings, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> Service:
    """The parts from the settings; nothing is connected yet. Rates are counted by the clock, in seconds."""
    database = Database(settings.api_database_url)
    return Service(
        settings=settings,
        database=database,
        watch=KafkaWatch(settings),
        outcomes=Outcomes(database, settings.api_database_url, settings.topics.ledger),
        publisher=Publisher(settings.brokers, settings.topics.submissions),
        moves=Moves(settings.api_database_url),
        tokens=tokens(settings),
        read_limits=Limits("read", settings.read_rate, settings.read_burst, clock),
        submit_limits=Limits("submit", settings.submit_rate, settings.submit_burst, clock),
        metrics=metrics,
        streams=Counter(),
        ending=asyncio.Event(),
        job_added=asyncio.Event(),
    )


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    """Connect, follow registry and index while the process lives, close. Kafka and PostgreSQL may be away."""
    await service.database.open()
    service.watch.start()
    service.publisher.start()
    followed = (service.watch.follow(), service.outcomes.listen(), service.moves.listen(), sweep(service.database))
    tasks = [asyncio.create_task(each) for each in followed]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.publisher.close()
        await service.watch.close()
        await service.database.close()


async def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


Shared = Annotated[Service, Depends(_service)]
