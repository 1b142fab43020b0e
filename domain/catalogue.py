"""One source of truth for what an event may say: `domain/data/event_catalogue.json`. Everything else is derived here.

A type is known when the profile does not switch it off. From each known type a frozen, strict pydantic model is made
whose docstring says what the event does and where the rule comes from. Called by the parser (`by_wire`, `check`), the
rules (`by_name`) and the generators.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import GenericAlias, MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from annotated_types import Len
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from domain.profile import option_on
from domain.refusals import Refusal
from domain.upcasters import check_steps
from domain.values import Digests, value_type

MAX_LIST = 32
"""Most items of a list in an event: no rule ever looks at a product of two lists that is large."""

STREAM_ID: Mapping[str, str] = {"case": "case_id", "party": "party_id", "body": "body_id", "programme": "programme_id"}
"""The field that repeats the stream's own id, by kind of stream: it may be left out and says nothing else."""

_FIELD = re.compile(r"(?P<name>[a-z_0-9]+)(?P<list>\[\])?(?P<optional>\?)?:(?P<kind>[A-Za-z_.]+)")
# Where the research cites its own review, the published text says that the project decided it.
_OWN_DECISION = re.compile(r"\b(?:review|design)(?: [A-Z]?\d*(?:, [A-Z]\d*)*)?(?=[:;]|$)")


class ClearField(NamedTuple):
    """A field that stands in clear: `kind` is a value kind or a code list."""

    name: str
    kind: str
    is_list: bool
    optional: bool


class Due(NamedTuple):
    """A duty that the event starts: the profile's deadline and the clock type that reports it."""

    deadline: str
    clock: str


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of the catalogue. `name` is short (`referral.ReferralRequested`), `wire` the CloudEvents type; `listed`
    are id fields that hold several, `mandate` agency categories, `requires` names of rules, `breaches` codes that may
    stand beside it."""

    name: str
    wire: str
    stream: str
    stage: str
    kind: Literal["authority", "fact", "clock", "effect"]
    protective: bool
    subject: tuple[str, ...]
    mints: tuple[str, ...]
    listed: frozenset[str]
    mandate: frozenset[str]
    relation: str | None
    requires: tuple[str, ...]
    breaches: tuple[str, ...]
    clear: tuple[ClearField, ...]
    disclosed: tuple[tuple[str, str], ...]
    due: tuple[Due, ...]
    approval: str | None
    option: str | None
    stated_in: tuple[str, ...]
    model: type[BaseModel]

    @staticmethod
    def thing(id_field: str) -> str:
        """What an id field names, as codes have it: `victim` for `victim_id`, `exhibit` for `exhibit_number`."""
        return id_field.removesuffix("_id").removesuffix("_number")


def _clear_field(text: str) -> ClearField:
    found = _FIELD.fullmatch(text)
    if found is None:
        raise ValueError(f"the catalogue writes a clear field outside its grammar: {text}")
    return ClearField(found["name"], found["kind"], found["list"] is not None, found["optional"] is not None)


def _id_kind(name: str) -> str:
    return "number" if name == "exhibit_number" else "id"


def _id_fields(entry: Mapping[str, Any], clear: Iterable[ClearField]) -> dict[str, tuple[Any, Any]]:
    """The ids of `subject` and `mints` that `clear` does not spell out; the stream's own id may be left out."""
    spelled = {field.name for field in clear}
    wanted = dict.fromkeys([*entry["subject"], *entry["mints"]])
    fields: dict[str, tuple[Any, Any]] = {
        _plain(name): (_id_type(name), ...) for name in wanted if _plain(name) not in spelled
    }
    if entry["stream"] in STREAM_ID:
        fields[STREAM_ID[entry["stream"]]] = (value_type("id"), None)
    return fields


def _plain(name: str) -> str:
    """An id field's name without the mark of a list."""
    return name.removesuffix("[]")


def _id_type(name: str) -> Any:
    """A subject that is a list names at least one thing, and none twice."""
    kind: Any = value_type(_id_kind(_plain(name)))
    if name == _plain(name):
        return kind
    return Annotated[GenericAlias(list, (kind,)), Len(1, MAX_LIST), AfterValidator(_different)]


def _different(named: list[str]) -> list[str]:
    if len(set(named)) < len(named):
        raise ValueError("named twice")
    return named


def annotation(field: ClearField) -> Any:
    """The strict annotated type of what a clear field holds when it is there."""
    kind: Any = value_type(field.kind)
    if field.is_list:
        kind = value_type("tag_or_none") if field.kind == "tag" else kind
        kind = Annotated[GenericAlias(list, (kind,)), Len(max_length=MAX_LIST)]
    return kind


WHEN: Mapping[str, str] = {
    "authority": "when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted",
    "fact": "when it has happened, as soon as it is known",
    "clock": "when it has fallen due, by the ledger's clock",
    "effect": "never: the ledger states it in the entry of another event",
}
"""When an event is published, by kind."""


def _docstring(entry: Mapping[str, Any]) -> str:
    """What the event does, when and by whom it is published, and the source of the rule."""
    by = ", ".join(entry["mandate"] or ["nobody"])
    basis = _OWN_DECISION.sub("project decision", entry["basis"])
    return f"{entry['effect']}\n\nPublished {WHEN[entry['kind']]}.\nBy: {by}.\n\nBasis: {basis}."


