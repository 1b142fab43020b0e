"""The AsyncAPI document is well-formed, leads nowhere that is not there, and describes the bytes that there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from domain.catalogue import by_name, by_wire, json_schema
from domain.record.entry import unb64u
from infra.kafka.topics import TopicNames
from unit.domain.story import act, event

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
EXAMPLE = json.loads((DOCS / "reference" / "entry-example.json").read_text(encoding="utf-8"))
OLD = json.loads((ROOT / "tests/unit/domain/data/ledger_of_0_1.json").read_text(encoding="utf-8"))
SUBMITTED = [wire for wire, version in by_wire.items() if version.kind != "effect"]


@cache
def document() -> dict[str, Any]:
    """The document as it is checked in."""
    text = (DOCS / "asyncapi.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def found(ref: str) -> Any:
    """What a reference leads to: a place in the document, or the schema of a type."""
    if not ref.startswith("#/"):
        assert ref.startswith("./schemas/")
        return json_schema(by_wire[ref.removeprefix("./schemas/").removesuffix(".json")])
    place: Any = document()
    for step in ref.removeprefix("#/").split("/"):
        place = place[step]
    return place


def references(value: Any) -> Iterator[str]:
    """Every reference in the document."""
    if isinstance(value, dict):
        if set(value) == {"$ref"}:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for held in value:
            yield from references(held)


def whole(value: Any) -> Any:
    """A schema with what its references lead to in their place."""
    if isinstance(value, dict):
        return whole(found(value["$ref"])) if "$ref" in value else {name: whole(held) for name, held in value.items()}
    return [whole(held) for held in value] if isinstance(value, list) else value


def payload(message: str) -> Any:
    """The validator of a message's payload."""
    said = document()["components"]["messages"][message]["payload"]
    assert said["schemaFormat"] == "application/schema+json;version=draft-2020-12"
    return jsonschema_rs.Draft202012Validator(whole(said["schema"]), validate_formats=True)


def test_it_is_an_asyncapi_3_document_with_what_one_needs() -> None:
    made = document()
    assert made["asyncapi"] == "3.0.0"
    assert {"title", "version", "description", "license"} <= made["info"].keys()
    assert set(made) == {
        *("asyncapi", "id", "info", "servers", "defaultContentType"),
        *("channels", "operations", "components"),
    }


def test_the_brokers_want_tls_and_a_user() -> None:
    made = document()
    server = made["servers"]["kafka"]
    assert server["protocol"] == "kafka-secure"
    assert [found(each["$ref"])["type"] for each in server["security"]] == ["scramSha512"]


def test_every_reference_leads_somewhere() -> None:
    refs = set(references(document()))
    assert len(refs) > 2 * len(SUBMITTED)
    assert all(found(ref) for ref in refs)


def test_every_topic_of_the_ledger_is_a_channel() -> None:
    names = TopicNames()
    topics = {getattr(names, name) for name, kind in vars(TopicNames).items() if isinstance(kind, property)}
    topics.add(names.feed("{agency}"))
    assert {channel["address"] for channel in document()["channels"].values()} == topics


def test_each_operation_is_on_a_channel_and_agencies_send_to_submissions_alone() -> None:
    made = document()["operations"]
    assert {(said["action"], said["channel"]["$ref"]) for said in made.values()} == {
        ("send", "#/channels/submissions"),
        ("receive", "#/channels/ledger"),
        ("receive", "#/channels/registry"),
        ("receive", "#/channels/feed"),
    }


def test_what_may_be_submitted_is_what_the_catalogue_lets_agencies_publish() -> None:
    channels = document()["channels"]
    assert list(channels["submissions"]["messages"]) == SUBMITTED
    listed = {name for channel in channels.values() for name in channel["messages"]}
    assert listed == document()["components"]["messages"].keys()


@pytest.mark.parametrize("wire", SUBMITTED)
def test_an_event_is_valid_by_its_message_and_by_no_other(wire: str) -> None:
    version = by_wire[wire]
    if version is not by_name[version.name]:
        return
    made = event(act(version.name, "mn.cfdpa"))
    said = {"specversion": "1.0", "id": made.id, "source": made.publisher, "subject": made.stream, "type": wire}
    said |= {"time": made.time, "unit": made.unit, "actor": made.actor, "data": made.data}
    assert payload(wire).is_valid(said)
    for wrong in ({"type": "mn.tamga.other.v1"}, {"data": {**made.data, "more": 1}}, {"id": "1"}, {"more": 1}):
        assert not payload(wire).is_valid(said | wrong), wrong
    assert not payload(wire).is_valid({name: value for name, value in said.items() if name != "actor"})


ENTRIES = [json.loads(raw) for raw in (*EXAMPLE["records"], *OLD["records"]) if raw is not None]


def kind_of(entry: dict[str, Any]) -> str:
    """The message that an entry is."""
    if "outcome" in entry:
        return str(next(iter(entry["outcome"])))
    return "admitted" if "jws" in entry else "genesis"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{kind_of(entry)}-{entry['pos']}")
def test_an_entry_is_valid_by_the_message_of_its_kind_alone(entry: dict[str, Any]) -> None:
    kinds = document()["channels"]["ledger"]["messages"]
    assert [kind for kind in kinds if payload(kind).is_valid(entry)] == [kind_of(entry)]
    assert not payload(kind_of(entry)).is_valid(entry | {"more": 1})


def test_the_examples_hold_every_kind_of_entry_but_lost_submissions() -> None:
    assert {kind_of(entry) for entry in ENTRIES} == {"genesis", "admitted", "refused", "duplicate"}
    lost = {"outcome": {"intake": {"from": 4, "to": 8, "reason": "deleted unread"}}}
    entry = next(entry for entry in ENTRIES if kind_of(entry) == "refused") | lost
    assert payload("intake").is_valid(entry)


@pytest.mark.parametrize("record", [*EXAMPLE["registry"], *OLD["registry"]])
def test_a_registration_is_valid_by_its_message(record: str) -> None:
    said = json.loads(record)
    assert payload("registration").is_valid(said)
    assert json.loads(unb64u(said["payload"]))["type"].startswith("mn.tamga.registry.")
