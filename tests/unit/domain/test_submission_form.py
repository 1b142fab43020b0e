"""What an agency writes is checked by type before it is used, and bounded before a rule multiplies it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.catalogue import MAX_LIST, by_name, check
from domain.record.entry import b64u, canonical
from domain.refusals import Refusal
from domain.submission import TYP, sign
from simulator import BASE_TIME, LEDGER, enrolled, fixed_signers, judge_all

SIGNERS = fixed_signers()
REGISTRY = enrolled(SIGNERS, ledger=LEDGER)
HOTLINE = "mn.hotline108"


def indicator(**changes: Any) -> dict[str, Any]:
    """A well-formed indicator with changes."""
    event = {
        "specversion": "1.0",
        "id": "0f0e0d0c-0b0a-4908-8706-050403020100",
        "source": HOTLINE,
        "subject": "00000000-0000-4000-8000-000000000001",
        "type": "mn.tamga.identification.indicator_reported.v1",
        "time": BASE_TIME,
        "unit": "duty",
        "actor": "officer-1",
        "data": {
            "victim_id": "00000000-0000-4000-8000-000000000002",
            "report_channel": "hotline_108",
            "indicator_codes": ["begging"],
            "reporter_role": "hotline_operator",
            "aimag": "MN-1",
        },
    }
    return event | changes


@pytest.mark.parametrize("alg", [["Ed25519"], {}, 1, None, True])
def test_an_algorithm_that_is_no_string_is_refused_and_no_fault(alg: Any) -> None:
    header = {"alg": alg, "kid": f"{HOTLINE}-1", "ledger": LEDGER, "typ": TYP}
    record = f"{b64u(canonical(header))}.{b64u(canonical(indicator()))}.{'A' * 86}".encode()
    assert judge_all([record], REGISTRY) == ["jws.algorithm"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "admitted"),
        ({"dataschema": ["x"]}, "envelope.invalid_attribute"),
        ({"dataschema": None}, "envelope.invalid_attribute"),
        ({"datacontenttype": "text/plain"}, "envelope.invalid_attribute"),
        ({"datacontenttype": "application/json"}, "admitted"),
        ({"time": "2025-02-29T00:00:00.000000Z"}, "envelope.invalid_attribute"),
        ({"time": "2024-02-29T00:00:00.000000Z"}, "admitted"),
        ({"time": "2024-02-28T24:00:00.000000Z"}, "envelope.invalid_attribute"),
        ({"time": "2024-02-28T00:00:00Z"}, "envelope.invalid_attribute"),
        ({"id": "0F0E0D0C-0b0a-4908-8706-050403020100"}, "envelope.invalid_attribute"),
        ({"unit": 7}, "envelope.invalid_attribute"),
    ],
)
def test_an_attribute_has_its_form(changes: dict[str, Any], code: str) -> None:
    record = sign(indicator(**changes), ledger=LEDGER, signer=SIGNERS[HOTLINE])
    assert judge_all([record], REGISTRY) == [code]


def test_a_list_is_bounded() -> None:
    data = dict(indicator()["data"]) | {"indicator_codes": ["begging"] * (MAX_LIST + 1)}
    with pytest.raises(Refusal) as refused:
        check(by_name["identification.IndicatorReported"], "x", data)
    assert (refused.value.code, refused.value.paths) == ("data.invalid_value", ("data.indicator_codes",))
