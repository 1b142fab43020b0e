"""A bearer token is taken when its issuer signed it for us, it holds at this moment, and it says who asks.

RFC 9068 and OpenID Connect Core 1.0 as far as they concern a resource server: the algorithm is one of four and fits
the kind of the issuer's key, whatever the header says; `iss`, `aud`, `exp`, `iat`, `sub` are there and right, `nbf` and
`exp` within 30 seconds. What a token says of itself is never repeated in an answer or a log.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from domain.record.entry import unb64u
from domain.registry.forms import TOKEN
from domain.roles import ACTS, PERSONAL, SYSTEM
from infra.api.caller import EVERY_UNIT, Caller
from infra.api.issuer import Issuer, IssuerAwayError, is_safe
from infra.api.problems import ProblemError
from infra.settings import Settings

LEEWAY_SECONDS = 30
MAX_TOKEN = 8 * 1024
KINDS: Mapping[str, type[Key]] = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey, "Ed25519": OKPKey}
"""The algorithms that are taken, each with the kind of key that it goes with."""

_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_AGENCY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_REGISTRY = JWSRegistry(algorithms=list(KINDS), strict_check_header=False)


class Tokens:
    """Takes the tokens of one issuer. `now` is in seconds since 1970."""

    def __init__(self, settings: Settings, issuer: Issuer, now: Callable[[], float] = time.time) -> None:
        self._settings, self._issuer = settings, issuer
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    async def caller(self, token: str) -> Caller:
        """Who asks. Raises the problems `auth.invalid_token`, `auth.expired_token`, `auth.claims`, `auth.no_role`."""
        alg, kid = _header(token)
        try:
            key = await self._issuer.key(kid, KINDS[alg])
        except IssuerAwayError:
            raise ProblemError("service.issuer_away") from None
        if key is None or not _fits(key, alg):
            raise ProblemError("auth.invalid_token")
        return self._said(self._checked(token, key, alg))

    def _checked(self, token: str, key: Key, alg: str) -> dict[str, Any]:
        """The claims, once signature and times hold."""
        try:
            with warnings.catch_warnings():
                # RFC 9864 renames EdDSA; issuers go on to write it, and the curve is pinned by `_fits`.
                warnings.simplefilter("ignore", SecurityWarning)
                claims = jwt.decode(token, key, algorithms=[alg], registry=_REGISTRY).claims
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise ProblemError("auth.expired_token") from None
        except (JoseError, ValueError, TypeError):
            raise ProblemError("auth.invalid_token") from None
        return dict(claims)

    def _said(self, claims: Mapping[str, Any]) -> Caller:
        """The caller that the claims speak of."""
        s = self._settings
        agency, officer = claims.get(s.oidc_agency_claim), claims.get(s.oidc_officer_claim, "")
        if not isinstance(agency, str) or not _AGENCY.match(agency):
            raise ProblemError("auth.claims", paths=[s.oidc_agency_claim])
        allowed = {name.strip() for name in s.oidc_agencies.split(",") if name.strip()}
        if allowed and agency not in allowed:
            raise ProblemError("auth.claims", paths=[s.oidc_agency_claim])
        roles = _names(claims, s.oidc_roles_claim) & ACTS.keys()
        if not roles:
            raise ProblemError("auth.no_role", paths=[s.oidc_roles_claim])
        if not isinstance(officer, str) or not (TOKEN.match(officer) if officer else roles.isdisjoint(PERSONAL)):
            raise ProblemError("auth.claims", paths=[s.oidc_officer_claim])
        units = frozenset({EVERY_UNIT}) if SYSTEM in roles else _names(claims, s.oidc_units_claim)
        return Caller(agency, "token", frozenset(roles), units, officer, str(claims["sub"]))


def tokens(settings: Settings) -> Tokens | None:
    """What takes the tokens of the issuer that the settings name; None when they name none."""
    return Tokens(settings, Issuer(settings.oidc_issuer)) if settings.oidc_issuer else None


def misconfigured(settings: Settings) -> str:
    """The setting that must be put right before tokens can be taken; '' when none."""
    if settings.oidc_issuer and not is_safe(settings.oidc_issuer):
        return "TAMGA_OIDC_ISSUER is an https URL"
    if settings.oidc_issuer and not settings.oidc_audience:
        return "TAMGA_OIDC_AUDIENCE is not set, and an issuer is"
    return ""


def _header(token: str) -> tuple[str, str | None]:
    """(alg, kid) of a token whose header may be taken; nothing in it is believed before the signature holds."""
    try:
        header = orjson.loads(unb64u(token.split(".", 1)[0])) if len(token) <= MAX_TOKEN else None
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("alg") not in KINDS:
        raise ProblemError("auth.invalid_token")
    kid, kind = header.get("kid"), header.get("typ", "JWT")
    if not isinstance(kid, str | None) or not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise ProblemError("auth.invalid_token")
    return header["alg"], kid


def _fits(key: Key, alg: str) -> bool:
    """Is the key for this algorithm, by what it is and by what its issuer says of it?"""
    curve = {"ES256": "P-256", "EdDSA": "Ed25519", "Ed25519": "Ed25519"}.get(alg)
    said = key.get("alg")
    known = said is None or said == alg or {said, alg} <= {"EdDSA", "Ed25519"}
    return known and (curve is None or getattr(key, "curve_name", None) == curve)


def _names(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The names in a claim, a list or parted by blanks; a name of another form makes the claim wrong."""
    found = claims.get(claim, [])
    names = found.split() if isinstance(found, str) else found
    if not isinstance(names, list) or not all(isinstance(name, str) and TOKEN.match(name) for name in names):
        raise ProblemError("auth.claims", paths=[claim])
    return frozenset(names)
