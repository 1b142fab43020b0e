"""Subscriptions are made, changed and removed here, and every change is told to whoever sends.

A new one begins with what comes next, or with all that the agency was ever told. A secret that is replaced stays valid
beside the new one for a while; a third is not made before then. Used by `tamga webhook`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg

from consumers.feeds import KINDS
from consumers.webhooks import secret_text
from domain.catalogue import by_name
from infra.bootstrap import Pool
from infra.webhooks import guard, store
from infra.webhooks.guard import Network
from infra.webhooks.secrets import Derive

LAST_NUMBER = 2**31 - 1
"""Behind every number of a position."""


class WebhookError(Exception):
    """What was asked of a subscription cannot be; the message says why and what to do."""


class Line(NamedTuple):
    """A subscription in a list. `behind`: positions of its partitions' heads that it has not come to; `error`: of the
    tries that wait for their repetition; `dead`: how many dead letters there are."""

    id: int
    agency: str
    url: str
    wants: list[str]
    state: str
    reason: str
    secrets: int
    behind: int
    error: str
    dead: int


class DeadLetter(NamedTuple):
    """A message that nobody took."""

    webhook: int
    message: str
    tries: int
    error: str
    given_up_at: str
    again: bool


_HEADS = (
    "SELECT partition, min(pos) AS pos FROM view_head JOIN view USING (table_name) WHERE name = 'timeline'"
    " GROUP BY partition"
)
_LINES = (
    "SELECT id, agency, url, wants, state, reason,"
    " (SELECT count(*) FROM webhook_secret s WHERE s.webhook = w.id AND ends_at > now()),"
    f" (SELECT coalesce(sum(greatest(h.pos - p.pos, 0)), 0)::bigint FROM webhook_position p JOIN ({_HEADS}) AS h"
    " USING (partition) WHERE p.webhook = w.id),"
    " (SELECT coalesce(max(error), '') FROM webhook_position p WHERE p.webhook = w.id AND failing_since IS NOT NULL),"
    " (SELECT count(*) FROM webhook_dead d WHERE d.webhook = w.id)"
    " FROM webhook w WHERE agency = %(agency)s OR %(agency)s = '' ORDER BY id"
)
_DEAD = (
    "SELECT webhook, partition || '-' || pos || '-' || n, tries, error,"
    " to_char(given_up_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), again"
    " FROM webhook_dead WHERE webhook = %(id)s OR %(id)s = 0 ORDER BY webhook, partition, pos, n"
)


def check_wants(wants: Sequence[str]) -> list[str]:
    """Kinds of messages and short type names, if there are such. Raises `WebhookError`."""
    unknown = sorted(set(wants) - {*KINDS, *by_name})
    if unknown:
        kinds = ", ".join(KINDS)
        raise WebhookError(
            f"{unknown[0]} is neither a kind ({kinds}) nor a type of the catalogue (docs/reference/events.md)"
        )
    return sorted(set(wants))


def add(
    pool: Pool,
    agency: str,
    url: str,
    *,
    wants: Sequence[str],
    allowed: Sequence[Network],
    from_start: bool,
    derive: Derive,
) -> tuple[int, str]:
    """(id, secret) of a new subscription. Raises `WebhookError`, `ForbiddenAddressError`."""
    guard.check_url(url, allowed)
    chosen = check_wants(wants)
    with pool.connection() as c, c.transaction():
        row = c.execute(
            "INSERT INTO webhook (agency, url, wants) VALUES (%s, %s, %s) RETURNING id", (agency, url, chosen)
        ).fetchone()
        assert row is not None
        place = "-1, -1" if from_start else f"pos, {LAST_NUMBER}"
        made = c.execute(
            f"INSERT INTO webhook_position (webhook, partition, pos, n) SELECT %s, partition, {place}"
            f" FROM ({_HEADS}) AS heads".encode(),
            (row[0],),
        )
        if not made.rowcount:
            raise WebhookError("there are no views yet: start `tamga up`, or the projector, first")
        secret = _new_secret(c, row[0], derive)
        _changed(c)
    return row[0], secret


def rotate(pool: Pool, id: int, *, keep_hours: float, derive: Derive) -> str:
    """A new secret; the one before signs beside it for so many hours. Raises `WebhookError`."""
    with pool.connection() as c, c.transaction():
        _known(c, id)
        valid = c.execute(
            "SELECT count(*) FILTER (WHERE ends_at < 'infinity') FROM webhook_secret"
            " WHERE webhook = %s AND ends_at > now()",
            (id,),
        ).fetchone()
        if valid != (0,):
            raise WebhookError(
                f"the secret of webhook {id} is being replaced already: wait until the one before has ended"
            )
        c.execute(
            "UPDATE webhook_secret SET ends_at = now() + make_interval(secs => %s)"
            " WHERE webhook = %s AND ends_at = 'infinity'",
            (keep_hours * 3600, id),
        )
        secret = _new_secret(c, id, derive)
        _changed(c)
    return secret


def pause(pool: Pool, id: int) -> None:
    """Send nothing until it is resumed. Raises `WebhookError`."""
    _set(pool, id, "UPDATE webhook SET state = 'paused', reason = '' WHERE id = %s")


def resume(pool: Pool, id: int) -> None:
    """Go on from where it stands, at once. Raises `WebhookError`."""
    _set(
        pool,
        id,
        "UPDATE webhook SET state = 'active', reason = '' WHERE id = %s",
        "UPDATE webhook_position SET tries = 0, next_at = '-infinity', failing_since = NULL WHERE webhook = %s",
    )


def remove(pool: Pool, id: int) -> None:
    """Forget it, with its dead letters. Raises `WebhookError`."""
    _set(pool, id, "DELETE FROM webhook WHERE id = %s")


def listing(pool: Pool, agency: str = "") -> list[Line]:
    """The subscriptions, of one agency or of all."""
    with pool.connection() as c:
        return [Line(*row) for row in c.execute(_LINES.encode(), {"agency": agency})]


def dead_letters(pool: Pool, id: int = 0) -> list[DeadLetter]:
    """What nobody took, of one subscription or of all (0). Raises `WebhookError`."""
    with pool.connection() as c:
        if id:
            _known(c, id)
        return [DeadLetter(*row) for row in c.execute(_DEAD.encode(), {"id": id})]


def retry(pool: Pool, id: int, message: str = "") -> int:
    """Send dead letters once more, one or all of the subscription; how many. Raises `WebhookError`."""
    with pool.connection() as c, c.transaction():
        _known(c, id)
        asked = c.execute(
            "UPDATE webhook_dead SET again = true WHERE webhook = %(id)s"
            " AND (%(message)s = '' OR partition || '-' || pos || '-' || n = %(message)s)",
            {"id": id, "message": message},
        )
        if message and not asked.rowcount:
            raise WebhookError(f"webhook {id} has no dead letter {message}: see `tamga webhook dead list`")
        _changed(c)
    return asked.rowcount


def _set(pool: Pool, id: int, *statements: str) -> None:
    with pool.connection() as c, c.transaction():
        _known(c, id)
        for statement in statements:
            c.execute(statement.encode(), (id,))
        _changed(c)


def _new_secret(c: psycopg.Connection[Any], id: int, derive: Derive) -> str:
    drawn = uuid4()
    # Not the transaction's time: of two secrets made in one, the order would be lost.
    c.execute("INSERT INTO webhook_secret (id, webhook, made_at) VALUES (%s, %s, clock_timestamp())", (drawn, id))
    return secret_text(derive(drawn))


def _known(c: psycopg.Connection[Any], id: int) -> None:
    if c.execute("SELECT 1 FROM webhook WHERE id = %s FOR UPDATE", (id,)).fetchone() is None:
        raise WebhookError(f"there is no webhook {id}: see `tamga webhook list`")


def _changed(c: psycopg.Connection[Any]) -> None:
    c.execute(f"NOTIFY {store.CHANNEL}".encode())
