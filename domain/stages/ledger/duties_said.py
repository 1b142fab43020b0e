"""What the clock submits is derived from what it is about, so that any number of clocks submit the same event.

The id is a UUIDv5 of stream, event, duty, due time and owner; `time` is the instant that fell due. Called by the views
that the clock reads.
"""

from __future__ import annotations

from hashlib import sha1
from uuid import NAMESPACE_URL, uuid5

from domain.profile import AGENCIES, deadline
from domain.stages.ledger.duties_open import shifted_safely

CLOCK = next(agency.id for agency in AGENCIES.values() if agency.system and "clock" in agency.categories)
"""The agency that the ledger's clock is."""

UNRESOLVED = "ledger.RefusalUnresolvedMarked"

_CLOCK = uuid5(NAMESPACE_URL, "https://tamga.mn/clock")


def mark_id(stream: str, of: str, duty: str, due_at: str, owner: str) -> str:
    """The id of the clock's event about a duty."""
    return _uuid5("/".join((stream, of, duty, due_at, owner)))


def _uuid5(name: str) -> str:
    """UUIDv5 (RFC 9562 section 5.5) in the clock's namespace: as `uuid.uuid5` writes it, four times as fast."""
    octets = bytearray(sha1(_CLOCK.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x50
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def unresolved_from(refused_at: str) -> str:
    """The instant from which a protective refusal is child protection's matter; '' behind the end of the calendar."""
    return shifted_safely(refused_at, deadline("refusal_unresolved")) or ""
