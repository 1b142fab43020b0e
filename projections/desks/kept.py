"""What a desk keeps in a JSON column: equal contents are equal texts, so that a row changes only when its content does.

Used by the desks.
"""

from __future__ import annotations

from typing import Any

import orjson

read = orjson.loads
"""The content of a column."""


def written(content: Any) -> str:
    """As a row holds it: the members of objects are sorted by name."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
