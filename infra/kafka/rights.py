"""Who may do what on the brokers: one table, from which rights are granted and the guide's tables are checked.

Nobody has a right on a transactional id or on the cluster, and nobody but whoever changes the registry writes it. A
producer is idempotent by its right to write the topic. `docs/guides/kafka-security.md` shows the table; `tamga
provision` makes the brokers follow it (`infra.provisioning`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from infra.kafka.topics import TopicNames

Operation = Literal["read", "write", "create", "delete", "describe", "describe_configs"]


class Right(NamedTuple):
    """One operation on a topic or consumer group, or (`prefixed`) on all whose names begin so. Kafka adds to `read`,
    `write` and `delete` that the thing may be described."""

    operation: Operation
    resource: Literal["topic", "group"]
    name: str
    prefixed: bool = False


Rights = frozenset[Right]

PROCESSES: Mapping[str, Callable[[TopicNames], Rights]] = {
    "registrar": lambda t: frozenset(
        {
            Right("read", "topic", t.submissions),
            Right("delete", "topic", t.submissions),
            Right("read", "topic", t.ledger),
            Right("write", "topic", t.ledger),
            Right("read", "topic", t.registry),
            Right("read", "group", registrars_of(t)),
            *_checks(t),
        }
    ),
    "projector": lambda t: frozenset(
        {Right("read", "topic", t.ledger), Right("read", "topic", t.registry), *_checks(t)}
    ),
    "clock": lambda t: frozenset({Right("write", "topic", t.submissions), Right("read", "topic", t.registry)}),
    "feeder": lambda t: frozenset(
        {
            Right("describe", "topic", t.ledger),
            Right("read", "topic", t.registry),
            Right("create", "topic", t.feed(""), prefixed=True),
            Right("describe_configs", "topic", t.feed(""), prefixed=True),
            Right("write", "topic", t.feed(""), prefixed=True),
        }
    ),
    "api": lambda t: frozenset({Right("write", "topic", t.submissions), Right("read", "topic", t.registry)}),
    "registry": lambda t: frozenset({Right("read", "topic", t.registry), Right("write", "topic", t.registry)}),
    "auditor": lambda t: frozenset(
        {
            Right("describe", "topic", t.submissions),
            Right("read", "topic", t.ledger),
            Right("read", "topic", t.registry),
        }
    ),
}
"""What each process of the ledger may do, and those who change the registry or read the record on its brokers."""


def of_agency(agency: str, topics: TopicNames) -> Rights:
    """What an agency may do: write submissions; read its own feed, in groups of its own."""
    return frozenset(
        {
            Right("write", "topic", topics.submissions),
            Right("read", "topic", topics.feed(agency)),
            Right("read", "group", groups_of(agency, topics), prefixed=True),
        }
    )


def user_of(agency: str, topics: TopicNames) -> str:
    """The agency's user."""
    return f"{agencies_prefix(topics)}{agency}"


def agencies_prefix(topics: TopicNames) -> str:
    """How the users of all agencies begin."""
    return f"{topics.prefix}.agency."


def groups_of(agency: str, topics: TopicNames) -> str:
    """How the agency's consumer groups begin. No agency's id holds a colon, so none begins with another's."""
    return f"{user_of(agency, topics)}:"


def registrars_of(topics: TopicNames) -> str:
    """The group in which registrars share the partitions of the submissions topic."""
    return f"{topics.prefix}.registrars"


def user_of_process(process: str, topics: TopicNames) -> str:
    """The user of a process."""
    return f"{topics.prefix}.{process}"


def _checks(topics: TopicNames) -> Rights:
    """What a process needs that refuses to run on unsafe settings."""
    names = (topics.submissions, topics.ledger, topics.registry)
    operations: tuple[Operation, ...] = ("describe", "describe_configs")
    return frozenset(Right(operation, "topic", name) for name in names for operation in operations)
