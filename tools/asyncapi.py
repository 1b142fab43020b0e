"""Writes `docs/asyncapi.yaml` (AsyncAPI 3.0): the topics of the ledger as a partner's application uses them.

Messages follow from the catalogue, their `data` from `docs/schemas`; the forms of entries are those of
`docs/reference/entry.md`. Byte for byte the same each time.

python tools/asyncapi.py [--check]
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from generated import settle

from consumers.feeds import KINDS
from domain.catalogue import EventType, by_name, by_wire
from domain.record.entry import GENESIS_PREV
from domain.submission import FORMS, OPTIONAL_FORMS, REQUIRED
from infra.api.app import VERSION
from infra.kafka.topics import TopicNames

PAGE = "docs/asyncapi.yaml"
TOPICS = TopicNames()
FORMAT = "application/schema+json;version=draft-2020-12"

ABOUT = """The interagency ledger of a child-protection partnership, as an application of a partner sees it on Kafka.

An agency sends signed events to the submissions topic; the ledger's registrar judges each once and appends one entry to
the ledger topic, which everybody who may read it receives. The record is described to the byte in reference/entry.md,
the types in reference/events.md, the refusals in reference/refusals.md. An agency may submit and read its own feed, and
nothing else; the ledger and the registry are for the ledger's own processes and auditors (guides/kafka-security.md).

Read with `isolation.level=read_committed` and without an offset reset policy. What counts is the value of a record: its
key and headers are transport and prove nothing. Members and codes may be added within a version, so a reader leaves out
members that it does not know and shows codes that it does not know as they stand (adr/0014)."""

SCRAM = """User and password that `tamga provision` makes, SASL_SSL with SCRAM-SHA-512. An agency's user is
`tamga.agency.<agency>`, its consumer groups begin with `tamga.agency.<agency>:`. Clients check the broker's certificate
and host. No user has a transactional id."""

UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"}
HASH = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
POSITION = {"type": "integer", "minimum": 0}


def document() -> dict[str, Any]:
    """The document, its members in the order in which they are read."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:tamga:ledger",
        "info": {
            "title": "Tamga",
            "version": VERSION,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka-secure",
                "description": "The partnership's brokers: TLS, and a user for each agency.",
                "variables": {"bootstrap": {"default": "localhost:9093", "description": "host:port of a broker"}},
                "security": [_ref("#/components/securitySchemes/scram")],
            }
        },
        "defaultContentType": "application/json",
        "channels": channels(),
        "operations": operations(),
        "components": {
            "securitySchemes": {"scram": {"type": "scramSha512", "description": SCRAM}},
            "messages": messages(),
            "messageTraits": traits(),
            "schemas": {name: _multi(schema) for name, schema in schemas().items()},
        },
    }


def channels() -> dict[str, Any]:
    """The topics, under the prefix that they have unless the settings say otherwise."""
    submitted = [known.wire for known in _submitted()]
    return {
        "submissions": _channel(
            TOPICS.submissions,
            "What agencies publish, until it has been judged for an hour. As many partitions as the ledger (4 unless "
            "the registry's first record says otherwise); a stream's is murmur2(stream id) & 0x7fffffff modulo that.",
            submitted,
        ),
        "ledger": _channel(
            TOPICS.ledger,
            "The record, for ever: one entry per submission, on the partition of its submission. Entries count when "
            "they chain to a sealed one.",
            ["admitted", "refused", "duplicate", "intake", "genesis"],
        ),
        "registry": _channel(
            TOPICS.registry,
            "Who may publish and seal, for ever. One partition; every record counts in the order of offsets.",
            ["registration"],
        ),
        "feed": _feed(),
    }


def _feed() -> dict[str, Any]:
    """An agency's feed; its name holds the agency's id."""
    channel = _channel(
        TOPICS.feed("{agency}"),
        "What became of an agency's submissions, and what it is told of every case that is its business; kept 30 days. "
        "As many partitions as the ledger. Per ledger partition take a message only if its (pos, n) is above that of "
        "the last one taken (reference/feed.md). Webhooks carry the same messages (reference/webhooks.md).",
        [_feed_name(kind) for kind in KINDS],
    )
    del channel["bindings"]
    return channel | {"parameters": {"agency": {"description": "The agency's id, such as mn.npa."}}}


def _feed_name(kind: str) -> str:
    return f"feed{kind.title()}"


