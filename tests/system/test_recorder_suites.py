"""The recorder passes the event-sourcing library's own suites, unmodified."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any
from unittest import TestCase

import pytest
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder
from eventsourcing.tests.application import ExampleApplicationTestCase
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from infra.recorder import LedgerFactory
from infra.settings import Settings
from system.running import environment

FACTORY = "infra.recorder:LedgerFactory"


@pytest.fixture(autouse=True)
def app_environment(ledger: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic of its own for each test's application."""
    for name, value in environment(ledger).items():
        if name.startswith("TAMGA_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("TAMGA_APP_TOPIC", f"{ledger.topic_prefix}.app.{uuid.uuid4().hex[:8]}")
    monkeypatch.setenv("PERSISTENCE_MODULE", FACTORY)


class WithFactory(TestCase):
    """Opens a factory for a test and closes it afterwards."""

    def setUp(self) -> None:
        self.factory = LedgerFactory(os.environ)
        self.addCleanup(self.factory.close)


class TestAggregateRecorder(WithFactory, AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory.aggregate_recorder()


class TestApplicationRecorder(WithFactory, ApplicationRecorderTestCase[Any]):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(WithFactory, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class TestExampleApplication(ExampleApplicationTestCase):
    expected_factory_topic = FACTORY


del WithFactory, AggregateRecorderTestCase, ApplicationRecorderTestCase
del NonInterleavingNotificationIDsBaseCase, ExampleApplicationTestCase
_ = Iterator
