"""The server tells the app that it ends before it waits for what is under way: event streams end, nobody is cut off.

uvicorn closes what is idle, waits for the rest, and only then lets the app's lifespan end; an event stream would be
under way for ever.
"""

from __future__ import annotations

import socket

import uvicorn

from infra.api.app import Api

GRACE_SECONDS = 12


class ApiServer(uvicorn.Server):
    """Serves one app."""

    def __init__(self, app: Api, *, port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, streams first."""
        self._app.state.service.end()
        await super().shutdown(sockets)
