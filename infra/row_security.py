"""Row-level security: who reads which row is said in the database, generated from `domain.sharing.ROLES`.

A row of a case is read by its agency alone, while the case is open to it, and by an officer as role, units,
assignments, recusals and the case's restriction allow. Policies ask the caller's settings (`infra.api.database`), which
stand for one transaction; without them nothing is read. What a caller is to a case is worked out by the SQL view
`access_of_caller`, which a switch replaces in place, so that policies need not be made anew. The projector owns the
tables and is not bound: it writes every agency's rows. Called where a view's table is made or shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

import psycopg
from psycopg import sql

from domain.sharing import ROLES, Role
from infra.api_role import role_of
from projections.engine import View

Connection = psycopg.Connection[Any]

CALLER: Final = "access_of_caller"
"""What the caller is to each case of its agency. Readers lock it before any view, as a switch replaces it first."""

_AGENCY = "(SELECT current_setting('tamga.agency', true))"
_NAMES = "string_to_array(trim(BOTH '|' FROM {}), '|')"
_OFFICER = f"current_setting('tamga.officer', true) = ANY ({_NAMES})"

_ROLES = _NAMES.format("current_setting('tamga.role', true)")
_UNITS = _NAMES.format("current_setting('tamga.unit', true)")

_OF_CALLER = f"""
CREATE OR REPLACE VIEW {CALLER} WITH (security_barrier = true) AS
SELECT agency, case_id, open = 1 AS open, restricted,
    {_OFFICER.format("recused")} AS recused,
    {_OFFICER.format("assigned")} AS held,
    {_NAMES.format("units")} && {_UNITS} AS acted
FROM {{table}} WHERE agency = current_setting('tamga.agency', true)
"""


def policy(view: View, table: str) -> str | None:
    """The condition under which a row of the view's table is read; None: by nobody but the owner."""
    match getattr(view, "reads", "nobody"):
        case "case" | "access" as kind:
            roles = _roles(None if kind == "access" else view.name)
            condition = f"agency = {_AGENCY} AND {_exists(table, _open(_any(_within(*each) for each in roles)))}"
        case "agency":
            of_role = _any(_agencys(name, role, table) for name, role in _roles(view.name))
            condition = f"agency = {_AGENCY} AND {of_role}"
        case "everyone":
            return f"{_AGENCY} > ''"
        case _:
            return None
    always = getattr(view, "always", "")
    return f"{condition} OR agency = {_AGENCY} AND {_holds('system')} AND {always}" if always else condition


def protect(c: Connection, view: View, table: str) -> None:
    """Turn row-level security on for a view's table and let the API's role read it, as far as `policy` says."""
    condition = policy(view, table)
    statements = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"DROP POLICY IF EXISTS reads ON {table}"]
    if condition is not None:
        statements.append(f"CREATE POLICY reads ON {table} FOR SELECT USING ({condition})")
    for statement in (*statements, f"COMMENT ON TABLE {table} IS '{_mark(condition)}'"):
        c.execute(statement.encode())
    if condition is not None:
        grant(c, table)


def grant(c: Connection, name: str) -> None:
    """Let the API's role read a table or an SQL view."""
    c.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(name), sql.Identifier(role_of(c))))


def show(c: Connection, view: View, table: str) -> None:
    """Let the SQL view of the view's name be this table, as who reads it; `access` also says what its callers are."""
    if view.name == "access":
        c.execute(_OF_CALLER.format(table=table).encode())
    c.execute(f"DROP VIEW IF EXISTS {view.name}".encode())
    c.execute(f"CREATE VIEW {view.name} WITH (security_invoker = true) AS SELECT * FROM {table}".encode())
    if policy(view, table) is not None:
        grant(c, view.name)


def refresh(c: Connection, live: Iterable[tuple[View, str]]) -> list[str]:
    """Protect live tables anew whose policy is not the one of this version; returns their views, `access` first."""
    stale = [(view, table) for view, table in live if not _is_protected(c, view, table)]
    if stale:
        c.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(CALLER)))
    for view, table in sorted(stale, key=lambda each: each[0].name != "access"):
        protect(c, view, table)
        show(c, view, table)
    return [view.name for view, _ in stale]


def _is_protected(c: Connection, view: View, table: str) -> bool:
    found = c.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", (table,)).fetchone()
    return found == (_mark(policy(view, table)),)


def _mark(condition: str | None) -> str:
    return f"row security {sha256(f'{condition}{_OF_CALLER}'.encode()).hexdigest()[:16]}"


def _roles(view: str | None) -> list[tuple[str, Role]]:
    """The roles that read the view; None: any view."""
    return [(name, role) for name, role in ROLES.items() if role.cases != "none" and (not view or role.reads(view))]


def _holds(role: str) -> str:
    return f"(SELECT '{role}' = ANY ({_ROLES}))"


def _exists(table: str, condition: str) -> str:
    """Is there what the caller is to the row's case, and does the condition hold of it?

    `OFFSET 0` changes no answer. Without it PostgreSQL reads all that the agency may read into a hash before the first
    row, as it counts every row that a page could have and not the few that it takes.
    """
    case = f"a.agency = {table}.agency AND a.case_id = {table}.case_id"
    return f"EXISTS (SELECT FROM {CALLER} a WHERE {case} AND {condition} OFFSET 0)"


def _open(condition: str) -> str:
    return f"a.open AND NOT a.recused AND {condition}"


def _within(name: str, role: Role) -> str:
    """Does the caller read the case `a` by this role?"""
    return f"{_holds(name)} AND {_case(role)}"


def _case(role: Role) -> str:
    levels = ", ".join(f"'{level}'" for level in role.held)
    wide = f"a.restricted NOT IN ({levels})" if levels else "true"
    return f"(a.held OR {wide})" if role.cases == "every" else f"(a.held OR a.acted AND {wide})"


def _agencys(name: str, role: Role, table: str) -> str:
    """Does the caller read a row of its agency, which may be of no case, by this role?"""
    case = _open(_case(role))
    of_case = _exists(table, case)
    if role.cases == "every":
        of_case = f"NOT {_exists(table, f'({case}) IS NOT TRUE')}"
    return f"{_holds(name)} AND {of_case}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(f'({each})' for each in conditions)})"
