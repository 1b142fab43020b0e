"""Long-lived caches make full garbage collections long; a consumer makes hardly any cycles, so it collects rarely.

Called once by each consumer process when it has loaded its code.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Take what is loaded out of collection, and collect what comes after it seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
