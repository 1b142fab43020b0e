"""Wherever sender and connection fail, each committed event is on record once, in the order of its stream."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import BASE_TIME
from tamga_client import (
    Admitted,
    Duplicate,
    InvalidEventError,
    Message,
    Outbox,
    Refused,
    Sender,
    Signer,
    UnreachableError,
    random_id,
)
from tamga_client.events.case import OfficerAssigned
from unit.clients.offline_ledger import HOTLINE, OfflineLedger, signer
from unit.clients.test_feed import value
from unit.clients.test_signing import indicator

WHO = {"unit": "desk-1", "actor": "officer-1", "time": BASE_TIME}


def connected(path: Path) -> sqlite3.Connection:
    """A connection that does not wait for the disk: no machine dies here."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


class Crash(BaseException):
    """The process is gone."""


class Connection:
    """A connection whose process dies at one of its commits, before or behind it."""

    def __init__(self, path: Path, *, at: int = -1, behind: bool = False) -> None:
        self._connection, self._at, self._behind = connected(path), at, behind
        self._commits = 0

    in_transaction = property(lambda self: self._connection.in_transaction)
    cursor = property(lambda self: self._connection.cursor)
    rollback = property(lambda self: self._connection.rollback)
    close = property(lambda self: self._connection.close)

    def commit(self) -> None:
        """Commit, or die."""
        here = self._commits == self._at
        self._commits += 1
        if here and not self._behind:
            raise Crash
        self._connection.commit()
        if here:
            raise Crash


