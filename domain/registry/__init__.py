"""The registry as events on `tamga.registry`: who may publish what, with which keys, and who decides that.

`Registry` folds the records, `View` answers at one `reg`; the record types, and how categories and mandates
combine, are in `docs/reference/registry.md`.
"""

from __future__ import annotations

from domain.registry.agencies import Agency, Unit
from domain.registry.fold import RECORDS, Registry
from domain.registry.keys import Key
from domain.registry.mandates import Mandate
from domain.registry.roots import (
    RECORD_TYP,
    TYPE_PREFIX,
    Roots,
    add_signature,
    is_signed,
    roots_of,
    sign_record,
    signed_by,
    statement,
)
from domain.registry.view import View

__all__ = [
    "RECORDS",
    "RECORD_TYP",
    "TYPE_PREFIX",
    "Agency",
    "Key",
    "Mandate",
    "Registry",
    "Roots",
    "Unit",
    "View",
    "add_signature",
    "is_signed",
    "roots_of",
    "sign_record",
    "signed_by",
    "statement",
]
