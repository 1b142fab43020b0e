"""Reads over HTTP by 50 clients at once, beside an app that reads nothing; and a case as it was, beside as it is.

One API process over the whole ledger, nothing else running but its clients, PostgreSQL and Kafka on the same cores.
Every client asks again as soon as it is answered. The mix is that of a desk: `MIX`, by four agencies in turn, over
cases drawn by a hash of their ids; one of five reads is of a case that the reader has already (304). As of is asked by
one client, half by position and half by time, in the middle of what the agency was told of each case.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, cycle, islice
from statistics import quantiles
from typing import NamedTuple

import psycopg

from bench.figures import Figure
from bench.place import Place, until
from bench.readers import Asked, Plan, Read, read
from bench.workload import AGENCIES
from infra.api import keys
from infra.local.folders import free_port

CLIENTS = 50
CASES = 500
"""Cases of each agency that are read."""
MIX = ("case", "timeline", "known case", "case", "worklist", "case", "known case", "cases", "timeline", "referrals")
UNLIMITED = {"read_rate": 1e9, "read_burst": 10**9}

_DRAWN = """
WITH drawn AS (SELECT case_id FROM caseload WHERE agency = %(agency)s ORDER BY md5(case_id) LIMIT %(count)s)
SELECT case_id, partition, (array_agg(pos ORDER BY pos))[(count(*) + 1) / 2],
       (array_agg(timeline.at ORDER BY pos))[(count(*) + 1) / 2]
FROM timeline JOIN drawn USING (case_id) WHERE agency = %(agency)s GROUP BY case_id, partition ORDER BY md5(case_id)
"""


class Case(NamedTuple):
    """A case as an agency may ask for it: position and instant in the middle of what it was told."""

    headers: dict[str, str]
    case_id: str
    partition: int
    pos: int
    at: str

    @property
    def path(self) -> str:
        """The case's route."""
        return f"/v1/cases/{self.case_id}"


def figures(place: Place, seconds: int) -> list[Figure]:
    """Reads of the views as they are, then of one case as it was."""
    cases = list(_drawn(place))
    with _api(place, cases[0]) as port:
        asked = [_asked(port, kind, case) for kind, case in zip(cycle(MIX), cases, strict=False)]
        found = read(Plan(port, CLIENTS, seconds, asked))
        earlier = read(Plan(port, 1, seconds, list(chain.from_iterable(map(_as_of, cases, cycle((0, 1)))))))
    return [*_beside(found, _bare(place, found, seconds, asked)), *_earlier(earlier)]


def _drawn(place: Place) -> Iterator[Case]:
    """Cases of each agency in turn, with its key."""
    of_agency = []
    with psycopg.connect(place.settings.database_url) as c:
        for agency in AGENCIES:
            headers = {"Authorization": f"Bearer {keys.create(place.settings.database_url, agency)}"}
            drawn = c.execute(_DRAWN.encode(), {"agency": agency, "count": CASES}).fetchall()
            of_agency.append([Case(headers, *row) for row in drawn])
    # Each round begins with another agency: 10 reads of the mix and 4 agencies would always meet in the same way.
    turns = zip(*(cycle(cases) for cases in of_agency), strict=True)
    return islice(chain.from_iterable(turn[at % 4 :] + turn[: at % 4] for at, turn in enumerate(turns)), 4 * CASES)


@contextmanager
def _api(place: Place, case: Case) -> Iterator[int]:
    """The API's port, once it answers."""
    port = free_port(set())
    with place.process("infra.api", api_port=port, **UNLIMITED):
        until(lambda: _status(port, case) == 200)
        yield port


def _status(port: int, case: Case) -> int:
    try:
        return _get(port, case)[0]
    except OSError:
        return 0


def _get(port: int, case: Case) -> tuple[int, str]:
    """Status and tag of a case."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", case.path, headers=case.headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.headers.get("ETag", "")


def _asked(port: int, kind: str, case: Case) -> Asked:
    if kind == "known case":
        return Asked(kind, case.path, case.headers | {"If-None-Match": _get(port, case)[1]})
    path = {"case": case.path, "timeline": f"{case.path}/timeline"}.get(kind, f"/v1/{kind}")
    return Asked(kind, path, case.headers)


def _as_of(case: Case, by_time: int) -> Iterator[Asked]:
    """A case and its timeline as they are, and as they were."""
    at = case.at if by_time else f"{case.partition}-{case.pos}"
    for kind, path in (("case", case.path), ("timeline", f"{case.path}/timeline")):
        yield Asked(kind, path, case.headers)
        yield Asked(f"{kind} as of", f"{path}?at={at}", case.headers)


def _bare(place: Place, found: Read, seconds: int, asked: list[Asked]) -> Read:
    """The same requests to the app that reads nothing."""
    port = free_port(set())
    with place.process("bench.bare", str(port), json.dumps(found.sizes)):
        until(lambda: _status(port, Case({}, "none", 0, 0, "")) == 200)
        return read(Plan(port, CLIENTS, seconds, asked))


def _beside(ours: Read, bare: Read) -> list[Figure]:
    peer = "bare handler, same size"
    own, theirs = _cuts(ours.all), _cuts(bare.all)
    whole = [
        Figure(f"reads: {CLIENTS} clients", ours.rate, "reads/s", peer, bare.rate),
        Figure(f"reads: {CLIENTS} clients, p50", own[49], "ms", peer, theirs[49]),
        Figure(f"reads: {CLIENTS} clients, p99", own[98], "ms", peer, theirs[98], "<= 50"),
    ]
    return whole + [Figure(f"reads: {kind}, p99", _cuts(ours.ms[kind])[98], "ms") for kind in sorted(ours.ms)]


def _earlier(found: Read) -> list[Figure]:
    figures = []
    for kind in ("case", "timeline"):
        then, now = _cuts(found.ms[f"{kind} as of"]), _cuts(found.ms[kind])
        figures.append(Figure(f"as of: one {kind}, p50", then[49], "ms", "as it is", now[49]))
        figures.append(Figure(f"as of: one {kind}, p99", then[98], "ms", "as it is", now[98], "<= 100"))
    return figures


def _cuts(values: list[float]) -> list[float]:
    return quantiles(values, n=100)
