"""Need to know as one table: which agency is told which field of which event, by its relation to the event.

The table is `domain/data/sharing.toml`, for a lawyer to read; `docs/reference/sharing.md` prints it and what follows
from it for each type. `table` reads it, `grants` answers from it; `roles` says who within an agency reads which rows.
Asked by `projections.room`, and for officers by row-level security.
"""

from domain.sharing.grants import categories_told, fields, granted
from domain.sharing.providers import AGENCY_FIELDS, is_care
from domain.sharing.roles import ROLES, Role
from domain.sharing.table import LEADS_ONLY, RELATIONS, TABLE, Grant

__all__ = [
    "AGENCY_FIELDS",
    "LEADS_ONLY",
    "RELATIONS",
    "ROLES",
    "TABLE",
    "Grant",
    "Role",
    "categories_told",
    "fields",
    "granted",
    "is_care",
]
