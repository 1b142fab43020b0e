"""What a country decides and the ledger only reads: its agencies, default leads, options and deadlines.

The profile is `domain/data/mongolia_profile.json`, read once at import. Durations are ISO 8601 (`P30D`, `PT24H`);
anything else in a deadline (`field due_at`, `by article`) is set by an event or a law and has no duration here. Called
by the catalogue, the stages' rules and the enrolment of the demo.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as the profile proposes it. `system` marks services of the ledger (clock, keyring, importer)."""

    id: str
    name_en: str
    name_mn: str
    categories: frozenset[str]
    system: bool


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds. Raises ValueError for any other text."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise ValueError("not a duration of days, hours, minutes and seconds")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _read() -> dict[str, Any]:
    text = resources.files("domain.data").joinpath("mongolia_profile.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _agency(entry: Mapping[str, Any]) -> Agency:
    return Agency(
        id=entry["id"],
        name_en=entry["name_en"],
        name_mn=entry["name_mn"],
        categories=frozenset(entry["categories"]),
        system=entry.get("system", False),
    )


_PROFILE = _read()

AGENCIES: Mapping[str, Agency] = MappingProxyType({entry["id"]: _agency(entry) for entry in _PROFILE["agencies"]})
"""Every agency of the profile by id."""

DEFAULTS: Mapping[str, str] = MappingProxyType(_PROFILE["defaults"])
"""Agency ids by duty: care_lead, proceedings_lead, duty_desk, proceedings_lead_when_police_are_accused, oversight."""

TRAFFICKING_ARTICLES: frozenset[str] = frozenset(_PROFILE["trafficking_articles"]["articles"])
"""The articles of the criminal code that punish trafficking itself; every other one is a lesser or another offence."""

DEADLINES: frozenset[str] = frozenset(_PROFILE["deadlines"])
"""The names of all deadlines; the catalogue's value kind `deadline`."""


@cache
def deadline(name: str, grade: str | None = None) -> timedelta:
    """How long the duty `name` has, for the `grade` (urgency, risk level) where the profile distinguishes one.

    Raises KeyError for an unknown name or grade, ValueError for a deadline that an event or a law sets.
    """
    after = _PROFILE["deadlines"][name]["after"]
    return duration(after[grade] if isinstance(after, dict) else after)


def option_on(name: str) -> bool:
    """Whether the profile switches the option on. Raises KeyError for an option it does not know."""
    return bool(_PROFILE["options"][name]["on"])
