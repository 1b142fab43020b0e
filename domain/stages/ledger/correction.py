"""A correction replaces fields of an own event, never a decision, a custodian, a break, an approval or an erasure.

`replaces` names clear or disclosed fields of the corrected type, never ids: an event about the wrong thing is misfiled.
New clear values stand in `clear_values` under their own names, each checked as the corrected type checks it; a name
that `replaces` holds and that stands neither there nor in a disclosure is withdrawn, which a field that the type needs
can't be. Called by the rules of this stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from domain.catalogue import ClearField, EventType, annotation, by_name, read
from domain.refusals import Refusal
from domain.stages.rules import HOLDS, Broken

# Authorities that decide on nobody: marks beside an event, and numbers of the dialogue that the other side can dispute.
_STATEMENTS = frozenset(
    {
        "ledger.EventDisputed",
        "ledger.EventMisfiled",
        "taskforce.CommitmentRecorded",
        "taskforce.DialogueSnapshotPublished",
        "taskforce.FundingObligated",
        "taskforce.TargetSet",
    }
)
_HELD = read()["states"]["exhibit held"]
_CUSTODIAN = frozenset(_HELD["entered_by"]) | frozenset(_HELD["left_by"]) | {"custody.CustodyRefused"}
_NEVER = frozenset({"custody.BreakExplained", "custody.CustodyBreakDeclared", "privacy.SubjectErased"})


def correctable(name: str) -> Broken:
    """Check `correctable event`, of an event of this type."""
    if name in _CUSTODIAN:
        return ("correction.custodian", "data.of")
    if name in _NEVER:
        return ("correction.break_or_erasure", "data.of")
    if name in _STATEMENTS or by_name[name].kind == "fact":
        return HOLDS
    return ("correction.decision", "data.of")


def check_values(event_type: EventType, replaced: Iterable[str], values: Mapping[str, Any]) -> None:
    """Check what a correction puts in place of the fields `replaced` of an event of this type.

    Raises Refusal: `correction.no_such_field` (path `data.replaces`), `data.unknown_field`, `data.invalid_value`,
    `correction.value_missing` (path `data.clear_values`: the names in it are of another type than the correction's).
    """
    clear = {field.name: field for field in event_type.clear}
    named = frozenset(replaced)
    if not named or not named <= clear.keys() | {name for name, _ in event_type.disclosed}:
        raise Refusal("correction.no_such_field", "data.replaces")
    if not values.keys() <= named & clear.keys():
        raise Refusal("data.unknown_field", "data.clear_values")
    if any(not clear[name].optional and name not in values for name in named & clear.keys()):
        raise Refusal("correction.value_missing", "data.clear_values")
    if not all(_fits(clear[name], value) for name, value in values.items()):
        raise Refusal("data.invalid_value", "data.clear_values")


@cache
def _adapter(field: ClearField) -> TypeAdapter[Any]:
    return TypeAdapter(annotation(field), config=ConfigDict(strict=True, hide_input_in_errors=True))


def _fits(field: ClearField, value: Any) -> bool:
    try:
        _adapter(field).validate_python(value)
    except ValidationError:
        return False
    return True
