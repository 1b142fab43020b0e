"""Logs are JSON lines on stderr and never hold content: codes, positions and counts only."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(process: str) -> Any:
    """A logger whose lines carry the process's name."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.CRITICAL, stream=sys.stderr, format='{"event": "library", "level": "%(levelname)s"}'
    )
    return structlog.get_logger().bind(process=process)
