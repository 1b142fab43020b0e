"""The tables that a signed-in reader can open are the lists of the OpenAPI document: a new list has its page at once.

`/desk/<rest>` shows what `/v1/<rest>` answers; columns, their descriptions and their order are the document's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from infra.api.export import MEDIA_TYPE

TIMELINE = "/v1/cases/{case_id}/timeline"
REFERENCE = "/v1/reference"

Row = Mapping[str, Any]


class Column(NamedTuple):
    """A member of a row; `kind` says how it is shown: `number`, `code` (a document) or `text`."""

    name: str
    about: str
    kind: str = "text"


class Table(NamedTuple):
    """A list: the route that answers it, the member of the answer that holds its rows, its columns."""

    path: str
    about: str
    member: str
    columns: tuple[Column, ...]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Name and heading of each column: rows are the API's, and so are the names."""
        return [(column.name, column.name) for column in self.columns]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that hold numbers."""
        return tuple(column.name for column in self.columns if column.kind == "number")

    @property
    def codes(self) -> tuple[str, ...]:
        """The columns that hold documents."""
        return tuple(column.name for column in self.columns if column.kind == "code")

    def rows(self, document: Mapping[str, Any]) -> list[Row]:
        """The rows of an answer."""
        return list(_cells(document) if self.path == REFERENCE else document[self.member])


def tables(document: Mapping[str, Any]) -> dict[str, Table]:
    """Every list of an OpenAPI document by the rest of its path, the timeline of a case and the reference counts."""
    found = {}
    for path, methods in document["paths"].items():
        operation = methods.get("get")
        if operation is not None and (path in (TIMELINE, REFERENCE) or _is_list(operation)):
            found[path.removeprefix("/v1/")] = _table(document, path, operation)
    return found


def _is_list(operation: Mapping[str, Any]) -> bool:
    return MEDIA_TYPE in operation["responses"]["200"].get("content", {})


def _table(document: Mapping[str, Any], path: str, operation: Mapping[str, Any]) -> Table:
    answer = _schema(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    member = next(name for name, kind in answer["properties"].items() if "items" in kind)
    if path == REFERENCE:
        return Table(path, operation["description"], member, _REFERENCE)
    row = _schema(document, answer["properties"][member]["items"])
    columns = tuple(Column(name, of.get("description", ""), _kind(of)) for name, of in row["properties"].items())
    return Table(path, operation["description"], member, columns)


def _schema(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, of several the first that is named."""
    for each in (schema, *schema.get("anyOf", ())):
        if "$ref" in each:
            named: Mapping[str, Any] = document["components"]["schemas"][each["$ref"].rpartition("/")[2]]
            return named
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    types = {each.get("type", "") for each in (schema, *schema.get("anyOf", ()))}
    return "number" if "integer" in types else "code" if types & {"array", "object"} else "text"


_REFERENCE = (
    Column("dataset", "the imported data set"),
    Column("field", "what was asked of each record"),
    Column("code", "the answer"),
    Column("records", "how many records hold it; none where the cell is suppressed", "number"),
    Column("suppressed", "small cells, and what totals would give away"),
)


def _cells(document: Mapping[str, Any]) -> Iterator[Row]:
    """The cells of the data sets, each a row."""
    for dataset in document["datasets"]:
        whole = {"records": dataset["records"], "suppressed": dataset["suppressed"]}
        yield {"dataset": dataset["dataset"], "field": "records", "code": "all", **whole}
        for field in dataset["fields"]:
            for cell in field["cells"]:
                yield {"dataset": dataset["dataset"], "field": field["field"], **cell}
