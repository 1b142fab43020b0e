"""Every view of the ledger; a new view is one file and one line here."""

from __future__ import annotations

from typing import cast

from projections import caseload, reference, referrals, timeline
from projections.engine import View

VIEWS: dict[str, View] = {module.name: cast(View, module) for module in (caseload, referrals, timeline, reference)}
