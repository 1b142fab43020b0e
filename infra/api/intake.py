"""What the API looks at before a submission is judged: size, media type, whose key id it names, where its stream lives.

It reads leniently and decides nothing that the registrar decides: what can't be read goes to partition 0 and is judged
there. A line break behind the JWS, as files have one, is taken off; every other byte is passed on as it came.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request

from domain.partition import partition_of
from domain.record.entry import MAX_ENTRY, unb64u
from domain.registry import View
from infra.api.problems import ProblemError

MEDIA_TYPES = ("application/jose", "text/plain", "application/octet-stream")
UNREADABLE_PARTITION = 0

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


class Route(NamedTuple):
    """The partition and the Kafka key of a submission."""

    partition: int
    key: bytes | None


async def body_of(request: Request) -> bytes:
    """The submission's bytes. Raises the problems `request.media_type`, `request.too_large`, `request.empty`."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said and said not in MEDIA_TYPES:
        raise ProblemError("request.media_type")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > MAX_ENTRY:
        raise ProblemError("request.too_large")
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MAX_ENTRY:
            raise ProblemError("request.too_large")
    body = bytes(found).rstrip(b"\r\n")
    if not body:
        raise ProblemError("request.empty")
    return body


def signer_of(body: bytes, view: View) -> str | None:
    """The agency whose key id the header names; None when it can't be read or no agency has it."""
    kid = _segment(body, 0).get("kid")
    found = view.key(kid) if isinstance(kid, str) else None
    return found[0].agency if found is not None else None


def payload_of(body: bytes) -> dict[str, Any]:
    """The event as it was sent, unchecked; empty when it can't be read."""
    return _segment(body, 1)


def route_of(body: bytes, partitions: int) -> Route:
    """Where the payload's `subject` lives."""
    subject = payload_of(body).get("subject")
    if not isinstance(subject, str) or not _UUID.match(subject):
        return Route(UNREADABLE_PARTITION, None)
    return Route(partition_of(subject, partitions), subject.encode())


def _segment(body: bytes, index: int) -> dict[str, Any]:
    """A segment of the JWS as JSON, empty when it can't be read."""
    try:
        value = orjson.loads(unb64u(body.split(b".", 2)[index].decode("ascii")))
    except (ValueError, IndexError):
        return {}
    return value if isinstance(value, dict) else {}
