"""A body and a programme are streams whose id follows from their agency: whoever knows the agency knows the stream.

`body_id` is the UUIDv5 (RFC 9562 section 5.5) of `body/<agency>` in `NAMESPACE`, `programme_id` that of
`programme/<agency>/<year>`, like `programme/mn.gabp/2026`. Called by the stages `taskforce` and `prevention`, which
refuse what is sent to another stream, and by whoever publishes there.
"""

from __future__ import annotations

from functools import cache
from uuid import UUID, uuid5

NAMESPACE = UUID("ec6e422d-3f72-5a07-9982-c5e130bb6c93")
"""UUIDv5 of `urn:tamga:stream` in the namespace of URLs (RFC 9562 section 6.6)."""


@cache
def body_id(agency: str) -> str:
    """The stream of an agency that is a task force, a council or a party to the dialogue."""
    return str(uuid5(NAMESPACE, f"body/{agency}"))


@cache
def programme_id(agency: str, year: str) -> str:
    """The stream of an agency's prevention and training in a year (YYYY)."""
    return str(uuid5(NAMESPACE, f"programme/{agency}/{year}"))
