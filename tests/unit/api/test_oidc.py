"""A token is taken when its issuer signed it for us and it holds now; every other has its reason, and nothing leaks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from domain.profile import AGENCIES
from domain.roles import ACTS
from domain.sharing import ROLES
from infra.api import issuer as issuer_module
from infra.api.caller import Caller
from infra.api.issuer import is_safe
from infra.api.oidc import MAX_TOKEN, Tokens, misconfigured, tokens
from infra.api.problems import ProblemError
from infra.settings import Settings
from issuer import AUDIENCE, NOW, Issuer


class Clock:
    """Time as the test has it, for tokens and for the cache of keys."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taker(issuer: Issuer, clock: Clock, **changes: Any) -> Tokens:
    settings = Settings(oidc_issuer=issuer.url, oidc_audience=AUDIENCE, **changes)
    return Tokens(settings, issuer_module.Issuer(issuer.url, clock), clock)


def refused(take: Tokens, token: str) -> str:
    """The code with which the token is refused; what it says is in no part of the problem."""
    with pytest.raises(ProblemError) as found:
        asyncio.run(take.caller(token))
    return found.value.code


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA", "Ed25519"])
def test_a_token_says_agency_roles_units_and_officer(issuer: Issuer, clock: Clock, alg: str) -> None:
    found = asyncio.run(taker(issuer, clock).caller(issuer.token(alg)))
    assert found == Caller("mn.npa", "token", frozenset({"officer"}), frozenset({"duty"}), "officer-1", "u-1")
    assert found.settings == ("mn.npa", "|duty|", "|officer|", "officer-1")


def test_claims_have_the_names_that_the_settings_give_them(issuer: Issuer, clock: Clock) -> None:
    take = taker(
        issuer,
        clock,
        oidc_agency_claim="org",
        oidc_roles_claim="groups",
        oidc_units_claim="desk",
        oidc_officer_claim="sub",
    )
    said = {"org": "mn.pgo", "groups": "supervisor auditor everybody-else", "desk": "a b", "tamga_agency": None}
    found = asyncio.run(take.caller(issuer.token(**said)))
    assert (found.agency, found.roles, found.units) == ("mn.pgo", {"supervisor", "auditor"}, {"a", "b"})
    assert found.officer == "u-1"


def test_a_system_acts_for_every_unit_and_needs_no_officer(issuer: Issuer, clock: Clock) -> None:
    said = {"tamga_roles": ["system"], "tamga_units": None, "tamga_officer": None}
    found = asyncio.run(taker(issuer, clock).caller(issuer.token(**said)))
    assert found.settings == ("mn.npa", "|*|", "|system|", "")


CLAIMS: list[tuple[str, dict[str, Any], str]] = [
    ("another issuer", {"iss": "https://elsewhere.example"}, "auth.invalid_token"),
    ("no issuer", {"iss": None}, "auth.invalid_token"),
    ("for another audience", {"aud": "another"}, "auth.invalid_token"),
    ("for several others", {"aud": ["another", "third"]}, "auth.invalid_token"),
    ("no audience", {"aud": None}, "auth.invalid_token"),
    ("an audience that is no text", {"aud": 1}, "auth.invalid_token"),
    ("expired", {"exp": NOW - 31}, "auth.expired_token"),
    ("no expiry", {"exp": None}, "auth.invalid_token"),
    ("an expiry that is no number", {"exp": "tomorrow"}, "auth.invalid_token"),
    ("not yet valid", {"nbf": NOW + 40}, "auth.invalid_token"),
    ("issued in the future", {"iat": NOW + 40}, "auth.invalid_token"),
    ("not known when issued", {"iat": None}, "auth.invalid_token"),
    ("about nobody", {"sub": None}, "auth.invalid_token"),
    ("no agency", {"tamga_agency": None}, "auth.claims"),
    ("an agency that is a list", {"tamga_agency": ["mn.npa"]}, "auth.claims"),
    ("an agency of another form", {"tamga_agency": "mn.npa|mn.pgo"}, "auth.claims"),
    ("no roles", {"tamga_roles": None}, "auth.no_role"),
    ("roles that there are not", {"tamga_roles": ["root"]}, "auth.no_role"),
    ("roles that are no names", {"tamga_roles": [1]}, "auth.claims"),
    ("roles that are an object", {"tamga_roles": {"officer": True}}, "auth.claims"),
    ("a unit that would be two", {"tamga_units": ["a|b"]}, "auth.claims"),
    ("every unit", {"tamga_units": ["*"]}, "auth.claims"),
    ("an officer without a pseudonym", {"tamga_officer": None}, "auth.claims"),
    ("a pseudonym of another form", {"tamga_officer": "A. Officer"}, "auth.claims"),
    ("a supervisor without a pseudonym", {"tamga_roles": ["supervisor"], "tamga_officer": None}, "auth.claims"),
]


