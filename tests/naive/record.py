"""The ledger as anybody reads it with a JSON parser: what stands in each effective entry, and the data files beside it.

Nothing of the system's folds is here, nor its reader of entries: base64, JSON, the catalogue, the profile and the table
of need to know, each as the file has it. The other modules of this folder fold what is read here, by plain loops.
"""

from __future__ import annotations

import json
import tomllib
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, NamedTuple

FILES = resources.files("domain.data")
CATALOGUE = json.loads(FILES.joinpath("event_catalogue.json").read_text(encoding="utf-8"))
PROFILE = json.loads(FILES.joinpath("mongolia_profile.json").read_text(encoding="utf-8"))
SHARING = tomllib.loads(FILES.joinpath("sharing.toml").read_text(encoding="utf-8"))
TYPES: Mapping[str, dict[str, Any]] = {each["type"]: each for each in CATALOGUE["types"]}
NAMES = {wire["wire"]: each["type"] for each in CATALOGUE["types"] for wire in (each, *each.get("earlier", []))}
CATEGORIES = {each["id"]: frozenset(each["categories"]) for each in PROFILE["agencies"]}
"""What each agency is, by the profile: all of them are enrolled in a demo, as the profile has them."""

DEFAULTS = PROFILE["defaults"]
CLOCK = "mn.clock"


class Effect(NamedTuple):
    """What the ledger states beside an event."""

    type: str
    data: dict[str, Any]


class Said(NamedTuple):
    """What one entry says: an event, or with `code` a refusal; `code` is `duplicate` for what was on record. A refusal
    has what it tells of the submission, '' where it tells nothing. `src` is the submission's place, -1 without one."""

    partition: int
    pos: int
    at: str
    src: int
    publisher: str
    stream: str
    type: str
    id: str
    time: str
    unit: str
    actor: str
    data: dict[str, Any]
    effects: tuple[Effect, ...]
    code: str


def read(raw: bytes, pos: int, partition: int) -> Said:
    """An entry, or its body, that stands at the position."""
    entry = json.loads(raw)
    ledger = entry["ledger"]
    place = (partition, pos, ledger["at"], ledger["src"][1])
    if "jws" in entry:
        segment = entry["jws"].split(".")[1]
        event = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
        effects = tuple(Effect(each["type"], each["data"]) for each in ledger.get("effects", []))
        about = (event["source"], event["subject"], NAMES[event["type"]], event["id"], event["time"])
        return Said(*place, *about, event["unit"], event["actor"], event["data"], effects, "")
    outcome = entry.get("outcome", {})
    what = outcome.get("refused") or outcome.get("duplicate") or {}
    about = (what.get("publisher", ""), what.get("stream", ""), NAMES.get(what.get("type"), ""), what.get("event", ""))
    code = what.get("code", "duplicate" if "duplicate" in outcome else "no submission")
    return Said(*place, *about, ledger["at"], "", "", {}, (), code)


def ids(kind: str) -> list[str]:
    """The id fields of a type."""
    return [name.removesuffix("[]") for name in (*TYPES[kind]["subject"], *TYPES[kind]["mints"])]


def clear(kind: str) -> list[tuple[str, str, bool]]:
    """The clear fields of a type: name, kind, whether it may be absent."""
    found = []
    for text in TYPES[kind]["clear"]:
        name, _, value = text.partition(":")
        found.append((name.rstrip("?").removesuffix("[]"), value, name.endswith("?")))
    return found


def is_whole(kind: str, data: Mapping[str, Any]) -> bool:
    """Are all fields there that an event of the type must have?"""
    optional = {name for name, _, may_lack in clear(kind) if may_lack}
    optional |= {"case_id", "party_id", "body_id", "programme_id"} - {name for name, _, _ in clear(kind)}
    return all(name in data for name in {*ids(kind), *(name for name, _, _ in clear(kind))} - optional)


def reopens(kind: str) -> bool:
    """Does it open a closed case again? A reopening does, a fact, a protective act; the keyring does nothing."""
    is_act = TYPES[kind]["kind"] == "fact" or TYPES[kind].get("protective", False)
    return kind == "case.Reopened" or (is_act and TYPES[kind]["mandate"] != ["keyring"])


def is_article_of_trafficking(article: str) -> bool:
    """Or a part of one."""
    known = PROFILE["trafficking_articles"]["articles"]
    return any(article == each or article.startswith(f"{each}.") for each in known)


def deadline(name: str, grade: str = "") -> timedelta:
    """How long the profile gives for a duty."""
    after = PROFILE["deadlines"][name]["after"]
    return _duration(after[grade] if isinstance(after, dict) else after)


def _duration(text: str) -> timedelta:
    days, _, clock = text.removeprefix("P").partition("T")
    found = timedelta(days=int(days.removesuffix("D") or 0))
    number = ""
    for each in clock:
        if each.isdigit():
            number += each
        else:
            found += int(number) * {"H": timedelta(hours=1), "M": timedelta(minutes=1), "S": timedelta(seconds=1)}[each]
            number = ""
    return found


def later(instant: str, by: timedelta) -> str:
    """The instant moved."""
    return (datetime.fromisoformat(instant) + by).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def values(value: Any) -> list[str]:
    """What a field holds: nothing, one or a list."""
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]


def last(found: Iterable[Any], otherwise: Any = "") -> Any:
    """The last of some things."""
    return [otherwise, *found][-1]
