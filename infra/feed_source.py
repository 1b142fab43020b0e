"""Messages are read from the views in one snapshot: what the timeline, the submissions and parked entries say.

All of a partition's views stand at one head, so a snapshot holds every message up to that head and none beyond. Used by
the feeder, for all agencies, and by webhooks, for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from consumers.feeds import Message, Part, event_message, in_order, outcome_message, parked_message

Connection = psycopg.Connection[Any]
AT_ONCE = 1_000
"""Positions of one partition that are read at once."""

_BEHIND = b"""
SELECT partition, coalesce(feed_position.pos, -1), head.pos FROM (
    SELECT partition, min(pos) AS pos FROM view_head JOIN view USING (table_name)
    WHERE view.name IN ('timeline', 'submissions') GROUP BY partition HAVING count(*) = 2
) AS head LEFT JOIN feed_position USING (partition)
WHERE head.pos > coalesce(feed_position.pos, -1) ORDER BY partition
"""
_TOLD = b"""
SELECT agency, partition, pos, n, case_id, epoch, anew, at, told FROM timeline
"""
_OUTCOMES = b"""
SELECT agency, partition, pos, case_id, type, src, event_id, outcome, code, at FROM submissions
"""
# Who only hears of a kind of event in a case is not told that there was one that nobody could read.
_PARKED = b"""
SELECT agency, parked.partition, pos, stream FROM parked JOIN view USING (table_name)
JOIN access ON case_id = stream AND open = 1 AND standing NOT IN ('category', 'refused')
"""
_SPAN = b" WHERE partition = %(p)s AND pos > %(pos)s AND pos <= %(upto)s"
_PARKED_SPAN = b" WHERE name = 'timeline' AND parked.partition = %(p)s AND pos > %(pos)s AND pos <= %(upto)s"
_NEXT_TOLD = b" WHERE agency = %(a)s AND partition = %(p)s AND (pos, n) > (%(pos)s, %(n)s) ORDER BY pos, n LIMIT %(l)s"
_NEXT = (
    b" WHERE agency = %(a)s AND partition = %(p)s AND (pos > %(pos)s OR pos = %(pos)s AND %(n)s < 0)"
    b" ORDER BY pos LIMIT %(l)s"
)
_NEXT_PARKED = (
    b" WHERE name = 'timeline' AND agency = %(a)s AND parked.partition = %(p)s"
    b" AND (pos > %(pos)s OR pos = %(pos)s AND %(n)s < 1) ORDER BY pos LIMIT %(l)s"
)


def snapshot(c: Connection) -> None:
    """Let the open transaction see one state of all views."""
    c.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def behind(c: Connection) -> list[Part]:
    """What has come behind the feed's kept positions, partition by partition."""
    snapshot(c)
    parts = []
    for partition, position, head in c.execute(_BEHIND).fetchall():
        span = {"p": partition, "pos": position, "upto": min(head, position + AT_ONCE)}
        found = _read(c, span, _TOLD + _SPAN, _OUTCOMES + _SPAN, _PARKED + _PARKED_SPAN)
        parts.append(Part(partition, span["upto"], in_order(found)))
    return parts


def following(c: Connection, agency: str, partition: int, after: tuple[int, int], limit: int) -> Sequence[Message]:
    """The agency's next messages on a partition behind (position, number), at most so many."""
    snapshot(c)
    asked = {"a": agency, "p": partition, "pos": after[0], "n": after[1], "l": limit}
    found = _read(c, asked, _TOLD + _NEXT_TOLD, _OUTCOMES + _NEXT, _PARKED + _NEXT_PARKED)
    return in_order(found)[:limit]


def message_at(c: Connection, agency: str, partition: int, place: tuple[int, int]) -> Message | None:
    """One message as it is told now; None when the agency is no longer told it."""
    found = following(c, agency, partition, (place[0], place[1] - 1), 1)
    return found[0] if found and (found[0].pos, found[0].n) == place else None


def _read(c: Connection, asked: dict[str, Any], told: bytes, outcomes: bytes, parked: bytes) -> list[Message]:
    found = [outcome_message(*row) for row in c.execute(outcomes, asked)]
    found += [event_message(*row) for row in c.execute(told, asked)]
    return found + [parked_message(*row) for row in c.execute(parked, asked)]
