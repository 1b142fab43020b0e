"""A signing key holds from the record that brings it to the one that ends it, and within its own dates.

`since <= reg < until` says whether the registry holds it, `not_before <= at < not_after` whether the entry's own time
lies in its dates. A key that was compromised ends, and what it signed from a date on is *disputed*: marked for every
reader, never void. A registrar's key has no dates: `at` is what its holder says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from domain.registry import forms
from domain.registry.forms import ALWAYS, Period
from domain.registry.history import History

if TYPE_CHECKING:
    from domain.registry.fold import Registry, Said

Standing = Literal["valid", "ended", "not_valid_yet", "expired"]


@dataclass(slots=True)
class Key:
    """A signing key: `agency` is None for a registrar's key; `compromised` says from which `at` it is."""

    kid: str
    public: bytes
    agency: str | None
    since: int
    until: int | None = None
    dates: Period = ALWAYS
    compromised: History[str] = field(default_factory=History)

    def holds(self, reg: int) -> bool:
        """Does the registry hold it at `reg`?"""
        return self.since <= reg and (self.until is None or reg < self.until)

    def standing(self, reg: int, at: str | None) -> Standing:
        """Whether it signs at `reg` and `at`, and if not, why; without an instant its dates are not asked."""
        if not self.holds(reg):
            return "ended"
        if at is None or self.dates.holds(at):
            return "valid"
        return "not_valid_yet" if self.dates.begins is not None and at < self.dates.begins else "expired"

    def is_disputed(self, reg: int, at: str) -> bool:
        """Does the registry say at `reg` that somebody else may have signed with it at `at`?"""
        since = self.compromised.at(reg)
        return since is not None and since <= at


def key_of(registry: Registry, data: Mapping[str, Any], agency: str | None, reg: int) -> Key:
    """The key that a record brings (`kid`, `key`, for an agency also `not_before`, `not_after`). Raises ValueError."""
    kid, public = forms.key_id(data["kid"]), forms.public_key(data["key"])
    if kid in registry.keys:
        raise ValueError("key id taken")
    if agency is None and not data.keys().isdisjoint({"not_before", "not_after"}):
        raise ValueError("a registrar's key has no dates")
    return Key(kid, public, agency, reg, dates=forms.period(data, "not_before", "not_after"))


def registrar_enrolled(registry: Registry, said: Said) -> None:
    """`registrar_enrolled.v1`: a key that may seal."""
    if said.subject != registry.ledger:
        raise ValueError("another ledger's registrar")
    key = key_of(registry, said.data, None, said.reg)
    registry.keys[key.kid] = key


def added(registry: Registry, said: Said) -> None:
    """`key_added.v1`: one more key of the agency, beside those that hold."""
    if said.subject not in registry.agencies:
        raise ValueError("not enrolled")
    key = key_of(registry, said.data, said.subject, said.reg)
    registry.keys[key.kid] = key


def rotated(registry: Registry, said: Said) -> None:
    """`key_rotated.v1`: a new key of the agency; the one it replaces ends now."""
    old = registry.keys[said.data["replaces"]]
    if said.subject not in registry.agencies or old.agency != said.subject or old.until is not None:
        raise ValueError("nothing to replace")
    key = key_of(registry, said.data, said.subject, said.reg)
    registry.keys[key.kid] = key
    old.until = said.reg


def revoked(registry: Registry, said: Said) -> None:
    """`key_revoked.v1`: a key of an agency or a registrar ends now."""
    key = _key_of_subject(registry, said)
    if key.until is not None:
        raise ValueError("ended already")
    key.until = said.reg


def compromised(registry: Registry, said: Said) -> None:
    """`key_compromised.v1`: from `since` on, others may have signed with the key; it ends now if it still holds."""
    key, since = _key_of_subject(registry, said), forms.instant(said.data["since"])
    if since == key.compromised.last:
        raise ValueError("said already")
    key.compromised.say(said.reg, since)
    key.until = said.reg if key.until is None else key.until


def _key_of_subject(registry: Registry, said: Said) -> Key:
    key = registry.keys[said.data["kid"]]
    if (key.agency or registry.ledger) != said.subject:
        raise ValueError("another's key")
    return key


RECORDS = {
    "registrar_enrolled.v1": registrar_enrolled,
    "key_added.v1": added,
    "key_rotated.v1": rotated,
    "key_revoked.v1": revoked,
    "key_compromised.v1": compromised,
}
