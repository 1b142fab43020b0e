"""An OpenID Connect issuer on loopback: it signs what a test tells it to, rotates its keys, and counts who asks.

It is as small as an issuer can be that a resource server takes for one: discovery document and key set over HTTP, RSA,
EC and Ed25519 keys, tokens with any header and claims.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

AUDIENCE = "tamga"
NOW = 1_800_000_000


_ANY = HeaderParameter("x", "int")


def _bare(key: Key) -> Key:
    """The key without what is said of its use: an attacker's library would not ask either."""
    said = {name: value for name, value in key.as_dict(private=True).items() if name not in ("use", "alg")}
    return type(key).import_key(said)


class Issuer:
    """`asked` counts requests by path; `away`: it answers 500; `documents` replaces what stands at a path."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        self.asked: Counter[str] = Counter()
        self.away = False
        self.documents: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        for kid, kind, size in (("rsa", "RSA", 2048), ("ec", "EC", "P-256"), ("ed", "OKP", "Ed25519")):
            self.add(kid, kind, size)

    @property
    def url(self) -> str:
        """The issuer's identifier."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Issuer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def add(self, kid: str, kind: str, size: Any, **parameters: Any) -> Key:
        """Draw a key and publish it."""
        kinds = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey, "oct": OctKey}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # also keys that are too short
            key: Key = kinds[kind].generate_key(size, {"kid": kid, "use": "sig"} | parameters)
        self.keys[kid] = key
        return key

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of an officer of the police, good at `NOW`; None takes one out."""
        said = {"iss": self.url, "aud": AUDIENCE, "sub": "u-1", "iat": NOW - 10, "exp": NOW + 300}
        said |= {"tamga_agency": "mn.npa", "tamga_roles": ["officer"], "tamga_units": ["duty"]}
        said |= {"tamga_officer": "officer-1"} | changes
        return {name: value for name, value in said.items() if value is not None}

    def token(
        self, alg: str = "RS256", key: Key | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A token signed by the published key for the algorithm, or by `key`."""
        kid = {"RS256": "rsa", "ES256": "ec", "EdDSA": "ed", "Ed25519": "ed"}.get(alg, "rsa")
        said = {"alg": alg, "kid": kid, "typ": "JWT"} | (header or {})
        said = {name: value for name, value in said.items() if value is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has another name by now
            registry = JWSRegistry({"x": _ANY}, algorithms=[alg], strict_check_header=False)
            return jwt.encode(said, self.claims(**changes), _bare(key or self.keys[kid]), registry=registry)

    def _document(self, path: str) -> Any:
        if path in self.documents:
            return self.documents[path]
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        if path == "/keys":
            return {"keys": [key.as_dict(private=key.key_type == "oct") for key in self.keys.values()]}
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked[self.path] += 1
                found = issuer._document(self.path)
                self.send_response(500 if issuer.away else 404 if found is None else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            def log_message(self, *_: object) -> None:
                """Nothing on stderr."""

        return Handler