def _channel(address: str, description: str, names: list[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "servers": [_ref("#/servers/kafka")],
        "messages": {name: _ref(f"#/components/messages/{name}") for name in names},
        "bindings": {"kafka": {"topic": address, "bindingVersion": "0.5.0"}},
    }


def operations() -> dict[str, Any]:
    """What a partner's application does; without a list of messages it is about all of the channel's."""
    said = {
        "submit": ("send", "submissions", "An agency sends an event that it has signed."),
        "readLedger": (
            "receive",
            "ledger",
            "A reader follows the record, and an agency finds the outcome of what it sent.",
        ),
        "readRegistry": ("receive", "registry", "A reader learns whose keys held at an entry's `reg`."),
        "readFeed": ("receive", "feed", "An agency learns what concerns it, as it may see it."),
    }
    return {
        name: {"action": action, "channel": _ref(f"#/channels/{channel}"), "summary": summary}
        for name, (action, channel, summary) in said.items()
    }


def _submitted() -> Iterator[EventType]:
    """Every version of every type that is submitted; effects never are."""
    return (version for version in by_wire.values() if version.kind != "effect")


def messages() -> dict[str, Any]:
    """Events as agencies sign them, by type and version, then the ledger's and the registry's records."""
    records = {
        "admitted": ("AdmittedEvent", "An event on record, with what the ledger states beside it"),
        "refused": ("RefusedSubmission", "A submission that is no event: its code, and nothing of its content"),
        "duplicate": ("DuplicateSubmission", "The same bytes as an event on record"),
        "intake": ("LostSubmissions", "Submissions that were lost before anybody read them"),
        "genesis": ("Genesis", "Position 0 of a partition"),
        "registration": ("Registration", "A statement about agencies or keys, signed by the roots"),
    }
    events = {version.wire: _event(version) for version in _submitted()}
    told = {
        _feed_name(kind): _message(_feed_name(kind), f"Feed{kind.title()}", summary, "told", _feed_schema(kind))
        for kind, summary in FEED_KINDS.items()
    }
    return (
        told
        | events
        | {
            name: _message(name, title, summary, "record", _ref(f"#/components/schemas/{title}/schema"))
            for name, (title, summary) in records.items()
        }
    )


def _event(version: EventType) -> dict[str, Any]:
    """An event's message: the record is the JWS, the schema that of the CloudEvent that it signs."""
    summary = (version.model.__doc__ or "").partition("\n\n")[0]
    event = {
        "allOf": [
            _ref("#/components/schemas/CloudEvent/schema"),
            {"properties": {"type": {"const": version.wire}, "data": _ref(f"./schemas/{version.wire}.json")}},
        ]
    }
    return _message(version.wire, version.name.partition(".")[2], summary, "signed", event)


def _message(name: str, title: str, summary: str, trait: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    traits = [_ref(f"#/components/messageTraits/{trait}")]
    return {"name": name, "title": title, "summary": summary, "traits": traits, "payload": _multi(schema)}


def traits() -> dict[str, Any]:
    """What messages of a kind have in common: how the payload stands in the record, the header, the key."""
    jws = "The record is a compact JWS (typ ce+sd-jwt, Ed25519) over the payload that the message describes."
    return {
        "signed": {"description": jws, **_record("application/jose")},
        "record": {"description": "The record is the payload in canonical form.", **_record("application/json")},
        "told": {
            "description": "The record is the payload. A webhook's body is the same.",
            **_record("application/json"),
        },
    }


def _record(content_type: str) -> dict[str, Any]:
    header = {"content-type": {"type": "string", "const": content_type}}
    key = {"type": "string", "description": "of a submission the stream's id, which names the partition"}
    return {
        "contentType": content_type,
        "headers": {"type": "object", "properties": header},
        "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
    }


def schemas() -> dict[str, Any]:
    """The CloudEvent and the forms of records."""
    known = {
        "publisher": {"type": "string"},
        "type": {"enum": sorted(by_wire)},
        "stream": UUID,
        "event": UUID,
    }
    digest = {"code": {"type": "string", "pattern": r"^[a-z_]+\.[a-z0-9_]+$"}, "digest": HASH}
    digest |= {"salt": {"type": "string"}, "paths": {"type": "array", "items": {"type": "string"}}}
    lost = {"from": POSITION, "to": POSITION, "reason": {"type": "string"}}
    genesis = {"ledger": UUID, "partition": POSITION, "partitions": POSITION, "roots": HASH, "submissions": UUID}
    return {
        "CloudEvent": _cloud_event(),
        "Ledger": _ledger(),
        "Told": _told(),
        "AdmittedEvent": _entry({"jws": {"type": "string", "description": "as its publisher signed it"}}),
        "RefusedSubmission": _outcome("refused", digest | known, ("code", "digest", "salt")),
        "DuplicateSubmission": _outcome("duplicate", {"of": POSITION} | known, ("of",)),
        "LostSubmissions": _outcome("intake", lost, tuple(lost)),
        "Genesis": _entry({"genesis": _object(genesis | {"topic": {"type": "string"}}, (*genesis, "topic"))}),
        "Registration": _object(
            {
                "payload": {"type": "string", "description": "b64u of a CloudEvent of type mn.tamga.registry.…"},
                "signatures": {
                    "type": "array",
                    "items": _object({"protected": {"type": "string"}, "signature": {"type": "string"}}),
                },
            }
        ),
    }


FEED_KINDS = {
    "outcome": "What became of a submission of the agency's own",
    "event": "Something happened in a stream, as the agency may see it",
    "refused": "A submission of the agency's own was refused, as it stands in its timeline",
    "withdrawn": "Nothing of the stream is for the agency any more",
    "parked": "An entry of the stream could not be told yet",
}
assert tuple(FEED_KINDS) == KINDS


def _feed_schema(kind: str) -> dict[str, Any]:
    """A message of a feed. Members may be added, so others are let through."""
    text = {"type": "string"}
    fields: dict[str, Any] = {"partition": POSITION, "pos": POSITION, "n": POSITION, "agency": text}
    fields |= {"kind": {"const": kind}, "stream": text}
    if kind != "parked":
        fields["at"] = TIME
    if kind == "outcome":
        said = {"submission": {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}, "event_id": text, "type": text}
        said |= {"outcome": {"enum": ["admitted", "refused", "duplicate"]}, "code": text}
        fields["outcome"] = _open(said)
    if kind in ("event", "refused", "withdrawn"):
        fields |= {"epoch": POSITION, "anew": {"type": "boolean"}}
    if kind in ("event", "refused"):
        fields["told"] = _ref("#/components/schemas/Told/schema")
    return _open(fields)


def _told() -> dict[str, Any]:
    """What an agency is told of an event: what is granted of it, so no field of its type is sure to be there."""
    texts = ("type", "event_id", "publisher", "unit", "actor", "time", "at", "relation", "code")
    effect = _open({"type": {"type": "string"}, "data": {"type": "object"}})
    return _open(
        {"partition": POSITION, "pos": POSITION, **{name: {"type": "string"} for name in texts}}
        | {"data": {"type": "object"}, "effects": {"type": "array", "items": effect}}
        | {"marks": {"type": "array", "items": {"type": "string"}}}
    )


def _open(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An object with all of these members, and others that are yet to come."""
    return {"type": "object", "properties": dict(fields), "required": list(fields)}


def _cloud_event() -> dict[str, Any]:
    fields = {name: _form(form) for name, form in (FORMS | OPTIONAL_FORMS).items()}
    return _object(fields | {"data": {"type": "object"}}, REQUIRED)


def _form(form: re.Pattern[str]) -> dict[str, str]:
    return {"type": "string", "pattern": f"^(?:{form.pattern.removesuffix(chr(92) + 'Z')})$"}


def _ledger() -> dict[str, Any]:
    """What the registrar says of a submission; effects are types of the catalogue under their short names."""
    effects = [
        _object({"type": {"const": known.name}, "data": _ref(f"./schemas/{known.wire}.json")})
        for known in by_name.values()
        if known.kind == "effect"
    ]
    pair = {"type": "array", "items": {"type": "integer", "minimum": -1}, "minItems": 2, "maxItems": 2}
    fields = {
        "at": TIME,
        "n": POSITION,
        "reg": POSITION,
        "src": pair | {"description": "partition and offset of the submission; offset -1 where there was none"},
        "stream": {"type": "string"},
    }
    return _object(fields | {"effects": {"type": "array", "items": {"oneOf": effects}}}, tuple(fields))


def _entry(said: Mapping[str, Any]) -> dict[str, Any]:
    tail = {"pos": POSITION, "prev": HASH | {"description": f"id of the entry before; at 0 {GENESIS_PREV}"}}
    fields = {**said, "ledger": _ref("#/components/schemas/Ledger/schema"), **tail}
    seal = {"type": "string", "description": "on the last entry of a batch: <kid>.<signature>"}
    return _object(fields | {"seal": seal}, tuple(fields))


def _outcome(kind: str, fields: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    return _entry({"outcome": _object({kind: _object(fields, required)})})


def _object(fields: Mapping[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    """An object with these members alone, all of them required unless it is said which."""
    names = list(fields if required is None else required)
    return {"type": "object", "properties": dict(fields), "required": names, "additionalProperties": False}


def _multi(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with the format that it is written in (AsyncAPI's Multi Format Schema Object)."""
    return {"schemaFormat": FORMAT, "schema": dict(schema)}


def _ref(target: str) -> dict[str, str]:
    return {"$ref": target}


_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[A-Za-z$][A-Za-z0-9_.$-]*\Z", re.IGNORECASE)


def _yaml(value: Any, indent: str = "") -> Iterator[str]:
    """Block YAML of what JSON can hold: a text is a JSON string or, with several lines, a literal block."""
    named = isinstance(value, dict)
    for key, held in value.items() if named else enumerate(value):
        mark = f"{indent}{key if _PLAIN.match(key) else json.dumps(key)}:" if named else f"{indent}-"
        if isinstance(held, dict | list) and held:
            yield f"{mark}\n"
            yield from _yaml(held, indent + "  ")
        elif isinstance(held, str) and "\n" in held:
            yield f"{mark} |-\n" + "".join(f"{indent}  {line}".rstrip() + "\n" for line in held.split("\n"))
        else:
            yield f"{mark} {json.dumps(held, ensure_ascii=False)}\n"


def page() -> str:
    """The document as it is checked in."""
    return "# Written by tools/asyncapi.py.\n" + "".join(_yaml(document()))


if __name__ == "__main__":
    raise SystemExit(settle("asyncapi", {PAGE: page()}, check="--check" in sys.argv[1:]))