@pytest.mark.parametrize(("said", "code"), [row[1:] for row in CLAIMS], ids=[row[0] for row in CLAIMS])
def test_claims_that_do_not_hold_are_refused(issuer: Issuer, clock: Clock, said: dict[str, Any], code: str) -> None:
    assert refused(taker(issuer, clock), issuer.token(**said)) == code


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("one of several audiences", {"aud": ["another", AUDIENCE]}),
    ("expired within the leeway", {"exp": NOW - 29}),
    ("valid within the leeway", {"nbf": NOW + 29, "iat": NOW + 29}),
    ("an auditor without a pseudonym", {"tamga_roles": ["auditor"], "tamga_officer": None}),
    ("without units", {"tamga_units": None}),
]


@pytest.mark.parametrize("agency", sorted(AGENCIES))
def test_every_agency_of_the_profile_has_people(issuer: Issuer, clock: Clock, agency: str) -> None:
    assert asyncio.run(taker(issuer, clock).caller(issuer.token(tamga_agency=agency))).agency == agency


@pytest.mark.parametrize("said", [row[1] for row in GOOD], ids=[row[0] for row in GOOD])
def test_claims_that_hold_are_taken(issuer: Issuer, clock: Clock, said: dict[str, Any]) -> None:
    assert asyncio.run(taker(issuer, clock).caller(issuer.token(**said))).agency == "mn.npa"


def test_an_issuer_speaks_for_its_agencies_alone(issuer: Issuer, clock: Clock) -> None:
    take = taker(issuer, clock, oidc_agencies="mn.pgo, mn.court")
    assert refused(take, issuer.token()) == "auth.claims"
    assert asyncio.run(take.caller(issuer.token(tamga_agency="mn.court"))).agency == "mn.court"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def made(header: dict[str, Any], claims: dict[str, Any], signature: bytes | None = None, secret: bytes = b"") -> str:
    """A token by hand, with an HMAC under `secret` where no signature is given."""
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    if signature is None:
        signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{b64(signature)}"


