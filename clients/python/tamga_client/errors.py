"""Every error that the client raises is a `TamgaError` with a stable code; its text says what was wrong and what to do.

A refusal is no error: it is an outcome (`outcomes.Refused`). No error's text holds a piece of an event's content or of
a key.
"""

from __future__ import annotations


class TamgaError(Exception):
    """`code` is stable, `area.what`; the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text = code, text


class InvalidEventError(TamgaError):
    """The event would be refused whatever the ledger knows; it was not signed. `path` is the field, `data.<name>`."""

    def __init__(self, code: str, path: str, text: str) -> None:
        super().__init__(code, f"{path}: {text}" if path else text)
        self.path = path


class SigningKeyError(TamgaError):
    """The key file is missing, can't be read, is open to others, or holds no Ed25519 key."""


class AccessDeniedError(TamgaError):
    """The ledger or the broker does not let this agency do that: a wrong key, a suspended agency, a missing right."""


class ProblemError(TamgaError):
    """The API answered with a problem (RFC 9457) that sending again will not change. `status` is HTTP's."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(code, text)
        self.status = status


class UnreachableError(TamgaError):
    """Nobody answered, or the answer was to come again. Whether a submission was taken is unknown: send the same bytes
    again; the ledger records nothing twice. `retry_after` is seconds, where the server named them."""

    def __init__(self, code: str, text: str, retry_after: float | None = None) -> None:
        super().__init__(code, text)
        self.retry_after = retry_after


class NotJudgedError(TamgaError):
    """Submitted, and no outcome came in time. `submission` (empty when it is not known to have been taken) can be asked
    for later; sending the same bytes again records nothing twice."""

    def __init__(self, submission: str, text: str) -> None:
        super().__init__("client.not_judged", text)
        self.submission = submission


class FeedError(TamgaError):
    """The feed can't be followed. `feed.gap`: messages that were never read are gone; `feed.malformed`: a record is no
    message."""


class WebhookError(TamgaError):
    """The request is no webhook of the ledger, or not a fresh one: answer it 400 and do nothing."""