def _model(entry: Mapping[str, Any], clear: tuple[ClearField, ...]) -> type[BaseModel]:
    """A field that may be absent may not be null: its default is never validated, a null that is sent is."""
    fields: dict[str, Any] = _id_fields(entry, clear) | {
        field.name: (annotation(field), None if field.optional else ...) for field in clear
    }
    fields["sd_digests"] = (Digests, Field(default=None, alias="_sd"))
    return create_model(
        entry["type"].partition(".")[2],
        __config__=ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True),
        __doc__=_docstring(entry),
        __module__=__name__,
        **fields,
    )


def event_type(entry: Mapping[str, Any]) -> EventType:
    """The type that one entry of the catalogue describes. Raises ValueError or KeyError when it breaks the grammar."""
    clear = tuple(map(_clear_field, entry["clear"]))
    return EventType(
        name=entry["type"],
        wire=entry["wire"],
        stream=entry["stream"],
        stage=entry["stage"],
        kind=entry["kind"],
        protective=entry.get("protective", False),
        subject=tuple(map(_plain, entry["subject"])),
        mints=tuple(map(_plain, entry["mints"])),
        listed=frozenset(_plain(name) for name in (*entry["subject"], *entry["mints"]) if name != _plain(name)),
        mandate=frozenset(entry["mandate"]),
        relation=entry["relation"],
        requires=tuple(entry["requires"]),
        breaches=tuple(entry["breaches"]),
        clear=clear,
        disclosed=tuple((name, compartment) for name, _, compartment in (d.partition(":") for d in entry["disclosed"])),
        due=tuple(Due(*due.split(" ")) for due in entry.get("due", [])),
        approval=entry.get("approval"),
        option=entry.get("option"),
        stated_in=tuple(entry.get("stated_in", [])),
        model=_model(entry, clear),
    )


def versions(entry: Mapping[str, Any]) -> tuple[EventType, ...]:
    """Every version of a type, oldest first; the last is the type itself, the others differ in `wire` and fields.

    Raises ValueError when no upcaster leads from one to the next.
    """
    newest = event_type(entry)
    made = [
        event_type({**entry, **earlier, "effect": f"Earlier version, read as {newest.wire}: {earlier['why']}"})
        for earlier in entry.get("earlier", [])
    ]
    check_steps([version.wire for version in (*made, newest)])
    return (*made, newest)


def read() -> dict[str, Any]:
    """The catalogue as data, all types, known or not."""
    text = resources.files("domain.data").joinpath("event_catalogue.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _known(entry: Mapping[str, Any]) -> bool:
    option = entry.get("option")
    return option is None or option_on(option)


UNITS: Mapping[str, str] = MappingProxyType(read()["units"])
"""What a whole number counts, by the name of its field."""

_VERSIONS = [versions(entry) for entry in read()["types"] if _known(entry)]

by_name: Mapping[str, EventType] = MappingProxyType({newest.name: newest for *_, newest in _VERSIONS})
"""The newest version of each known type by short name."""

by_wire: Mapping[str, EventType] = MappingProxyType({version.wire: version for all_ in _VERSIONS for version in all_})
"""Every version of the known types by CloudEvents type."""

_VALIDATE = {wire: version.model.__pydantic_validator__.validate_python for wire, version in by_wire.items()}


def _refusal(error: ValidationError) -> Refusal:
    """Field names of the model are the only part of a pydantic error that is ours; nothing else of it is kept."""
    found = [(line["type"], str(line["loc"][0]) if line["loc"] else "") for line in error.errors(include_input=False)]
    if any(kind == "extra_forbidden" for kind, _ in found):
        return Refusal("data.unknown_field", "data")
    for code, wanted in (("data.missing_field", True), ("data.invalid_value", False)):
        paths = sorted({f"data.{name}".rstrip(".") for kind, name in found if (kind == "missing") is wanted})
        if paths:
            return Refusal(code, *paths)
    return Refusal("data.invalid_value", "data")


def check(event_type: EventType, stream: str, data: Mapping[str, Any]) -> None:
    """Check `data` against the model of the type's version; the dict is kept, the model's value is thrown away.

    Raises Refusal: `data.unknown_field` (path `data`: the name is the sender's), `data.missing_field`,
    `data.invalid_value`, `data.case_id_mismatch`, `data.stream_id_mismatch` (path `data.<field>`, never a value).
    """
    refusal = None
    try:
        _VALIDATE[event_type.wire](data)
    except ValidationError as error:
        refusal = _refusal(error)
    # Raised out here, so that no traceback chains to pydantic's error, whose text holds what was sent.
    if refusal is not None:
        raise refusal
    own = STREAM_ID.get(event_type.stream, "case_id")
    if data.get(own, stream) != stream:
        raise Refusal("data.case_id_mismatch" if own == "case_id" else "data.stream_id_mismatch", f"data.{own}")


def json_schema(event_type: EventType) -> dict[str, Any]:
    """JSON Schema 2020-12 of the type's `data`, under the wire type as title."""
    schema = event_type.model.model_json_schema(by_alias=True)
    for name, field in schema["properties"].items():
        # An absent field is absent: the model's default is no value that may be sent.
        field.pop("default", None)
        if name in UNITS and any(clear.name == name and clear.kind == "int" for clear in event_type.clear):
            field["description"] = UNITS[name]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": event_type.wire}
