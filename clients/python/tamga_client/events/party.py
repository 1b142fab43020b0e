"""What an agency says of the stage `party`.

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tamga_client.events.codes import Confidence, LinkDissolvedV1Reason, MatchBasis, PartyKind
from tamga_client.values import EventData, Id


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkConfirmedV1(EventData):
    """one person for counts and interviews; access to either case is unchanged

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, mdtf.

    Basis: project decision; linking takes two agencies.
    """

    TYPE: ClassVar[str] = "mn.tamga.party.link_confirmed.v1"

    link_id: Id
    match_basis: MatchBasis
    party_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDissolvedV1(EventData):
    """two persons again, from here on; a proposal declined ends here too

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, mdtf.

    Basis: project decision; JADE ParticipantMerge.
    """

    TYPE: ClassVar[str] = "mn.tamga.party.link_dissolved.v1"

    link_id: Id
    reason: LinkDissolvedV1Reason
    party_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkProposedV1(EventData):
    """possible same person; counted apart until confirmed; shown to the agencies that hold the two records

    Published when it is decided, ordered, accepted or asked for: nothing has happened until it is admitted.
    By: police, prosecutor, child_protection, border, immigration, hotline, shelter, health, labour_inspection,
    consular, mdtf.

    Basis: NAO: duplicates; Primero duplicate alert; project decision.
    """

    TYPE: ClassVar[str] = "mn.tamga.party.link_proposed.v1"

    case_a: Id
    case_b: Id
    confidence: Confidence
    link_id: Id
    match_basis: MatchBasis
    party_kind: PartyKind
    person_a: Id
    person_b: Id
    party_id: Id | None = None


LinkConfirmed = LinkConfirmedV1
"""The newest version."""
LinkDissolved = LinkDissolvedV1
"""The newest version."""
LinkProposed = LinkProposedV1
"""The newest version."""
