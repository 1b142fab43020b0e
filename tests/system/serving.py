"""The API over a ledger under test, served in a thread, with a key and a signer for each of three agencies."""

from __future__ import annotations

import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from domain.record.signing import SeedSigner
from domain.submission import sign
from infra import clock, founding, keys
from infra.api import keys as api_keys
from infra.api.app import build
from infra.api.server import ApiServer
from infra.settings import Settings
from projections.all_views import VIEWS
from projections.engine import View, columns
from system.running import rows, until

POLICE, HOTLINE, STRANGER = "mn.npa", "mn.hotline108", "mn.mgec"
CATEGORIES = {POLICE: ["police"], HOTLINE: ["hotline"], STRANGER: ["ngo_shelter"]}
JOSE = {"Content-Type": "application/jose"}
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Made once: httpx reads the machine's certificates for each request anew, for which there is no use here."""
SECRET = "REFUSED-CONTENT-5c1e"
"""What stands in submitted content and nowhere else."""


EMPTY = dict.fromkeys(("about", "services_by"), "'{}'") | dict.fromkeys(
    ("stays", "plan_services", "asked", "examined"), "'[]'"
)
"""Columns of JSON, with what they hold where there is nothing."""


def _table(view: View) -> str:
    """A view's columns as the projector makes them, of which a test fills those that it is about."""
    empty = {"text": "''", "bigint": "0"}
    made = ", ".join(f"{name} {kind} NOT NULL DEFAULT {EMPTY.get(name, empty[kind])}" for name, kind in columns(view))
    return f"CREATE TABLE {view.name} ({made});\n"


TABLES = "".join(_table(view) for view in VIEWS.values())
READABLE = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY ('{{{}}}')
    LOOP EXECUTE format('GRANT SELECT ON %I TO %I', name, current_database() || '_api'); END LOOP;
END $$
""".format(",".join(name for name, view in VIEWS.items() if getattr(view, "reads", "nobody") != "nobody"))
"""What the API reads, also where a test has made it."""


class Log:
    """Keeps what the service logs."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def info(self, event: str, **members: Any) -> None:
        self.lines.append({"event": event, **members})

    error = info


@dataclass
class Api:
    """A running API with a key for each agency."""

    url: str
    ledger: Settings
    log: Log
    keys: dict[str, str] = field(default_factory=dict)
    signers: dict[str, SeedSigner] = field(default_factory=dict)

    def ask(self, method: str, path: str, agency: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys[agency]}"} if agency else {}
        headers |= options.pop("headers", {})
        return httpx.request(method, self.url + path, headers=headers, timeout=20, verify=NO_TLS, **options)

    def get(self, path: str, agency: str | None = None, **options: Any) -> httpx.Response:
        return self.ask("GET", path, agency, **options)

    def post(self, body: bytes, agency: str, query: str = "", headers: Mapping[str, str] = JOSE) -> httpx.Response:
        return self.ask("POST", f"/v1/submissions{query}", agency, content=body, headers=dict(headers))

    def signed(self, agency: str, **changes: Any) -> bytes:
        return sign(indicator(agency, **changes), ledger=self.ledger.ledger_id, signer=self.signers[agency])

    def sql(self, text: str, *values: Any) -> None:
        with psycopg.connect(self.ledger.database_url, autocommit=True) as connection:
            connection.execute(text.encode(), values or None)
            connection.execute(READABLE.encode())

    def has_looked(self, statement: bytes) -> bool:
        """Was this the last that a connection of the API asked, and is it answered?"""
        asked = " ".join(statement.decode().split()[:6])
        sql = (
            "SELECT regexp_replace(query, '\\s+', ' ', 'g') FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_database() || '_api' AND state = 'idle'"
        )
        return any(query.strip().startswith(asked) for (query,) in rows(self.ledger.database_url, sql))

    def add(self, view: str, **values: Any) -> None:
        """A row of a view of `TABLES`, of which only what matters is said."""
        self.sql(
            f"INSERT INTO {view} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})", *values.values()
        )


def indicator(agency: str, **changes: Any) -> dict[str, Any]:
    data = {
        "victim_id": str(uuid.uuid4()),
        "report_channel": "hotline_108",
        "indicator_codes": ["debt_bondage"],
        "reporter_role": "hotline_operator",
        "aimag": "MN-1",
    }
    event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": agency, "subject": str(uuid.uuid4())}
    kind = "mn.tamga.identification.indicator_reported.v1"
    return event | {"type": kind, "time": clock.now(), "unit": "duty", "actor": "officer-1", "data": data} | changes


class Server(ApiServer):
    """The API's server in a thread."""

    def __init__(self, settings: Settings, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(build(settings, log, clock))
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> str:
        self.thread.start()
        until(lambda: self.started, what="the API")
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self.thread.join()


@contextmanager
def serving(ledger: Settings, clock: Callable[[], float] = time.monotonic) -> Iterator[Api]:
    """The API over a fresh ledger in which the agencies are enrolled."""
    found = Api("", ledger, Log())
    registrations = founding.Registrations(ledger, founding.root_signers(ledger))
    for agency, categories in CATEGORIES.items():
        found.signers[agency] = keys.create(ledger.data / f"{agency}.json", f"{agency}-1")
        registrations.enrol(agency, agency, categories, found.signers[agency])
        found.keys[agency] = api_keys.create(ledger.database_url, agency)
    registrations.close()
    with Server(ledger, found.log, clock) as url:
        found.url = url
        yield found


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The response is this problem, whole, and repeats nothing that was sent."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    found: dict[str, Any] = response.json()
    assert (response.status_code, found["status"], found["code"]) == (status, status, code)
    assert found["type"] == f"urn:tamga:problem:{code}"
    assert found["title"]
    assert found["detail"]
    assert found["do"]
    assert response.headers["cache-control"] == "no-store"
    assert SECRET not in response.text
    assert SECRET not in str(response.headers)
    assert "Traceback" not in response.text
    return found
