"""A clock sends each thing that is due once, hears of its outcome, and tries again only what was refused or unheard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consumers.clock import KEEP_SECONDS, RESEND_SECONDS, Clock, Due

FIRST = Due("e-1", "s-1", "ledger.DutyOverdueMarked", "2026-03-02T09:00:00.000000Z", {})
SECOND = FIRST._replace(event_id="e-2")


class Outside:
    """Views that list what they are told, a registrar that answers as it is told, a clock that is set."""

    def __init__(self) -> None:
        self.listed: list[Due] = []
        self.outcomes: dict[str, str] = {}
        self.sent: list[Due] = []
        self.alarms: list[str] = []
        self.seconds = 0.0

    def source(self, now: str) -> Sequence[Due]:
        """What the views list."""
        return list(self.listed)

    def send(self, dues: Sequence[Due]) -> Iterable[tuple[Due, str]]:
        """The outcomes that came in time."""
        self.sent += dues
        return [(due, self.outcomes[due.event_id]) for due in dues if due.event_id in self.outcomes]

    def clock(self) -> Clock:
        """A clock that was just started."""
        return Clock(
            source=self.source,
            send=self.send,
            now=lambda: "2026-03-02T10:00:00.000000Z",
            monotonic=lambda: self.seconds,
            alarm=lambda code, message: self.alarms.append(code),
        )


def test_what_is_due_is_sent_once_while_the_views_are_behind() -> None:
    outside = Outside()
    outside.listed, outside.outcomes = [FIRST, SECOND], {"e-1": "admitted", "e-2": "duplicate"}
    clock = outside.clock()
    assert [clock.step() for _ in range(5)] == [2, 0, 0, 0, 0]
    outside.seconds = 10 * KEEP_SECONDS
    clock.step()
    assert outside.sent == [FIRST, SECOND]
    assert not outside.alarms


def test_what_is_moot_alarms_nobody_and_any_other_refusal_does() -> None:
    outside = Outside()
    outside.listed, outside.outcomes = [FIRST, SECOND], {"e-1": "clock.moot", "e-2": "mandate.type"}
    outside.clock().step()
    assert outside.alarms == ["clock.refused"]


def test_what_was_refused_is_sent_again_when_the_views_list_it_again() -> None:
    outside = Outside()
    outside.listed, outside.outcomes = [FIRST], {"e-1": "ledger.fault"}
    clock = outside.clock()
    clock.step()
    outside.listed = []
    clock.step()
    outside.listed = [FIRST._replace(refusals=1)]
    clock.step()
    clock.step()
    assert [due.refusals for due in outside.sent] == [0, 1]


def test_what_nobody_answered_is_sent_again_after_a_minute() -> None:
    outside = Outside()
    outside.listed = [FIRST]
    clock = outside.clock()
    clock.step()
    outside.seconds = RESEND_SECONDS
    clock.step()
    assert len(outside.sent) == 1
    outside.seconds += 1
    outside.outcomes = {"e-1": "admitted"}
    assert clock.step() == 1
    assert clock.step() == 0
    assert len(outside.sent) == 2


def test_what_was_sent_is_remembered_for_an_hour_after_the_views_list_it_no_more() -> None:
    outside = Outside()
    outside.listed, outside.outcomes = [FIRST], {"e-1": "admitted"}
    clock = outside.clock()
    clock.step()
    outside.listed = []
    clock.step()
    outside.listed = [FIRST]
    assert clock.step() == 0
