"""The guide shows the rights that are granted, and what no right may ever be holds of the table."""

from __future__ import annotations

import re
from pathlib import Path

from infra.kafka.rights import PROCESSES, Right, groups_of, of_agency, user_of_process
from infra.kafka.topics import TopicNames
from infra.local.ledger import PROCESSES as STARTED

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "kafka-security.md"
TOPICS = TopicNames()
ROW = re.compile(
    r"^\| (?:`([a-z.]+)` \| )?(read|write|create|delete|describe\w*) \| (topic|group) \| `([^`]+)`( and on)? \|", re.M
)


def shown() -> dict[str, set[Right]]:
    """The tables of the guide, by user; that of an agency under the empty name."""
    found: dict[str, set[Right]] = {}
    for user, operation, resource, name, on in ROW.findall(GUIDE.read_text("utf-8")):
        found.setdefault(user, set()).add(Right(operation, resource, name, bool(on)))
    return found


def test_the_guide_shows_what_is_granted() -> None:
    granted = {user_of_process(name, TOPICS): set(rights(TOPICS)) for name, rights in PROCESSES.items()}
    assert shown() == granted | {"": set(of_agency("<agency>", TOPICS))}


def test_the_registry_alone_is_written_by_whoever_changes_it() -> None:
    writers = {name for name, rights in PROCESSES.items() if _covers(rights(TOPICS), "write", TOPICS.registry)}
    assert writers == {"registry"}


def test_the_ledger_is_written_by_the_registrar_alone() -> None:
    writers = {name for name, rights in PROCESSES.items() if _covers(rights(TOPICS), "write", TOPICS.ledger)}
    assert writers == {"registrar"}


WITHOUT_KAFKA = {"webhooks"}
"""Sends what the views hold, and knows no broker."""


def test_every_process_that_is_started_has_rights() -> None:
    assert {name.partition("-")[0] for name in STARTED} - WITHOUT_KAFKA <= PROCESSES.keys()


def test_no_agencys_groups_are_anothers() -> None:
    assert not groups_of("mn.npa.north", TOPICS).startswith(groups_of("mn.npa", TOPICS))


def _covers(rights: frozenset[Right], operation: str, topic: str) -> bool:
    return any(
        r.operation == operation and (topic.startswith(r.name) if r.prefixed else topic == r.name) for r in rights
    )
