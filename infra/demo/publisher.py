"""What an agency of the demo signs depends on its key, the seed, the ledger and the base time, and on nothing else.

So a demo that resumes makes the same bytes again and records nothing twice, while another ledger gets other ids. Called
by the scenario and the generator, which hand in the base time; the caller keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain import submission
from domain.catalogue import by_name
from domain.record.signing import SeedSigner, Signer
from infra import clock


def draws(seed: int, *scope: object) -> Random:
    """A generator of its own for each scope, so that what one flow draws never moves another's ids."""
    return Random("/".join(map(str, (seed, *scope))))


def drawn_id(draw: Random) -> str:
    """A UUID in the shape of version 4 (RFC 9562), drawn and therefore the same for the same seed."""
    return str(UUID(int=draw.getrandbits(128), version=4))


def moved(instant: str, *, minutes: float) -> str:
    """The instant (UTC, six decimals, Z) moved by minutes."""
    return clock.stamp(datetime.fromisoformat(instant) + timedelta(minutes=minutes))


class Publisher:
    """An agency that makes events and signs them.

    >>> event = publisher.event("referral.ReferralAccepted", case_id, {...}, time=now, actor="sw-2", unit="unit-1")
    >>> record = publisher.sign(event)
    """

    def __init__(self, agency: str, signer: SeedSigner, *, ledger: str, seed: int = 0) -> None:
        self.agency, self.signer, self.ledger = agency, signer, ledger
        self._draw = draws(seed, ledger, agency)

    def event(
        self,
        type_name: str,
        stream: str,
        data: Mapping[str, Any],
        *,
        time: str,
        actor: str,
        unit: str,
        event_id: str | None = None,
    ) -> dict[str, Any]:
        """The CloudEvent of a known type (`referral.ReferralAccepted`); its id is drawn unless one is handed in."""
        return {
            "specversion": "1.0",
            "id": event_id or drawn_id(self._draw),
            "source": self.agency,
            "type": by_name[type_name].wire,
            "subject": stream,
            "time": time,
            "unit": unit,
            "actor": actor,
            "data": dict(data),
        }

    def sign(self, event: Mapping[str, Any]) -> bytes:
        """The event as the agency sends it: a compact JWS."""
        return submission.sign(event, ledger=self.ledger, signer=self.signer)

    def forge(self, event: Mapping[str, Any], victim: Publisher) -> bytes:
        """The event under the key id of `victim`, signed with this agency's key: what a forger would send."""
        return submission.sign(event, ledger=self.ledger, signer=_Impostor(victim.signer.kid, self.signer))


class _Impostor:
    """Signs with one key and names another."""

    def __init__(self, kid: str, signer: Signer) -> None:
        self.kid, self._signer = kid, signer

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature by the other key."""
        return self._signer.sign(message)


def publishers(signers: Mapping[str, SeedSigner], *, ledger: str, seed: int = 0) -> dict[str, Publisher]:
    """A publisher for each agency that has a key."""
    return {agency: Publisher(agency, signer, ledger=ledger, seed=seed) for agency, signer in signers.items()}
