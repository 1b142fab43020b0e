"""Counts of imported records leave with cells below 11 suppressed, and what totals would give away suppressed too.

Totals are shown, so one suppressed cell could be derived from them: the next smallest of its field goes with it, and
so on while the hidden cells could still be derived from their sum (all ones, or all tens). Design section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from infra.api import reading
from infra.api.problems import declared
from infra.api.reading import ANSWERED, READ_PROBLEMS, Reading

router = APIRouter(tags=["reference"])

SMALLEST = 11
TOTAL = ("records", "all")

_COUNTS = (
    b"SELECT dataset, field, code, sum(records)::bigint AS records FROM reference"
    b" GROUP BY dataset, field, code HAVING sum(records) > 0 ORDER BY dataset, field, code"
)


class Cell(BaseModel):
    """How many records hold a code. Suppressed: `records` is null."""

    code: str
    records: int | None
    suppressed: bool = False


class FieldCounts(BaseModel):
    """The cells of one field, by code."""

    field: str
    cells: list[Cell]


class Dataset(BaseModel):
    """One imported data set."""

    dataset: str
    records: int | None = Field(description="all records; null when suppressed")
    suppressed: bool = False
    fields: list[FieldCounts]


class Reference(BaseModel):
    """Every imported data set."""

    datasets: list[Dataset]


@router.get("/v1/reference", operation_id="getReference", responses=declared(*READ_PROBLEMS) | ANSWERED)
async def get_reference(read: Annotated[Reading, reading.of("reference", act=None)]) -> Reference:
    """Counts of imported reference records by data set, field and code, small cells suppressed."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for row in await read.rows(_COUNTS):
        counts.setdefault(row["dataset"], {}).setdefault(row["field"], {})[row["code"]] = row["records"]
    return Reference(datasets=[dataset(name, fields) for name, fields in counts.items()])


def dataset(name: str, fields: Mapping[str, Mapping[str, int]]) -> Dataset:
    """A data set as it may leave; `fields` are counts by field and code."""
    total = fields.get(TOTAL[0], {}).get(TOTAL[1], 0)
    small = total < SMALLEST
    shown = [FieldCounts(field=field, cells=cells(counts)) for field, counts in fields.items() if field != TOTAL[0]]
    return Dataset(dataset=name, records=None if small else total, suppressed=small, fields=shown)


def cells(counts: Mapping[str, int]) -> list[Cell]:
    """The cells of a field as they may leave, by code."""
    hidden = suppressed(counts)
    return [
        Cell(code=code, records=None if code in hidden else counts[code], suppressed=code in hidden)
        for code in sorted(counts)
    ]


def suppressed(counts: Mapping[str, int]) -> frozenset[str]:
    """The codes whose counts must not leave."""
    ascending = sorted(counts, key=lambda code: (counts[code], code))
    hidden = sum(1 for code in ascending if counts[code] < SMALLEST)
    while 0 < hidden < len(ascending) and _derivable([counts[code] for code in ascending[:hidden]]):
        hidden += 1
    return frozenset(ascending[:hidden])


def _derivable(hidden: list[int]) -> bool:
    """Does the sum of the hidden cells say what each is? A single one; else small ones alone, all ones or all tens."""
    return len(hidden) == 1 or set(hidden) in ({1}, {SMALLEST - 1})