def attacks(issuer: Issuer) -> Iterator[tuple[str, str]]:
    """(what, token): each must be refused `auth.invalid_token`."""
    claims = issuer.claims()
    rsa, ec = issuer.keys["rsa"], issuer.keys["ec"]
    good = issuer.token()
    head, body, signature = good.split(".")
    yield "alg none", made({"alg": "none", "kid": "rsa"}, claims, b"")
    yield "alg none in capitals", made({"alg": "NONE", "kid": "rsa"}, claims, b"")
    yield "no alg", made({"kid": "rsa"}, claims, b"")
    for form in ("PEM", "DER"):
        secret = rsa.as_bytes(encoding=form, private=False)
        yield f"HS256 under the public key as {form}", made({"alg": "HS256", "kid": "rsa"}, claims, secret=secret)
    yield "HS256 under a published symmetric key", issuer.token("HS256", issuer.keys["mac"], {"kid": "mac"})
    yield "RS256 with the EC key's name", issuer.token(header={"kid": "ec"}, key=rsa)
    yield "ES256 with the RSA key's name", issuer.token("ES256", ec, {"kid": "rsa"})
    yield "RS512, which is not taken", issuer.token("RS512", rsa)
    yield "PS256, which is not taken", issuer.token("PS256", rsa)
    yield "ES384, which is not taken", issuer.token("ES384", issuer.keys["p384"], {"kid": "p384"})
    yield "a key that is for encryption", issuer.token(key=issuer.keys["enc"], header={"kid": "enc"})
    yield "a key that is for another algorithm", issuer.token(key=issuer.keys["ps"], header={"kid": "ps"})
    yield "a key that is too short", issuer.token(key=issuer.keys["short"], header={"kid": "short"})
    yield "another's key under the same name", issuer.token(key=RSAKey.generate_key(2048))
    yield "another's key of the other kind", issuer.token("ES256", ECKey.generate_key("P-256"))
    own = RSAKey.generate_key(2048, {"kid": "own"})
    yield "a key in the header", issuer.token(key=own, header={"jwk": own.as_dict(private=False), "kid": None})
    yield "a key that the header leads to", issuer.token(key=own, header={"jku": "http://127.0.0.1:9/", "kid": "own"})
    yield "a name that no key has", issuer.token(header={"kid": "gone"})
    yield "a name that is no text", made({"alg": "RS256", "kid": 7}, claims, b"x" * 256)
    yield "no name where several keys may be meant", issuer.token(header={"kid": None})
    yield "another kind of token", issuer.token(header={"typ": "logout+jwt"})
    yield "a header that must be understood", issuer.token(header={"crit": ["x"], "x": 1})
    yield "other claims under the signature", f"{head}.{b64(json.dumps(claims | {'sub': 'u-2'}).encode())}.{signature}"
    yield "no signature", f"{head}.{body}."
    yield "claims that are no object", f"{head}.{b64(b'[]')}.{signature}"
    yield "no JSON", f"{b64(b'{')}.{body}.{signature}"
    yield "no base64url", f"{head}.{body}.\u00e9"
    yield "nothing", ".."
    yield "too long", issuer.token(padding="x" * MAX_TOKEN)
    yield "four parts", f"{good}.{signature}"
    yield "symmetric", issuer.token("HS256", OctKey.generate_key(256), {"kid": "rsa"})


def test_no_attack_on_a_token_is_taken(issuer: Issuer, clock: Clock) -> None:
    issuer.add("mac", "oct", 256, alg="HS256")
    issuer.add("p384", "EC", "P-384")
    issuer.add("enc", "RSA", 2048, use="enc")
    issuer.add("ps", "RSA", 2048, alg="PS256")
    issuer.add("short", "RSA", 1024)
    take = taker(issuer, clock)
    assert asyncio.run(take.caller(issuer.token())).agency == "mn.npa"
    found = {what: refused(take, token) for what, token in attacks(issuer)}
    assert found == dict.fromkeys(found, "auth.invalid_token")


def test_a_token_without_a_key_name_is_taken_where_one_key_is_meant(issuer: Issuer, clock: Clock) -> None:
    assert asyncio.run(taker(issuer, clock).caller(issuer.token("ES256", header={"kid": None}))).agency == "mn.npa"


def test_keys_are_kept_and_read_anew_when_one_is_not_known(issuer: Issuer, clock: Clock) -> None:
    async def story() -> None:
        take = taker(issuer, clock)
        for _ in range(5):
            await take.caller(issuer.token())
        assert issuer.asked["/keys"] == 1
        old = issuer.token()
        issuer.keys = {}
        issuer.add("next", "RSA", 2048)
        clock.now += issuer_module.ASK_SECONDS + 1
        fresh = issuer.token(key=issuer.keys["next"], header={"kid": "next"})
        assert (await take.caller(fresh)).agency == "mn.npa"
        assert issuer.asked["/keys"] == 2
        with pytest.raises(ProblemError):
            await take.caller(old)

    asyncio.run(story())


