"""Every setting is `TAMGA_<NAME>` in the environment, or a line of `<data folder>/tamga.env` that `tamga up` writes.

The environment wins. Secrets are files with mode 0600, named here by path; no setting holds a key.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.kafka.brokers import Brokers, Protocol
from infra.kafka.topics import TopicNames
from infra.local.folders import data_folder


class Settings(BaseSettings):
    """Settings of every process of a ledger. Reference: `docs/reference/settings.md`."""

    model_config = SettingsConfigDict(env_prefix="TAMGA_", extra="ignore", frozen=True)

    kafka_bootstrap: str = Field("", description="host:port of the Kafka brokers, comma separated")
    kafka_security_protocol: Protocol = Field(
        "PLAINTEXT", description="how the brokers are talked to: in the clear as nobody, or under TLS as a user"
    )
    kafka_user: str = Field("", description="user as whom the brokers know this process (SCRAM-SHA-512)")
    kafka_password_file: Path | None = Field(None, description="file of that user's password, mode 0600")
    kafka_ca_file: Path | None = Field(
        None, description="file of the authority that signs the brokers' certificates; the system's unless set"
    )
    database_url: str = Field("", description="postgresql:// URL of the index and the views")
    ledger_id: str = Field("", description="id of the ledger (UUID), part of every signature")
    roots_digest: str = Field("", description="digest of the root keys that the registry must begin with")
    topic_prefix: str = Field("tamga", description="prefix of the ledger's topics")
    registrar_key: Path | None = Field(None, description="file of the registrar's key")
    root_keys: str = Field(
        "", description="files of the root keys held here, comma separated; only to change the registry"
    )
    root_threshold: int = Field(
        2, ge=1, description="how many root keys must sign, of a ledger that is yet to be founded"
    )
    clock_key: Path | None = Field(None, description="file of the clock's key; `<data>/keys/mn.clock.json` unless set")
    clock_interval: float = Field(1.0, gt=0, le=60, description="seconds between two looks at what has fallen due")
    data: Path = Field(default_factory=data_folder, description="folder of local services, keys and state")
    instance: str = Field("1", description="name of this process among its kind: the static group member")
    api_host: str = Field("127.0.0.1", description="address that the API listens on")
    api_port: int = Field(0, description="port of the API; 0 picks a free one")
    batch: int = Field(2000, ge=1, le=10_000, description="most submissions in one batch")
    cache_entries: int = Field(50_000, ge=1_000, description="entries that a registrar's stream cache may hold")
    app_topic: str = Field("", description="topic of a foreign application of the eventsourcing library")

    @property
    def root_key_files(self) -> tuple[Path, ...]:
        """The files that `root_keys` names."""
        return tuple(Path(name.strip()) for name in self.root_keys.split(",") if name.strip())

    @property
    def brokers(self) -> Brokers:
        """The brokers, and as whom they are talked to."""
        return Brokers(
            self.kafka_bootstrap,
            self.kafka_security_protocol,
            self.kafka_user,
            self.kafka_password_file,
            self.kafka_ca_file,
        )

    @property
    def topics(self) -> TopicNames:
        """The ledger's topic names."""
        return TopicNames(self.topic_prefix)


def load(**changes: Any) -> Settings:
    """Settings from the environment, then from `<data folder>/tamga.env`, then the defaults."""
    folder = Path(os.environ.get("TAMGA_DATA") or data_folder())
    file = folder / "tamga.env"
    return Settings(_env_file=file if file.exists() else None, **changes)
