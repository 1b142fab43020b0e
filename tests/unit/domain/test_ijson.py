"""What two parsers could read differently is refused, each for its own reason; the rest reads as by any parser."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ijson import MAX_DEPTH, MAX_INTEGER, parse
from domain.record.entry import canonical
from domain.refusals import Refusal

REFUSED: dict[bytes, str] = {
    # members twice
    b'{"a":1,"a":1}': "json.duplicate_member",
    b'{"a":{"b":1,"b":2}}': "json.duplicate_member",
    b'{"a":1,"\\u0061":2}': "json.duplicate_member",
    b'{"a":[{"":1,"":2}]}': "json.duplicate_member",
    b'{"a":"x","a":"x"}': "json.duplicate_member",
    b'{"a":{"b":null,"b":null}}': "json.duplicate_member",
    b'{"a":[{"":true,"":true}]}': "json.duplicate_member",
    # numbers
    b'{"a":[1.5]}': "json.float",
    b'{"a":["x",-1.5]}': "json.float",
    b'{"a":[[9007199254740992]]}': "json.integer_range",
    b'{"a":1.0}': "json.float",
    b'{"a":1e2}': "json.float",
    b'{"a":-0.0}': "json.float",
    b'{"a":1E400}': "json.float",
    b'{"a":9007199254740992}': "json.integer_range",
    b'{"a":-9007199254740992}': "json.integer_range",
    b'{"a":' + b"9" * 5000 + b"}": "json.integer_range",
    b'{"a":NaN}': "json.syntax",
    b'{"a":Infinity}': "json.syntax",
    b'{"a":-Infinity}': "json.syntax",
    b'{"a":01}': "json.syntax",
    b'{"a":+1}': "json.syntax",
    b'{"a":0x10}': "json.syntax",
    b'{"a":\xd9\xa1}': "json.syntax",  # a digit, in Arabic script
    # strings
    b'{"a":"\\u0000"}': "json.nul",
    b'{"\\u0000":1}': "json.nul",
    b'{"a":["x",{"b":"y\\u0000"}]}': "json.nul",
    b'{"a":"\x00"}': "json.syntax",
    b'{"a":"\n"}': "json.syntax",
    b'{"a":"\\ud800"}': "json.lone_surrogate",
    b'{"a":"\\udc00\\ud800"}': "json.lone_surrogate",
    b'{"\\udfff":1}': "json.lone_surrogate",
    b'{"a":"\\x41"}': "json.syntax",
    b'{"a":"\\u00g1"}': "json.syntax",
    b"{'a':1}": "json.syntax",
    # bytes
    b'{"a":"\xff"}': "json.invalid_utf8",
    b'{"a":"\xc3\x28"}': "json.invalid_utf8",
    b'{"a":"\xc0\x80"}': "json.invalid_utf8",
    b'{"a":"\xed\xa0\x80"}': "json.invalid_utf8",
    b'{"a":"\xf4\x90\x80\x80"}': "json.invalid_utf8",
    b'\xef\xbb\xbf{"a":1}': "json.syntax",
    '{"a":1}'.encode("utf-16"): "json.invalid_utf8",
    # form
    b"": "json.syntax",
    b" ": "json.syntax",
    b'{"a":1,}': "json.syntax",
    b'{"a":1}{"a":1}': "json.syntax",
    b'{"a":1} x': "json.syntax",
    b'{"a":1': "json.syntax",
    b"{a:1}": "json.syntax",
    b'{"a":1//\n}': "json.syntax",
    b'{"a":[1,]}': "json.syntax",
    b"\xc2\xa0{}": "json.syntax",
    b"[]": "json.not_an_object",
    b'"a"': "json.not_an_object",
    b"1": "json.not_an_object",
    b"null": "json.not_an_object",
    # depth
    b'{"a":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH: "json.depth",
    b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}": "json.depth",
    b"[" * 100_000: "json.depth",
    b'{"a":' * 100_000: "json.depth",
}


@pytest.mark.parametrize(("text", "code"), REFUSED.items(), ids=[f"{n}-{c}" for n, c in enumerate(REFUSED.values())])
def test_what_two_parsers_could_read_differently_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert (refused.value.code, refused.value.paths) == (code, ())


TAKEN = {
    b"{}": {},
    b' \t\r\n{ "a" : 1 } \n': {"a": 1},
    b'{"a":9007199254740991,"b":-9007199254740991}': {"a": MAX_INTEGER, "b": -MAX_INTEGER},
    b'{"a":-0}': {"a": 0},
    b'{"a":"\\ud83d\\ude00"}': {"a": "\U0001f600"},
    '{"ө":"\U0001f600"}'.encode(): {"ө": "\U0001f600"},
    b'{"a":"\\\\u0000"}': {"a": "\\u0000"},
    b'{"a":"[[[[[[[[[[[[[[[[[[[["}': {"a": "[" * 20},
    b'{"a":"\\"{{{{{{{{{{{{{{{{{{{{"}': {"a": '"' + "{" * 20},
    b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1): json.loads('{"a":' * 15 + "{}" + "}" * 15),
    b'{"a":[' + b"{}," * 40 + b"{}]}": {"a": [{}] * 41},
}


@pytest.mark.parametrize(("text", "value"), TAKEN.items(), ids=map(str, range(len(TAKEN))))
def test_what_every_parser_reads_alike_is_taken(text: bytes, value: object) -> None:
    assert parse(text) == value


STRINGS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | STRINGS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRINGS, inner, max_size=3), max_leaves=12
)


@settings(deadline=None)
@given(value=st.dictionaries(STRINGS, VALUES, max_size=4), ascii=st.booleans(), indent=st.sampled_from([None, 1]))
def test_i_json_reads_as_it_was_written_however_it_is_spelled(
    value: dict[str, object], ascii: bool, indent: int | None
) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii, indent=indent).encode()) == value
    assert parse(canonical(value)) == value


@settings(deadline=None)
@given(data=st.binary(max_size=60) | st.text('{}[]":,\\u0123456789abcdefdE.-+ ntrfalse', max_size=60).map(str.encode))
def test_any_bytes_are_an_object_or_a_refusal(data: bytes) -> None:
    try:
        found, code = parse(data), "json."
    except Refusal as refusal:
        found, code = None, refusal.code
    assert code.startswith("json.")
    assert found is None or found == json.loads(data)
