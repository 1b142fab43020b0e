"""What can go wrong with a log, in two kinds: it is away (wait and try again) or it is not the log it was (stop).

A `LogFault` is an alarm: nothing may be read or written until a person has looked. A `LogAway` passes by itself.
"""

from __future__ import annotations

from kafka.errors import (
    AuthorizationError,
    ClusterAuthorizationFailedError,
    KafkaError,
    SaslAuthenticationFailedError,
)


class LogFault(Exception):
    """The log was truncated, forked, recreated or reconfigured, a clock is wrong, or the broker turns us away.

    `code` is stable.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class LogAway(Exception):
    """The broker did not answer in time; the caller tries again."""


def told(error: BaseException, about: str = "") -> LogAway | LogFault:
    """What an error of kafka-python is: whoever may not do a thing is not helped by trying again."""
    where = about or ", ".join(sorted(_names(error))) or "it"
    # What a user without any right to write is told when its producer begins; kafka-python hands on the name alone.
    no_producer = type(error) is KafkaError and ClusterAuthorizationFailedError.__name__ in str(error)
    if isinstance(error, AuthorizationError) or no_producer:
        return LogFault("kafka.unauthorized", f"{where}: the broker refuses this; see `tamga provision`")
    if isinstance(error, SaslAuthenticationFailedError):
        return LogFault("kafka.unauthenticated", "the broker refuses the user or its password")
    return LogAway(type(error).__name__)


def _names(error: BaseException) -> set[str]:
    """The topics or groups that kafka-python names in an error; its other texts are left out."""
    named = error.args[0] if error.args else ()
    return {str(name) for name in named} if isinstance(named, (set, frozenset)) else set()
