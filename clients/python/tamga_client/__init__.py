"""An agency's client of Tamga, the interagency ledger of a child-protection partnership.

Sign and submit with `Client`, or write to an `Outbox` in your own transaction and let a `Sender` bring it to the
ledger; read what concerns you with `Feed`. The event types are in `tamga_client.events`, Kafka in `tamga_client.kafka`
(extra `kafka`). README.md builds a small agency system with all of them.
"""

from tamga_client.client import Client
from tamga_client.errors import (
    AccessDeniedError,
    FeedError,
    InvalidEventError,
    NotJudgedError,
    ProblemError,
    SigningKeyError,
    TamgaError,
    UnreachableError,
    WebhookError,
)
from tamga_client.event import Event
from tamga_client.feed import Feed, FeedOutcomes, Message, Place, Positions
from tamga_client.http import Http
from tamga_client.ids import instant, new_id, random_id
from tamga_client.outbox import Outbox
from tamga_client.outcomes import Admitted, Duplicate, Judged, Lost, Outcomes, Pending, Refused, Submitter
from tamga_client.positions import SqlPositions, SqlWebhooks
from tamga_client.sender import Sender
from tamga_client.signing import Signed, Signer
from tamga_client.webhooks import verify_webhook

__version__ = "0.1.0"

__all__ = [
    "AccessDeniedError",
    "Admitted",
    "Client",
    "Duplicate",
    "Event",
    "Feed",
    "FeedError",
    "FeedOutcomes",
    "Http",
    "InvalidEventError",
    "Judged",
    "Lost",
    "Message",
    "NotJudgedError",
    "Outbox",
    "Outcomes",
    "Pending",
    "Place",
    "Positions",
    "ProblemError",
    "Refused",
    "Sender",
    "Signed",
    "Signer",
    "SigningKeyError",
    "SqlPositions",
    "SqlWebhooks",
    "Submitter",
    "TamgaError",
    "UnreachableError",
    "WebhookError",
    "instant",
    "new_id",
    "random_id",
    "verify_webhook",
]
