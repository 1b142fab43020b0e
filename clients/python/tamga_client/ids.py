"""Ids are UUIDs in lower case, and times are UTC with six decimals and `Z`: each has one spelling.

Event ids are UUIDv7 (RFC 9562 section 5.7) by default, so that they sort by the time at which they were drawn. The id
of a person or of a thing is drawn with `random_id`: it says nothing, not even when it was drawn.
"""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import UTC, datetime


def new_id() -> str:
    """A UUIDv7: 48 bits of milliseconds, 74 random bits. For events."""
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def random_id() -> str:
    """A UUIDv4. For cases, children, referrals, exhibits: whatever stands in an event's data."""
    return str(uuid.uuid4())


def instant(moment: datetime | None = None) -> str:
    """The moment as the ledger writes it; now, when none is given. Raises ValueError for one without a time zone."""
    moment = datetime.now(UTC) if moment is None else moment
    if moment.tzinfo is None:
        raise ValueError("the time has no time zone: write datetime(..., tzinfo=...)")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
