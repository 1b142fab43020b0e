"""Signed JSON is I-JSON (RFC 7493) without floats: what two parsers could read differently is refused, never guessed.

No duplicate member, no lone surrogate, no U+0000, integers within +-(2^53-1), depth at most 16. `parse` is the hot path
of admission: the C scanners of orjson and json do the work, Python looks only where they can't.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

from domain.refusals import Refusal

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1


def parse(data: bytes) -> dict[str, Any]:
    """The object that `data` holds; raises `Refusal` `json.*`, which never carries a piece of the text."""
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal("json.invalid_utf8") from None
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise Refusal("json.depth")
    value = _plain(data)
    if value is not None:
        return value
    try:
        value = _DECODER.decode(data.decode())
    except ValueError:
        raise Refusal("json.syntax") from None
    if type(value) is not dict:
        raise Refusal("json.not_an_object")
    if b"\\u" in data or b"\x00" in data:
        _check_strings(value)
    return value


def trusted(data: bytes) -> Any:
    """Parse JSON that was judged before (an entry's): fast, without the checks of `parse`."""
    return orjson.loads(data)


def _plain(data: bytes) -> dict[str, Any] | None:
    """The object, where it is written as `canonical` writes it, without escapes and numbers, as most events are; else
    None. In that form nothing can be read differently: what stands twice, or is spelled otherwise, is written again as
    other bytes."""
    if b"\\" in data or _NUMBER.search(data) is not None:
        return None
    try:
        value = orjson.loads(data)
    except ValueError:
        return None
    same = type(value) is dict and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == data
    return value if same else None


_NUMBER = re.compile(rb'(?:":|[\[,])-?[0-9]')
"""A number in canonical form, or a piece of a string that looks like one in a list."""


def _depth(data: bytes) -> int:
    """Deepest nesting of brackets outside strings."""
    deepest = depth = 0
    in_string = escaped = False
    for byte in data:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Refusal("json.duplicate_member")
    return value


def _float(_: str) -> NoReturn:
    raise Refusal("json.float")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:
        raise Refusal("json.integer_range")
    return value


def _constant(_: str) -> NoReturn:
    raise Refusal("json.syntax")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_integer, parse_constant=_constant, strict=True
)


def _check_strings(value: Any) -> None:
    match value:
        case str():
            if "\x00" in value:
                raise Refusal("json.nul")
            try:
                orjson.dumps(value)
            except orjson.JSONEncodeError:
                raise Refusal("json.lone_surrogate") from None
        case dict():
            for name, member in value.items():
                _check_strings(name)
                _check_strings(member)
        case list():
            for member in value:
                _check_strings(member)