Connection.__module__ = "sqlite3"  # it stands for one


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with an outbox."""
    path = tmp_path / "agency.db"
    connection = connected(path)
    Outbox(connection, HOTLINE).create()
    connection.close()
    return path


def fill(path: Path, streams: list[str]) -> list[tuple[str, str]]:
    """Add an event to each of the streams in turn; (stream, event id)."""
    connection = connected(path)
    outbox = Outbox(connection, HOTLINE)
    added = [(stream, outbox.add(indicator(), stream=stream, **WHO)) for stream in streams]
    connection.commit()
    connection.close()
    return added


def drain(path: Path, ledger: OfflineLedger, *, at: int = -1, behind: bool = False, steps: int = 60) -> bool:
    """Run a sender until nothing waits; False when it died on the way."""
    connection = Connection(path, at=at, behind=behind)
    outbox = Outbox(connection, HOTLINE)
    sender = Sender(outbox, signer(), ledger, ledger)
    try:
        for _ in range(steps):
            if not outbox.waiting():
                return True
            try:
                sender.step()
            except UnreachableError:
                continue
            finally:
                ledger.judge()
    except Crash:
        return False
    finally:
        connection.close()
    raise AssertionError("the outbox does not come to an end")


CASES = [random_id() for _ in range(3)]
FAULTS = st.dictionaries(st.integers(0, 12), st.booleans(), max_size=6)
DEATHS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=5)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(CASES), min_size=1, max_size=6), FAULTS, DEATHS, st.booleans())
def test_each_event_is_recorded_once_and_in_order_wherever_it_fails(
    tmp_path_factory: pytest.TempPathFactory,
    streams: list[str],
    faults: dict[int, bool],
    deaths: list[tuple[int, bool]],
    late: bool,
) -> None:
    path = tmp_path_factory.mktemp("outbox") / "agency.db"
    connection = connected(path)
    Outbox(connection, HOTLINE).create()
    ledger = OfflineLedger(late=late, faults=faults)
    added = fill(path, streams)
    for at, behind in deaths:
        drain(path, ledger, at=at, behind=behind)
    assert drain(path, ledger)
    assert sorted(ledger.record) == sorted(added)
    for stream in streams:
        assert [each for each in ledger.record if each[0] == stream] == [each for each in added if each[0] == stream]
    outbox = Outbox(connection, HOTLINE)
    assert all(isinstance(outbox.outcome(event), Admitted | Duplicate) for _, event in added)
    assert len(set(ledger.taken)) == len(added), "each event was signed once"
    connection.close()


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("at", range(4))
def test_a_sender_that_dies_at_a_commit_signs_nothing_anew(database: Path, at: int, late: bool, behind: bool) -> None:
    ledger = OfflineLedger(late=late)
    added = fill(database, [CASES[0], CASES[0]])
    died = not drain(database, ledger, at=at, behind=behind)
    assert drain(database, ledger)
    assert died
    assert ledger.record == added
    assert len(set(ledger.taken)) == 2


def test_what_the_agency_undoes_is_never_sent(database: Path) -> None:
    connection = connected(database)
    Outbox(connection, HOTLINE).add(indicator(), stream=CASES[0], **WHO)
    connection.rollback()
    assert Outbox(connection, HOTLINE).waiting() == 0
    connection.close()


def test_an_event_that_would_be_refused_for_its_form_is_an_error_when_it_is_added(database: Path) -> None:
    connection = connected(database)
    with pytest.raises(InvalidEventError):
        Outbox(connection, HOTLINE).add(indicator(), stream="case-7", **WHO)
    connection.close()


def test_a_refused_event_holds_nobody_and_may_be_sent_again(database: Path) -> None:
    connection = connected(database)
    outbox, ledger = Outbox(connection, HOTLINE), OfflineLedger()
    early = outbox.add(OfficerAssigned(role="responsible_caseworker", officer="officer-7"), stream=CASES[0], **WHO)
    opening = outbox.add(indicator(), stream=CASES[0], **WHO)
    connection.commit()
    drain(database, ledger)
    refused = outbox.outcome(early)
    assert isinstance(refused, Refused)
    assert [(each.event_id, each.outcome) for each in outbox.refused()] == [(early, refused)]
    assert ledger.record == [(CASES[0], opening)]
    assert outbox.retry(early)
    connection.commit()
    drain(database, ledger)
    assert (CASES[0], early) in ledger.record
    assert outbox.refused() == []
    assert not outbox.retry(early)
    connection.close()


def test_an_event_refused_for_its_key_is_signed_anew(database: Path) -> None:
    connection = connected(database)
    outbox, ledger = Outbox(connection, HOTLINE), OfflineLedger()
    event = outbox.add(indicator(), stream=CASES[0], **WHO)
    connection.commit()
    wrong = Signer(HOTLINE, signer().ledger, "mn.hotline108-0", b"0" * 32)
    Sender(Outbox(connection, HOTLINE), wrong, ledger, ledger).step()
    assert [each.outcome.code for each in outbox.refused()] == ["key.unknown"]
    outbox.retry(event, sign_anew=True)
    connection.commit()
    drain(database, ledger)
    assert ledger.record == [(CASES[0], event)]
    connection.close()


def test_without_the_api_outcomes_are_taken_from_the_feed(database: Path) -> None:
    connection = connected(database)
    outbox, ledger = Outbox(connection, HOTLINE), OfflineLedger(late=True)
    event = outbox.add(indicator(), stream=CASES[0], **WHO)
    connection.commit()
    sender = Sender(outbox, signer(), ledger, None, again_after=1000)
    assert [sender.step(), sender.step(), len(ledger.taken)] == [1, 0, 1]
    said = {"submission": "0-0", "event_id": event, "outcome": "refused", "code": "case.closed"}
    told = Message.read(value(0, 3, 0, kind="outcome", at="then", outcome=said))
    assert outbox.take(told)
    # A copy that was sent again is admitted after all, and what is recorded stays so.
    assert outbox.take(Message.read(value(0, 4, 0, outcome=said | {"outcome": "admitted"})))
    assert not outbox.take(told)
    assert not outbox.take(Message.read(value(0, 5, 1)))
    connection.commit()
    assert isinstance(outbox.outcome(event), Admitted)
    connection.close()


def test_bytes_without_an_outcome_are_sent_again_after_a_while(database: Path) -> None:
    connection = connected(database)
    outbox, ledger = Outbox(connection, HOTLINE), OfflineLedger(late=True)
    outbox.add(indicator(), stream=CASES[0], **WHO)
    connection.commit()
    sender = Sender(outbox, signer(), ledger, None, again_after=-1)
    sender.step()
    sender.step()
    assert len(ledger.taken) == 2
    assert len(set(ledger.taken)) == 1
    connection.close()


def test_the_bytes_that_were_kept_are_sent_also_after_a_change_of_keys(database: Path) -> None:
    ledger = OfflineLedger(faults={0: False})
    added = fill(database, [CASES[0]])
    connection = connected(database)
    with pytest.raises(UnreachableError):
        Sender(Outbox(connection, HOTLINE), signer(), ledger, ledger).step()
    other = Signer(HOTLINE, signer().ledger, "mn.hotline108-0", b"0" * 32)
    assert Sender(Outbox(connection, HOTLINE), other, ledger, ledger).step() == 1
    assert ledger.record == added
    connection.close()


def test_an_event_is_sent_once_the_one_before_it_in_its_stream_has_an_outcome(database: Path) -> None:
    ledger = OfflineLedger(late=True)
    added = fill(database, [CASES[0], CASES[0], CASES[1]])
    connection = connected(database)
    sender = Sender(Outbox(connection, HOTLINE), signer(), ledger, ledger)
    for _ in range(3):
        sender.step()
    assert len(ledger.taken) == 2, "one of each stream"
    ledger.judge()
    sender.step()
    sender.step()
    ledger.judge()
    assert sorted(ledger.record) == sorted(added)
    connection.close()
