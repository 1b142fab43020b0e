"""Webhooks: signatures as Standard Webhooks has them; each message is tried until it is taken or given up."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest

from consumers import webhooks
from consumers.feeds import Message
from consumers.webhooks import GONE, TAKEN, Ended, Progress, Schedule

NOTHING = Progress(-1, -1, 0, 0.0, 0.0)
SCHEDULE = Schedule((5.0, 50.0, 500.0), patience=3600.0)


def message(pos: int, *, kind: str = "event", type: str = "case.Opened") -> Message:
    return Message("mn.npa", 0, pos, 1, kind, type, "", f'{{"pos":{pos}}}')


class ListStore:
    """A store of one partition in memory."""

    def __init__(self, held: Sequence[Message], *, ages: float = 0.0) -> None:
        self.held, self.ages = held, ages
        self.stands, self.dead, self.ends = NOTHING, list[tuple[str, str]](), list[str]()

    def messages(self, partition: int, after: Progress) -> Sequence[Message]:
        return [each for each in self.held if (each.pos, each.n) > (after.pos, after.n)][:3]

    def age(self, message: Message) -> float:
        return self.ages

    def passed(self, partition: int, before: Progress, message: Message) -> Progress:
        assert before[:2] == self.stands[:2]
        self.stands = Progress(message.pos, message.n, 0, 0.0, 0.0)
        return self.stands

    def failed(self, partition: int, before: Progress, error: str, wait: float) -> None:
        assert before[:2] == self.stands[:2]
        self.stands = before._replace(tries=before.tries + 1, wait=wait)

    def given_up(self, partition: int, before: Progress, message: Message, error: str) -> None:
        self.dead.append((message.id, error))
        self.stands = Progress(message.pos, message.n, 0, 0.0, before.failing)

    def ended(self, reason: str) -> None:
        self.ends.append(reason)


class Receiver:
    """Answers from a list, then takes everything."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.got = list(answers), list[int]()

    def __call__(self, message: Message) -> str:
        self.got.append(message.pos)
        return self.answers.pop(0) if self.answers else TAKEN


def delivered(store: ListStore, receiver: Receiver, wants: Sequence[str] = (), schedule: Schedule = SCHEDULE) -> bool:
    return webhooks.deliver(
        0, store.stands, store, receiver, wants=wants, schedule=schedule, spread=lambda: 0.5
    )  # fmt: skip


def test_the_published_example_of_the_specification() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert webhooks.secret_text(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_while_one_replaces_the_other() -> None:
    said = webhooks.headers(message(17), 1614265330, [b"new", b"old"])
    signed = [webhooks.signature(secret, "0-17-1", 1614265330, b'{"pos":17}') for secret in (b"new", b"old")]
    assert said["webhook-signature"] == " ".join(signed)
    assert (said["webhook-id"], said["webhook-timestamp"]) == ("0-17-1", "1614265330")
    assert webhooks.LATE not in said
    assert webhooks.headers(message(17), 0, [], late=True)[webhooks.LATE] == "true"


@pytest.mark.parametrize(
    ("wants", "holds"),
    [((), True), (("event",), True), (("case.Opened",), True), (("outcome",), False), (("case.Closed",), False)],
)
def test_a_subscription_names_kinds_and_types(wants: tuple[str, ...], holds: bool) -> None:
    assert webhooks.wanted(message(1), wants) is holds


@pytest.mark.parametrize(
    ("tries", "waited", "spread", "wait"),
    [
        (1, 0.0, 0.5, 5.0),
        (1, 0.0, 0.0, 4.0),
        (1, 0.0, 1.0, 6.0),
        (3, 0.0, 0.5, 500.0),
        (4, 0.0, 0.5, None),
        (1, 3600.0, 0.5, None),
    ],
)
def test_tries_are_ever_further_apart_and_end(tries: int, waited: float, spread: float, wait: float | None) -> None:
    assert SCHEDULE.wait(tries, waited, spread) == (None if wait is None else pytest.approx(wait))


def test_messages_are_sent_in_order_and_a_page_at_a_time() -> None:
    store, receiver = ListStore([message(pos) for pos in range(5)]), Receiver()
    assert delivered(store, receiver)
    assert delivered(store, receiver)
    assert not delivered(store, receiver)
    assert receiver.got == [0, 1, 2, 3, 4]


def test_what_is_behind_a_message_that_failed_waits_for_it() -> None:
    store, receiver = ListStore([message(pos) for pos in range(3)]), Receiver(TAKEN, "http.500")
    assert not delivered(store, receiver)
    assert receiver.got == [0, 1]
    assert (store.stands.pos, store.stands.tries, store.stands.wait) == (0, 1, 5.0)
    assert delivered(store, receiver)
    assert receiver.got == [0, 1, 1, 2]


def test_after_the_last_try_it_is_a_dead_letter_and_the_next_has_its_turn() -> None:
    store, receiver = ListStore([message(0), message(1)]), Receiver(*["http.500"] * 4)
    for _ in range(4):
        delivered(store, receiver)
    assert store.dead == [("0-0-1", "http.500")]
    delivered(store, receiver)
    assert receiver.got == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(("age", "failing", "dead"), [(1e6, 1e6, True), (60.0, 1e6, False), (1e6, 60.0, False)])
def test_a_message_has_its_own_time_however_long_the_receiver_was_away(age: float, failing: float, dead: bool) -> None:
    store = ListStore([message(0)], ages=age)
    store.stands = NOTHING._replace(failing=failing)
    delivered(store, Receiver("unreachable"))
    assert bool(store.dead) is dead


def test_what_is_not_wanted_is_passed_over_and_not_looked_at_again() -> None:
    held = [message(pos, kind="outcome" if pos % 2 else "event") for pos in range(4)]
    store, receiver = ListStore(held), Receiver()
    while delivered(store, receiver, wants=("event",)):
        pass
    assert receiver.got == [0, 2]
    assert store.stands.pos == 3


def test_410_ends_the_subscription() -> None:
    store = ListStore([message(0), message(1)])
    receiver = Receiver(TAKEN, GONE)
    with pytest.raises(Ended):
        delivered(store, receiver)
    assert store.ends == [GONE]
    assert store.stands.pos == 0
