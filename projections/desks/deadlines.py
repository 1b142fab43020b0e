"""What is due by when, as far as an agency is told: the ledger's own fold of duties over what is granted.

An event opens a duty on a desk only where the agency is told the whole of it, and ends one also where it is told the
ids alone. What the clock has marked stays marked until it is done. Used by the desks that show deadlines; which event
opens and ends what is one table of the domain (`domain.stages.ledger.duties_table`). What is answered in another stream
is not shown: nobody learns here that it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from domain.catalogue import by_name
from domain.event import Event, Recorded
from domain.stages.change import changed
from domain.stages.duty import Duties, Duty, Key
from domain.stages.ledger.duties import REMEMBERED, discharged, duties_after
from domain.stages.ledger.duties_open import Facts
from domain.stages.ledger.duties_table import ROWS
from projections.told import Told

MARKS = frozenset({"ledger.DutyOverdueMarked", "referral.ReferralOverdueMarked", "custody.TransferOverdueMarked"})
"""What the clock says of a duty that stays open."""

_ELSEWHERE = frozenset((row.opened_by, row.deadline) for row in ROWS if row.half)

Open = Mapping[Key, Duty]
"""Open duties; the key's last part is the position of the event that opened it."""

Known = Mapping[str, Mapping[str, Any]]
"""By id, what later events only refer to, and under `leads` who leads."""


def read(kept: Iterable[dict[str, Any]]) -> Open:
    """The duties that a column keeps."""
    return {(each["of"], each["deadline"], each.pop("pos")): _duty(each) for each in kept}


def _duty(kept: dict[str, Any]) -> Duty:
    return Duty(**{**kept, "waiting": tuple(kept["waiting"])})


def written(open_: Open) -> list[dict[str, Any]]:
    """As a column keeps them, the next one first."""
    kept = [{**asdict(duty), "pos": pos} for (_, _, pos), duty in open_.items()]
    return sorted(kept, key=lambda each: (each["due_at"], each["of"], each["deadline"]))


def after(before: Duties, told: Told, *, opens: bool = True) -> Duties:
    """What is open after the event; without `opens` it can only end what is open."""
    event = Event(
        told.event_id, told.publisher, told.stream, told.type, told.time, told.unit, told.actor, told.data
    )  # fmt: skip
    recorded = Recorded(event, told.at, told.pos, tuple(effect for effect in told.effects if effect.data))
    if told.type in MARKS:
        return changed(before, open={key: _marked(duty, told) for key, duty in before.open.items()})
    if opens and _is_whole(told):
        after = duties_after(before, recorded)
        return changed(after, open={key: one for key, one in after.open.items() if _kind(one) not in _ELSEWHERE})
    return changed(before, open=discharged(before.open, Facts(event, recorded, _referred(before.known, told))))


def _kind(duty: Duty) -> tuple[str, str]:
    return duty.opened_by, duty.deadline


def _marked(duty: Duty, told: Told) -> Duty:
    said = duty.clock == told.type and duty.says.items() <= told.data.items()
    return changed(duty, marked=True) if said else duty


def _is_whole(told: Told) -> bool:
    return _required(told.type) <= told.data.keys()


@lru_cache(maxsize=512)
def _required(event_type: str) -> frozenset[str]:
    known = by_name.get(event_type)
    fields = known.model.model_fields if known is not None else {}
    return frozenset(name for name, field in fields.items() if field.is_required())


def _referred(known: Known, told: Told) -> Mapping[str, Any]:
    """The data, with what is remembered of the ids that they name."""
    found: dict[str, Any] = {}
    for id_field, *_ in REMEMBERED.values():
        found |= known.get(str(told.data.get(id_field)), {})
    return {**found, **told.data}
