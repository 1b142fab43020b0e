"""A class for each type that an agency may publish; what it takes, the ledger's own check takes, and mypy knows."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tamga_client.events
from domain.catalogue import by_wire, check
from domain.refusals import Refusal
from tamga_client import InvalidEventError
from tamga_client.events.identification import IndicatorReportedV1
from tamga_client.events.referral import ReferralAccepted
from tamga_client.values import Between, EventData, Form, Items, members

ROOT = Path(__file__).parents[3]
STREAM = "0197c0de-0000-7000-8000-000000000001"


def classes() -> Iterator[type[EventData]]:
    """Every class of every stage, by its number."""
    for stage in pkgutil.iter_modules(tamga_client.events.__path__):
        module = importlib.import_module(f"tamga_client.events.{stage.name}")
        for name, held in vars(module).items():
            if (
                isinstance(held, type)
                and issubclass(held, EventData)
                and held.__name__ == name
                and held is not EventData
            ):
                yield held


NOT_REAL = ["", "2026-02-30", "2026-02-30T09:00:00.000000Z"]
ASCII = st.characters(codec="ascii")
CLASSES = {held.TYPE: held for held in classes()}


def test_there_is_a_class_for_each_version_that_an_agency_may_publish() -> None:
    assert set(CLASSES) == {wire for wire, known in by_wire.items() if known.kind in ("authority", "fact")}


def test_the_name_without_a_number_is_the_newest_version() -> None:
    for stage in pkgutil.iter_modules(tamga_client.events.__path__):
        held = vars(importlib.import_module(f"tamga_client.events.{stage.name}"))
        own = [each.__name__ for each in CLASSES.values() if each.__module__.endswith(f".{stage.name}")]
        for plain in {name.rstrip("0123456789").removesuffix("V") for name in own}:
            newest = max(
                (name for name in own if name.startswith(f"{plain}V")), key=lambda name: int(name[len(plain) + 1 :])
            )
            assert held[plain] is held[newest]


def drawn(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's kind, most of them allowed."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        (rule, *_) = arguments[1:]
        match rule:
            case Form(pattern):
                return st.from_regex(pattern, alphabet=ASCII) | st.sampled_from(NOT_REAL)
            case Between(least, most):
                return st.integers(least, most) | st.sampled_from([least - 1, most + 1])
            case Items(least, most):
                inner = drawn(get_args(arguments[0])[0])
                return st.lists(inner, min_size=least, max_size=3) | st.just([])
    if origin is Literal:
        return st.sampled_from([*arguments, "no_such_code"])
    if kind is bool:
        return st.booleans() | st.just(1)
    return st.dictionaries(st.from_regex(r"^[a-z][a-z0-9_]{0,60}\Z"), st.booleans(), max_size=2)


def inner(kind: Any) -> tuple[Any, bool]:
    """The kind of a field, and may it be absent?"""
    found = get_args(kind)
    if NoneType in found and get_origin(kind) is not Annotated:
        return next(each for each in found if each is not NoneType), True
    return kind, False


@pytest.mark.parametrize("wire", sorted(CLASSES))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_a_class_takes_the_ledgers_check_takes(wire: str, data: st.DataObject) -> None:
    held, hints = CLASSES[wire], get_type_hints(CLASSES[wire], include_extras=True)
    said = {}
    for field in fields(held):
        kind, may_be_absent = inner(hints[field.name])
        if not may_be_absent or data.draw(st.booleans()):
            said[field.name] = data.draw(drawn(kind))
    said = {name: value for name, value in said.items() if name not in _STREAM_IDS}
    plain = {name.rstrip("_"): value for name, value in said.items()}
    refusal = refused(wire, plain)
    try:
        assert members(held(**said)) == plain
    except InvalidEventError as error:
        found = error
    else:
        # That no id is named twice, the schema does not say.
        assert refusal is None or any(isinstance(each, list) and len(each) != len(set(each)) for each in plain.values())
        return
    assert refusal is not None
    assert (refusal.code, found.code) == ("data.invalid_value", "data.invalid_value")
    assert found.path in refusal.paths


def refused(wire: str, data: dict[str, Any]) -> Refusal | None:
    """What the ledger's check says of the data."""
    try:
        check(by_wire[wire], STREAM, data)
    except Refusal as refusal:
        return refusal
    return None


_STREAM_IDS = ("case_id", "party_id", "body_id", "programme_id")
"""They repeat the stream's id or are left out: that is the event's business, not one field's."""


def test_an_error_names_the_field_and_not_what_it_held() -> None:
    with pytest.raises(InvalidEventError) as error:
        ReferralAccepted(referral_id="somebody's name", accepted_by_role="social_worker", first_contact_due=_NOW)
    assert error.value.path == "data.referral_id"
    assert "somebody" not in str(error.value)


_NOW = "2026-03-02T09:00:00.000000Z"


def test_an_earlier_version_can_still_be_said() -> None:
    said = IndicatorReportedV1(
        victim_id=STREAM,
        report_channel="hotline_108",
        indicator_codes=["begging"],
        reporter_role="citizen",
        aimag="MN-1",
    )
    check(by_wire[IndicatorReportedV1.TYPE], STREAM, members(said))


CHECKED = """
from tamga_client import Client, random_id
from tamga_client.events.referral import ReferralAccepted, ReferralRequested

def use(client: Client) -> None:
    client.submit(
        ReferralAccepted(referral_id=random_id(), accepted_by_role="social_worker", first_contact_due="x"),
        stream=random_id(), unit="desk-1", actor="officer-1",
    )
    ReferralAccepted(referral_id=random_id(), accepted_by_role="social worker", first_contact_due="x")  # wrong
    ReferralAccepted(referral_id=random_id(), accepted_by_role="social_worker")  # wrong
    ReferralAccepted(referral_id=7, accepted_by_role="social_worker", first_contact_due="x")  # wrong
    client.submit({"referral_id": random_id()}, stream=random_id(), unit="desk-1", actor="officer-1")  # wrong
    client.submit(ReferralRequested(), stream=random_id(), unit="u", actor="a")  # wrong
"""


def test_mypy_sees_what_an_event_may_not_say(tmp_path: Path) -> None:
    file = tmp_path / "uses.py"
    file.write_text(CHECKED, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-incremental",
        "--config-file",
        str(ROOT / "pyproject.toml"),
    ]
    done = subprocess.run([*command, str(file)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert found == {number for number, line in enumerate(CHECKED.splitlines(), 1) if "# wrong" in line}, done.stdout


def test_the_client_imports_nothing_of_the_server() -> None:
    program = (
        "import pkgutil, sys, tamga_client, importlib\n"
        "for m in pkgutil.walk_packages(tamga_client.__path__, 'tamga_client.'): importlib.import_module(m.name)\n"
        "print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    environment = {"PYTHONPATH": str(ROOT / "clients/python"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert {"nacl", "kafka"} <= loaded
    assert not loaded & {"domain", "projections", "consumers", "infra", "pydantic", "orjson", "psycopg", "httpx"}
