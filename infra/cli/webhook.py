"""`tamga webhook`: who is sent its feed over HTTPS; a secret is shown once, when it is made.

What a receiver is sent, and how it checks it, is said in `docs/reference/webhooks.md`.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli.agency import Id
from infra.cli.output import Json, MistakeError, opened, result, table
from infra.webhooks import guard, secrets, subscriptions

app = typer.Typer(no_args_is_help=True, help="Feeds that are sent to agencies' own addresses.")
dead = typer.Typer(no_args_is_help=True, help="Messages that nobody took.")
app.add_typer(dead, name="dead")

Number = Annotated[int, typer.Argument(min=1, help="The subscription's number, as `tamga webhook list` shows it.")]


@app.command()
def add(
    agency: Id,
    url: Annotated[str, typer.Argument(help="Where its system takes messages, such as https://system.example/tamga.")],
    only: Annotated[
        list[str] | None, typer.Option(help="A kind or a type, such as referral.ReferralRequested; once for each.")
    ] = None,
    from_start: Annotated[bool, typer.Option(help="Begin with all that the agency was ever told.")] = False,
    as_json: Json = False,
) -> None:
    """Send an agency its feed; shows the secret that signs it, once."""
    with opened() as world:
        if agency not in world.registry.registry.agencies:
            raise MistakeError(f"{agency} is not enrolled: see `tamga agency list`")
        allowed = guard.networks(world.settings.webhook_networks)
        id, secret = subscriptions.add(
            world.pool,
            agency,
            url,
            wants=only or [],
            allowed=allowed,
            from_start=from_start,
            derive=secrets.made(world.settings),
        )
    lines = [f"webhook {id} sends {agency} its feed", f"its secret, shown this once: {secret}"]
    result({"webhook": id, "agency": agency, "secret": secret}, as_json, lines)


@app.command("list")
def list_(
    agency: Annotated[str, typer.Argument(help="The agency's id; by default all.")] = "", as_json: Json = False
) -> None:
    """The subscriptions, how far behind each is, and what was wrong with the last try."""
    with opened() as world:
        found = subscriptions.listing(world.pool, agency)
    rows = [(w.id, w.agency, w.url, ", ".join(w.wants), _state(w), w.secrets, w.behind, w.error, w.dead) for w in found]
    columns = ("webhook", "agency", "url", "only", "state", "secrets", "behind", "error", "dead")
    result({"webhooks": found}, as_json, table("webhooks", columns, rows))


@app.command()
def rotate(
    webhook: Number,
    keep_hours: Annotated[float, typer.Option(min=0, help="How long the secret before signs beside the new one.")] = 24,
    as_json: Json = False,
) -> None:
    """Give a subscription a new secret, shown once; both sign until the one before ends."""
    with opened() as world:
        secret = subscriptions.rotate(
            world.pool, webhook, keep_hours=keep_hours, derive=secrets.made(world.settings)
        )  # fmt: skip
    line = f"the new secret of webhook {webhook}, shown this once: {secret}"
    result({"webhook": webhook, "secret": secret}, as_json, [line])


@app.command()
def pause(webhook: Number, as_json: Json = False) -> None:
    """Send nothing more until it is resumed; nothing is lost meanwhile."""
    with opened() as world:
        subscriptions.pause(world.pool, webhook)
    _told({"webhook": webhook, "state": "paused"}, as_json, f"webhook {webhook} is paused")


@app.command()
def resume(webhook: Number, as_json: Json = False) -> None:
    """Go on from where a subscription stands: one that was paused or has ended, or one whose next try is far off."""
    with opened() as world:
        subscriptions.resume(world.pool, webhook)
    _told({"webhook": webhook, "state": "active"}, as_json, f"webhook {webhook} sends from where it stood")


@app.command()
def remove(webhook: Number, as_json: Json = False) -> None:
    """Forget a subscription, with its dead letters."""
    with opened() as world:
        subscriptions.remove(world.pool, webhook)
    _told({"webhook": webhook, "state": "removed"}, as_json, f"webhook {webhook} is removed")


@dead.command("list")
def list_dead(
    webhook: Annotated[int, typer.Argument(min=0, help="The subscription's number; by default all.")] = 0,
    as_json: Json = False,
) -> None:
    """The dead letters: which message, how often it was tried, and what was wrong."""
    with opened() as world:
        found = subscriptions.dead_letters(world.pool, webhook)
    columns = ("webhook", "message", "tries", "error", "given up at", "sent again")
    result({"dead": found}, as_json, table("dead letters", columns, found))


@dead.command()
def retry(
    webhook: Number,
    message: Annotated[str, typer.Option(help="The message's id, such as 0-17-1; by default all.")] = "",
    as_json: Json = False,
) -> None:
    """Send dead letters once more; those that nobody takes stay."""
    with opened() as world:
        count = subscriptions.retry(world.pool, webhook, message)
    _told({"webhook": webhook, "again": count}, as_json, f"dead letters that are sent once more: {count}")


def _told(document: dict[str, Any], as_json: bool, line: str) -> None:
    result(document, as_json, [line])


def _state(line: subscriptions.Line) -> str:
    return f"{line.state}: {line.reason}" if line.reason else line.state
