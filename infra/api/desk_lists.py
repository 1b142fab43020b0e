"""How one desk is listed: row, page and parameters as models, and the statement of a page, all from its row model.

No name in a statement comes from a request: columns are the row model's, values are bound. Used by `infra.api.desks`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import orjson
from pydantic import BaseModel, Field, create_model

from infra.api.of_person import SUFFIX
from projections.desk import NEVER, Desk, Listed
from projections.told import JSON

_TEXT = "^[!-~]{1,128}$"
_INTEGER = re.compile(r"-?\d{1,18}\Z", re.ASCII)
_OF_CASES = {
    "officer": "position('|' || %(officer)s || '|' IN a.assigned) > 0"
    " AND position('|' || %(officer)s || '|' IN a.recused) = 0",
    "unit": "position('|' || %(unit)s || '|' IN a.units) > 0",
}
"""Which cases are an officer's or a unit's, as the view `access` (a) has it."""

_ABOUT = {
    "officer": "only of cases in which this officer of the agency holds a role",
    "unit": "only of cases in which this unit of the agency acted",
}


@dataclass(frozen=True)
class Column:
    """A column of a row model: its name, what it holds, its kind."""

    name: str
    about: str
    is_number: bool
    is_json: bool


@dataclass(frozen=True)
class DeskList:
    """A desk's list. `source` is what it is read from; `order` are the columns by which it is sorted and paged,
    `shown` those that a row has, `filters` those that a reader can ask for; `page` and `query` are models of answer and
    parameters."""

    view: str
    source: str
    path: str
    operation: str
    about: str
    waits: str
    of_person: tuple[str, ...]
    shown_by: str
    columns: Mapping[str, Column]
    order: tuple[str, ...]
    shown: tuple[Column, ...]
    filters: tuple[str, ...]
    row: type[BaseModel]
    page: type[BaseModel]
    query: type[BaseModel]

    def fits(self, key: Sequence[str]) -> bool:
        """Can these be values of the columns of the order?"""
        numbers = (self.columns[name].is_number for name in self.order)
        return all(not number or _INTEGER.match(part) for number, part in zip(numbers, key, strict=True))

    def document(self, row: Mapping[str, Any]) -> BaseModel:
        """A row of the database, with its totals over the person where the desk has any, as it is answered."""
        return self.row(**dict(self._cells(row)))

    def _cells(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for column in self.shown:
            value = row[column.name]
            is_empty = value in ("", NEVER) and column.name not in (*self.order, "case_id")
            yield column.name, orjson.loads(value) if column.is_json else None if is_empty else value
        for name in self.of_person:
            yield f"{name}{SUFFIX}", row[f"{name}{SUFFIX}"]
        if self.waits:
            yield "overdue", row["overdue"]


def list_of(desk: Desk, listed: Listed, source: str = "") -> DeskList:
    """The list of a desk; `source` is a subquery that has rows beside those of the view."""
    columns = {name: _column(name, kind) for name, kind in get_type_hints(desk.row, include_extras=True).items()}
    key = tuple(columns)[1 : desk.keys]
    shown = tuple(column for name, column in columns.items() if name not in ("agency", listed.waits, *listed.hidden))
    filters = tuple(dict.fromkeys(name for name in (*key, "case_id", *listed.filters) if not columns[name].is_number))
    title = "".join(part.capitalize() for part in desk.name.split("_"))
    about = inspect.getdoc(desk.row) or ""
    row = _model(f"{title}Row", about, _members(shown, key, listed))
    rule = (inspect.getdoc(desk.file) or "").partition("\n")[0].removeprefix(f"`{desk.name}`: ")
    return DeskList(
        view=desk.name,
        source=source or desk.name,
        path=f"/v1/{desk.name.replace('_', '-')}",
        operation=f"list{title}",
        about=rule[:1].upper() + rule[1:],
        waits=listed.waits,
        of_person=listed.of_person,
        shown_by=listed.shown_by,
        columns=columns,
        order=(listed.waits, *key) if listed.waits else key,
        shown=shown,
        filters=filters,
        row=row,
        page=_model(f"{title}List", "A page of rows.", {desk.name: (list[row], ...)}),  # type: ignore[valid-type]
        query=_model(f"{title}Query", "", _parameters([columns[name] for name in filters], listed.waits)),
    )


def _model(name: str, about: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    model: type[BaseModel] = create_model(name, __doc__=about, **fields)
    return model


def _column(name: str, kind: Any) -> Column:
    extras = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    texts = [extra for extra in extras if isinstance(extra, str)]
    is_number = (get_args(kind)[0] if extras else kind) is int
    return Column(name, texts[-1] if texts else "", is_number, JSON in texts[:-1])


def _members(shown: Sequence[Column], key: Sequence[str], listed: Listed) -> dict[str, Any]:
    """The fields of a row's model."""
    fields: dict[str, Any] = {}
    for column in shown:
        text = str if column.name in (*key, "case_id") else str | None
        kind = int if column.is_number else list[Any] | dict[str, Any] if column.is_json else text
        fields[column.name] = (kind, Field(description=column.about))
    for name in listed.of_person:
        about = f"`{name}` over all cases that confirmed links join, of which the agency has rows"
        fields[f"{name}{SUFFIX}"] = (int, Field(description=about))
    if listed.waits:
        fields["overdue"] = (bool, Field(description="somebody has to act, and the time is past"))
    return fields


