"""`python -m bench.readers`: clients that read an API over HTTP/1.1, in a process of its own that costs it little.

Each client keeps one connection, asks the next when the answer is there, and goes round the list from a place of its
own. What is to be asked comes as JSON on stdin (`Plan`), milliseconds by kind go to stdout. An answer other than 200 or
304 ends it: a figure of errors is none. No HTTP library: it would cost more than what is measured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import defaultdict
from typing import Any, NamedTuple

WARM_UP = 2.0
"""Seconds that are not counted."""
_END = b"\r\n\r\n"


class Asked(NamedTuple):
    """One request; `kind` is what its time is counted under."""

    kind: str
    path: str
    headers: dict[str, str]


class Plan(NamedTuple):
    """What is asked of the API on this port, by how many clients at once, for how long."""

    port: int
    clients: int
    seconds: float
    asked: list[Asked]


class Read(NamedTuple):
    """Milliseconds of each read, and the mean size of the answers in bytes, by kind; reads per second of all."""

    ms: dict[str, list[float]]
    sizes: dict[str, int]
    rate: float

    @property
    def all(self) -> list[float]:
        """Milliseconds of every read."""
        return [each for kind in self.ms.values() for each in kind]


def read(plan: Plan) -> Read:
    """Let the clients read, in a process of their own."""
    told = json.dumps(plan).encode()
    ran = subprocess.run([sys.executable, "-m", "bench.readers"], input=told, check=True, stdout=subprocess.PIPE)
    return Read(*json.loads(ran.stdout))


class FailedError(Exception):
    """An answer that is none."""


class Run:
    """What all clients share."""

    def __init__(self, plan: Plan) -> None:
        self.asked = [(each.kind, _request(each)) for each in plan.asked]
        self.counted_from = time.perf_counter() + WARM_UP
        self.until = self.counted_from + plan.seconds
        self.ms: dict[str, list[float]] = defaultdict(list)
        self.sizes: dict[str, int] = defaultdict(int)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, error: Exception) -> None:
        """End the run; of several errors the first says why."""
        if not self.failed.done():
            self.failed.set_exception(error)


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, run: Run, at: int) -> None:
        self._run, self._at, self._held = run, at, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.fail(exc or FailedError("the API has closed a connection"))

    def data_received(self, data: bytes) -> None:
        self._held = self._held + data if self._held else data
        end = self._held.find(_END)
        if end < 0 or len(self._held) < end + len(_END) + _length(self._held[:end]):
            return
        self._note(time.perf_counter(), len(self._held) - end - len(_END))
        self._held = b""
        self._ask()

    def _ask(self) -> None:
        self._kind, request = self._run.asked[self._at % len(self._run.asked)]
        self._at += 1
        self._began = time.perf_counter()
        self._transport.write(request)

    def _note(self, now: float, size: int) -> None:
        if self._held[9:12] not in (b"200", b"304"):
            self._run.fail(FailedError(f"{self._kind}: {self._held.decode(errors='replace')}"))
        if self._began >= self._run.counted_from and now <= self._run.until:
            self._run.ms[self._kind].append((now - self._began) * 1000)
            self._run.sizes[self._kind] += size


def _request(asked: Asked) -> bytes:
    lines = [
        f"GET {asked.path} HTTP/1.1",
        "Host: bench",
        *(f"{name}: {value}" for name, value in asked.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _length(head: bytes) -> int:
    """Bytes of the body: what is not modified has none."""
    named = head.lower().partition(b"content-length:")[2]
    return int(named.partition(b"\r\n")[0]) if named else 0


async def _run(plan: Plan) -> Read:
    run, loop = Run(plan), asyncio.get_running_loop()
    apart = len(plan.asked) // plan.clients or 1
    for number in range(plan.clients):
        await loop.create_connection(lambda at=number * apart: Client(run, at), "127.0.0.1", plan.port)  # type: ignore[misc]
    await asyncio.wait([run.failed], timeout=run.until - time.perf_counter())
    if run.failed.done():
        await run.failed
    sizes = {kind: size // len(run.ms[kind]) for kind, size in run.sizes.items()}
    return Read(run.ms, sizes, sum(map(len, run.ms.values())) / plan.seconds)


def main() -> None:
    """What is asked from stdin, what was measured to stdout."""
    port, clients, seconds, asked = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_run(Plan(port, clients, seconds, [Asked(*each) for each in asked])))))


if __name__ == "__main__":
    main()