def test_names_that_nobody_knows_do_not_flood_the_issuer(issuer: Issuer, clock: Clock) -> None:
    async def story() -> None:
        take = taker(issuer, clock)
        for number in range(20):
            with pytest.raises(ProblemError):
                await take.caller(issuer.token(header={"kid": f"none-{number}"}))
        await asyncio.gather(*(take.caller(issuer.token()) for _ in range(5)))

    asyncio.run(story())
    assert issuer.asked["/keys"] == 1


def test_while_the_issuer_is_away_known_keys_hold_for_an_hour(issuer: Issuer, clock: Clock) -> None:
    async def story() -> None:
        take = taker(issuer, clock)
        await take.caller(issuer.token())
        issuer.away = True
        clock.now += issuer_module.FRESH_SECONDS + 1
        assert (await take.caller(issuer.token(exp=NOW + 9000))).agency == "mn.npa"
        clock.now += issuer_module.STALE_SECONDS
        with pytest.raises(ProblemError, match=r"service\.issuer_away"):
            await take.caller(issuer.token(exp=NOW + 9000))
        issuer.away = False
        clock.now += issuer_module.ASK_SECONDS + 1
        assert (await take.caller(issuer.token(exp=NOW + 9000))).agency == "mn.npa"

    asyncio.run(story())


DOCUMENTS: list[tuple[str, str, Any]] = [
    ("another issuer's configuration", "/.well-known/openid-configuration", {"issuer": "https://x.example"}),
    ("keys that are fetched in the open", "/.well-known/openid-configuration", {"jwks_uri": "http://x.example/keys"}),
    ("no keys", "/keys", {}),
    ("keys that are no list", "/keys", {"keys": 1}),
    ("keys that are no objects", "/keys", {"keys": [1]}),
    ("no object", "/keys", []),
    ("more than anybody reads", "/keys", {"keys": ["x" * issuer_module.MAX_BYTES]}),
]


@pytest.mark.parametrize(("path", "said"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_an_issuer_that_says_something_else_is_away(issuer: Issuer, clock: Clock, path: str, said: Any) -> None:
    whole = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
    issuer.documents[path] = whole | said if "well-known" in path else said
    assert refused(taker(issuer, clock), issuer.token()) == "service.issuer_away"


def test_a_key_of_an_unknown_kind_leaves_the_others(issuer: Issuer, clock: Clock) -> None:
    keys = [key.as_dict(private=False) for key in issuer.keys.values()]
    issuer.documents["/keys"] = {"keys": [{"kty": "AKP", "kid": "new"}, {"kty": "RSA", "kid": "broken"}, *keys]}
    assert asyncio.run(taker(issuer, clock).caller(issuer.token())).agency == "mn.npa"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example/realms/police", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost/x", True),
        ("http://login.example", False),
        ("file:///etc/passwd", False),
        ("ftp://127.0.0.1/keys", False),
        ("https://", False),
        ("http://[", False),
    ],
)
def test_an_issuer_is_asked_over_https_or_on_this_machine(url: str, safe: bool) -> None:
    assert is_safe(url) == safe


def test_settings_that_would_take_tokens_for_anybody_are_refused() -> None:
    assert tokens(Settings()) is None
    assert misconfigured(Settings()) == ""
    assert "TAMGA_OIDC_AUDIENCE" in misconfigured(Settings(oidc_issuer="https://login.example"))
    assert "TAMGA_OIDC_ISSUER" in misconfigured(Settings(oidc_issuer="http://login.example", oidc_audience="tamga"))
    assert misconfigured(Settings(oidc_issuer="https://login.example", oidc_audience="tamga")) == ""


def test_the_roles_that_may_do_something_are_those_that_read_something() -> None:
    assert ACTS.keys() == ROLES.keys()
