"""`reference`: counts of imported records by code, and nothing else of them.

One row per ledger partition, dataset, field and code; the total of a dataset is field `records`, code `all`. Readers
add the partitions up and suppress small cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, NamedTuple

from projections.engine import Key, Row
from projections.entry import Entry


class ReferenceRow(NamedTuple):
    """How many imported records have a code in a field."""

    cell: Annotated[str, "`<partition>/<dataset>`: what is folded together"]
    partition: Annotated[int, "the ledger partition"]
    dataset: Annotated[str, "the dataset"]
    field: Annotated[str, "a field of `case.RecordImported`; `records` for the total"]
    code: Annotated[str, "a code of that field; `all` for the total"]
    records: Annotated[int, "how many imported records hold it"]


name = "reference"
reads = "everyone"
row = ReferenceRow
keys = 5
group = "cell"

NOT_COUNTED = frozenset(("case_id", "victim_id", "dataset", "row", "_sd"))


def groups(entry: Entry) -> Iterable[str]:
    """One group a partition and dataset."""
    recorded = entry.recorded
    if recorded is None or recorded.event.type != "case.RecordImported":
        return ()
    return (f"{entry.partition}/{recorded.event.data['dataset']}",)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """One more for each code that the record states."""
    recorded = entry.recorded
    assert recorded is not None
    data = recorded.event.data
    dataset = data["dataset"]
    place = (f"{entry.partition}/{dataset}", entry.partition, dataset)
    for field, code in _cells(data):
        key = (*place, field, code)
        before = rows.get(key)
        yield ReferenceRow._make((*key, (before[5] if before else 0) + 1))


def _cells(data: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    yield "records", "all"
    for field, value in data.items():
        if field in NOT_COUNTED:
            continue
        if isinstance(value, list):
            for code in value:
                yield field, str(code)
        else:
            yield field, str(value)
