"""A new client asks about its topic at once.

The rule: what a client of kafka-python 3.0.12 learns first, of the brokers and of no topic, does not count as an answer
about its topic, for which it would wait a tenth of a second before it asks again. A process that starts opens a dozen
clients, a command several. Called by kafka-python for each client that `infra.kafka.brokers` has options for.
"""

from __future__ import annotations

from typing import Any

from kafka.net.compat import KafkaNetClient

GREETINGS = 3
"""It may hear of the brokers twice, as the first connection is given up for another, before it hears of its topic."""


class PromptClient(KafkaNetClient):  # type: ignore[misc]
    """The network client of a consumer, producer or admin client."""

    def __init__(self, **configs: Any) -> None:
        super().__init__(**configs)
        self._heard = 0
        self.cluster.add_listener(self._hears)

    def _hears(self, cluster: Any) -> None:
        """From the fourth answer on, the pause is kept also for a topic that is not there."""
        self._heard += 1
        if self._heard <= GREETINGS and not cluster.topics():
            cluster._last_refresh_ms = 0
