"""`python -m bench.bare PORT SIZES`: the peer of reads, an app of the same framework that reads nothing.

The same routes by the same server answer a constant JSON of the size that the API's answers had (`SIZES`: JSON, bytes
by kind), without a caller, a database or a rule: what is between the two is the product's. Called by `bench.reads`.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Awaitable, Callable

import uvicorn
from fastapi import FastAPI, Response

ROUTES = {
    "cases": "/v1/cases",
    "case": "/v1/cases/{case_id}",
    "known case": "/v1/cases/{case_id}",
    "timeline": "/v1/cases/{case_id}/timeline",
    "worklist": "/v1/worklist",
    "referrals": "/v1/referrals",
}
"""The route of each kind of read."""


def app(sizes: dict[str, int]) -> FastAPI:
    """The routes with their constants."""
    made = FastAPI(openapi_url=None)
    for kind, size in sizes.items():
        made.get(ROUTES[kind])(_constant(json.dumps({"constant": "x" * (size - 16)}).encode() if size else b""))
    return made


def _constant(body: bytes) -> Callable[[], Awaitable[Response]]:
    async def answered() -> Response:
        return Response(body, media_type="application/json")

    return answered


def main() -> None:
    """Serve until told to stop."""
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app(json.loads(sys.argv[2])), log_config=None, access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
