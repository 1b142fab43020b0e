"""`PERSISTENCE_MODULE=infra.recorder:LedgerFactory`: the ledger as the persistence module of an `eventsourcing` app.

`TAMGA_APP_TOPIC` names a topic of the application's own (one partition, made when it is not there), where events are
wrapped as opaque bodies; without it the recorder reads ledger partition `LEDGER_PARTITION` (0) and its events come as
the catalogue has them. Snapshots are no record: they stand in a PostgreSQL table, never in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    IntegrityError,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from psycopg.errors import UniqueViolation

from infra import bootstrap, settings
from infra.catalogue_mapper import CatalogueMapper
from infra.partition_recorder import LedgerRecorder


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """Builds recorders on one log. Reads `TAMGA_*` from the application's environment and from the process's."""

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        names = settings.Settings.model_fields
        given = {n: v for n in names if (v := self.env.get(f"TAMGA_{n.upper()}"))}
        self.settings = settings.load(**given)
        self._world: bootstrap.World | None = None
        self._opened: list[LedgerRecorder] = []

    @property
    def world(self) -> bootstrap.World:
        """Connections, opened on first use."""
        if self._world is None:
            self._world = bootstrap.open_world(self.settings)
        return self._world

    def mapper(self, transcoder: Any = None, mapper_class: Any = None) -> Any:
        """The catalogue's mapper on a ledger partition, the library's own for an application's topic."""
        if mapper_class is None and not self.settings.app_topic and not self.env.get(self.MAPPER_TOPIC):
            mapper_class = CatalogueMapper
        return super().mapper(transcoder, mapper_class)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """`events`: the log. `snapshots`: the PostgreSQL table."""
        if purpose == "snapshots":
            return SnapshotTable(self.world.pool, self.settings.app_topic or self.settings.topics.ledger)
        return self._recorder(aggregate=True)

    def application_recorder(self) -> ApplicationRecorder:
        """The log."""
        return self._recorder(aggregate=False)

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:
        """Not here: a projection's tracking belongs to the database of its view."""
        raise InfrastructureFactoryError("the ledger keeps no tracking; give the projection a view of its own")

    def process_recorder(self) -> ProcessRecorder:
        """Not here: see `tracking_recorder`."""
        raise InfrastructureFactoryError("the ledger keeps no tracking; give the projection a view of its own")

    def close(self) -> None:
        """Close what was opened."""
        for recorder in self._opened:
            recorder.close()
        self._opened.clear()
        if self._world is not None:
            self._world.close()
            self._world = None

    def _recorder(self, *, aggregate: bool) -> LedgerRecorder:
        topic = self.settings.app_topic
        partition = int(self.env.get("LEDGER_PARTITION") or 0)
        if topic:
            replication = self.world.topics.replication(self.settings.topics.ledger)
            self.world.topics.ensure(topic, partitions=1, replication=replication)
        recorder = bootstrap.open_recorder(
            self.world, partition, topic=topic or None, opaque=bool(topic), aggregate=aggregate
        )
        if topic:
            bootstrap.write_genesis(self.world, recorder)
        self._opened.append(recorder)
        return recorder


class SnapshotTable(AggregateRecorder):
    """Snapshots of one application in PostgreSQL."""

    def __init__(self, pool: bootstrap.Pool, application: str) -> None:
        self._pool, self._application = pool, application

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """Keep the snapshots; raises `IntegrityError` when one is there."""
        rows = [
            (str(e.originator_id), e.originator_version, e.topic, e.state, self._application) for e in stored_events
        ]
        try:
            with self._pool.connection() as c, c.transaction(), c.cursor() as cursor:
                cursor.executemany("INSERT INTO snapshot VALUES (%s, %s, %s, %s, %s)", rows)
        except UniqueViolation as error:
            raise IntegrityError("the snapshot is there") from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Snapshots of an aggregate, by version."""
        sql = (
            "SELECT originator_version, topic, state FROM snapshot WHERE application = %s AND originator_id = %s"
            " AND originator_version > coalesce(%s, originator_version - 1)"
            " AND originator_version <= coalesce(%s, originator_version)"
            f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT %s"
        )
        with self._pool.connection() as c:
            found = c.execute(sql.encode(), (self._application, str(originator_id), gt, lte, limit)).fetchall()
        return [StoredEvent(originator_id, *row) for row in found]
