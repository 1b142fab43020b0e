"""A case: people, exhibits and proceedings handled together, as the entries of its stream make it.

It is the boundary of consistency, not of access (that is the subject) nor of counting (that is the person). Its fields
are those of its stages, each declared where its rules and folds are. Judged and folded by `domain.stream`.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.stages.case import CaseState
from domain.stages.consent import ConsentState
from domain.stages.custody.state import CustodyState
from domain.stages.identification.state import IdentificationState
from domain.stages.investigation.state import InvestigationState
from domain.stages.privacy import PrivacyState
from domain.stages.prosecution.state import ProsecutionState
from domain.stages.protection.state import ProtectionState
from domain.stages.redress.state import RedressState
from domain.stages.referral import ReferralState
from domain.stages.state import StreamState
from domain.stages.taskforce.state import ReviewState


@dataclass(frozen=True)
class Case(
    ReviewState,
    RedressState,
    ProsecutionState,
    InvestigationState,
    ProtectionState,
    PrivacyState,
    CustodyState,
    ReferralState,
    ConsentState,
    IdentificationState,
    CaseState,
    StreamState,
):
    """The state of a case stream; mappings are by minted id."""

    @classmethod
    def new(cls, stream: str) -> Case:
        """The case before its first entry."""
        return cls(stream)
