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
    api_database_url: str = Field(
        "", description="the same as whom the API reads: a role that row-level security binds, `<database>_api`"
    )
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
    oidc_issuer: str = Field("", description="issuer (URL) whose OpenID Connect tokens the API takes; none: keys alone")
    oidc_audience: str = Field("", description="what a token's `aud` must name")
    oidc_agencies: str = Field(
        "", description="agencies that the issuer may speak for, comma separated; none: every agency"
    )
    oidc_agency_claim: str = Field("tamga_agency", description="claim with the agency's id")
    oidc_roles_claim: str = Field("tamga_roles", description="claim with the roles, a list or parted by blanks")
    oidc_units_claim: str = Field("tamga_units", description="claim with the units, a list or parted by blanks")
    oidc_officer_claim: str = Field("tamga_officer", description="claim with the officer's pseudonym (`actor`)")
    read_rate: float = Field(300, gt=0, description="reads a second of one key or person, on average")
    read_burst: int = Field(3000, ge=1, description="reads at once of one key or person")
    submit_rate: float = Field(200, gt=0, description="submissions a second of one agency over HTTP, on average")
    submit_burst: int = Field(400, ge=1, description="submissions at once of one agency over HTTP")
    min_position_wait: float = Field(
        5.0, ge=0, le=30, description="seconds that a read waits for the position that it was asked to have reached"
    )
    idempotency_hours: int = Field(24, ge=1, le=720, description="hours for which an `Idempotency-Key` is remembered")
    require_if_match: bool = Field(
        False, description="people must send `If-Match` with a submission to a case that their agency knows"
    )
    event_heartbeat: float = Field(
        15.0, gt=0, le=60, description="seconds between two signs of life of an event stream; its caller is checked too"
    )
    event_streams: int = Field(20, ge=1, description="event streams that one agency may hold open at one process")
    batch: int = Field(2000, ge=1, le=10_000, description="most submissions in one batch")
    cache_entries: int = Field(50_000, ge=1_000, description="entries that a registrar's stream cache may hold")
    webhook_key: Path | None = Field(
        None, description="file of the key that webhooks' secrets are made of; `<data>/keys/webhooks.json` unless set"
    )
    webhook_networks: str = Field(
        "",
        description="networks beside the public ones that webhooks may lead to, comma separated, such as 10.2.0.0/16",
    )
    webhook_ca: Path | None = Field(
        None, description="file of the certificates that receivers of webhooks are trusted by, in place of the system's"
    )
    webhook_schedule: str = Field(
        "5,30,120,600,1800,3600,7200,14400,28800,43200,64800,86400",
        pattern=r"^\d+(\.\d+)?(,\d+(\.\d+)?)*$",
        description="seconds before each further try of a webhook's message; then it is a dead letter",
    )
    webhook_patience: float = Field(
        259_200.0, gt=0, description="seconds after which a webhook's message that nobody took is a dead letter anyway"
    )
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
