"""Need to know as one table: which agency is told which field of which event, by its relation to the event.

The table is `domain/data/sharing.toml`, for a lawyer to read; `docs/reference/sharing.md` prints it and what follows
from it for each type. `table` reads it, `grants` answers from it. Asked by `projections.room`, and for officers by
row-level security.
"""

from domain.sharing.grants import categories_told, fields, granted
from domain.sharing.providers import AGENCY_FIELDS, is_care
from domain.sharing.table import LEADS_ONLY, RELATIONS, ROLES, TABLE, Grant

__all__ = [
    "AGENCY_FIELDS",
    "LEADS_ONLY",
    "RELATIONS",
    "ROLES",
    "TABLE",
    "Grant",
    "categories_told",
    "fields",
    "granted",
    "is_care",
]
