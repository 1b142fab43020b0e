"""Counts of the reference file by a few lines of csv, so that the demo does not check the importer with itself.

Nothing of the importer is imported here: the codes are written down a second time, by hand.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

EXPLOITATION = {
    "Forced Labor": "ForcedLabour",
    "Forced Marriage": "ForcedMarriage",
    "Other": "Other",
    "Sexual Exploitation": "SexualExploitation",
}


def count(path: Path) -> tuple[int, int, dict[str, Counter[str]]]:
    """(rows, distinct rows, {field of the view: rows by code})."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    by_field: dict[str, Counter[str]] = {
        "exploitation_types": Counter(EXPLOITATION[row["ExploitType"]] for row in rows),
        "age_broad": Counter(_age(row["ageCategories"]) for row in rows),
        "sex": Counter(row["gender"].lower() for row in rows),
        "year": Counter(row["yearOfRegistration"] for row in rows),
    }
    return len(rows), len({tuple(row.items()) for row in rows}), by_field


def _age(label: str) -> str:
    """`Age 9-17` is `9--17` in the dataset's own list, `Age 48+` is `48+`."""
    return label.removeprefix("Age ").replace("-", "--").replace("Unknown", "unknown")
