"""Every view of the ledger; a new view is one file and one line here."""

from __future__ import annotations

from typing import cast

from projections import caseload, duties, reference, referrals, refusals, timeline
from projections.engine import View

_MODULES = (caseload, referrals, timeline, reference, duties, refusals)

VIEWS: dict[str, View] = {module.name: cast(View, module) for module in _MODULES}