def _parameters(filters: Sequence[Column], waits: str) -> dict[str, Any]:
    """The fields of the model of parameters."""
    cursor = Field(None, max_length=512, description="the cursor of the page before, from its `Link`")
    fields: dict[str, Any] = {
        "limit": (int, Field(50, ge=1, le=200, description="the most rows of a page")),
        "after": (str | None, cursor),
    }
    for column in filters:
        fields[column.name] = (str | None, Field(None, pattern=_TEXT, description=f"only this: {column.about}"))
    for name, about in _ABOUT.items():
        fields[name] = (str | None, Field(None, pattern=_TEXT, description=about))
    if waits:
        overdue = "only what is overdue now, or only what is not"
        fields["overdue"] = (bool | None, Field(None, description=overdue))
        fields["done"] = (bool, Field(False, description="also what waits for nobody any more"))
    return fields


def page_of(
    desk: DeskList, asked: Mapping[str, Any], *, agency: str, now: str, key: Sequence[str] | None, count: int
) -> tuple[bytes, dict[str, Any]]:
    """The statement of a page behind `key`, of at most `count` rows, with its values."""
    values = {name: value for name, value in asked.items() if value is not None}
    values |= {"agency": agency, "now": now, "count": count}
    conditions = ["r.agency = %(agency)s", *(f"r.{name} = %({name})s" for name in desk.filters if name in values)]
    conditions += [f"r.{desk.shown_by} > ''"] if desk.shown_by else []
    for name, condition in _OF_CASES.items():
        if name in values:
            whose = f"a.agency = r.agency AND a.case_id = r.case_id AND {condition}"
            conditions.append(f"EXISTS (SELECT FROM access a WHERE {whose})")
    names = ", ".join(f"r.{name}" for name in dict.fromkeys((*desk.order, *(column.name for column in desk.shown))))
    if desk.waits:
        names += f", {_overdue(desk)} AS overdue"
        conditions += [] if values.get("done") else [f"r.{desk.waits} > ''"]
        conditions += [f"{_overdue(desk)} = %(overdue)s"] if "overdue" in values else []
    if key is not None:
        conditions.append(f"({_list(desk)}) > ({', '.join(_bound(desk, at) for at in range(len(desk.order)))})")
        values |= {f"key{at}": part for at, part in enumerate(key)}
    where = " AND ".join(conditions)
    sql = f"SELECT {names} FROM {desk.source} r WHERE {where} ORDER BY {_list(desk)} LIMIT %(count)s"
    return sql.encode(), values


def _list(desk: DeskList) -> str:
    return ", ".join(f"r.{name}" for name in desk.order)


def _overdue(desk: DeskList) -> str:
    return f"(r.{desk.waits} > '' AND r.{desk.waits} < %(now)s)"


def _bound(desk: DeskList, at: int) -> str:
    return f"%(key{at})s::{'bigint' if desk.columns[desk.order[at]].is_number else 'text'}"
