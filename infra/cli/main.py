"""The entry point `tamga`: parses, hands over, and turns every mistake of a user into one line and an exit code.

0 it is so; 1 a check failed or something was refused; 2 usage or environment; 130 interrupted. A traceback is a defect.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import orjson
import psycopg
import typer
from eventsourcing.persistence import PersistenceError
from kafka.errors import KafkaError
from psycopg_pool import PoolTimeout
from typer.exceptions import TyperException

from infra.api_role import RoleError
from infra.bootstrap import NotConfiguredError
from infra.cli import (
    check_views,
    diff,
    exhibit,
    imports,
    intake,
    mandates,
    migrate,
    park,
    provision,
    rebuild,
    registry,
    replay,
    show,
    status,
    submit,
    up,
    verify,
    webhook,
)
from infra.cli.output import FAILED, USAGE, MistakeError, say
from infra.importers.record import ImportFileError
from infra.intake import IntakeError
from infra.kafka.errors import LogAway, LogFault
from infra.keys import KeyFileError
from infra.local.folders import LocalServiceError
from infra.parking import ParkError
from infra.publishing import NotJudgedError
from infra.rebuild import RebuildError
from infra.registrations import ProposalError, RegistrationError
from infra.webhooks.guard import ForbiddenAddressError
from infra.webhooks.subscriptions import WebhookError
from projections.engine import CannotFoldError

INTERRUPTED = 130

REFUSED = (
    LogFault, RegistrationError, RebuildError, CannotFoldError, IntakeError, WebhookError, ParkError,
)  # fmt: skip
"""Exit code 1: what was asked cannot be, as things stand."""
ENVIRONMENT = (
    MistakeError, NotConfiguredError, KeyFileError, ProposalError, LocalServiceError, ImportFileError, NotJudgedError,
    ForbiddenAddressError, RoleError,
    LogAway, KafkaError, PersistenceError, PoolTimeout, psycopg.Error, OSError, UnicodeError,
)  # fmt: skip
"""Exit code 2: something outside must be put right first."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The ledger Tamga.")
for command in (
    up.up,
    submit.submit,
    show.show,
    diff.diff,
    exhibit.exhibit,
    rebuild.rebuild,
    provision.provision,
    verify.verify,
    replay.replay,
    status.status,
):
    app.command()(command)
app.command("check-views")(check_views.check_views)
app.command()(migrate.migrate)
app.add_typer(imports.app, name="import")
app.add_typer(mandates.app, name="agency")
app.add_typer(registry.app, name="registry")
app.add_typer(intake.app, name="intake")
app.add_typer(webhook.app, name="webhook")
app.add_typer(park.app, name="park")


def main() -> None:
    """Run the command line and exit."""
    logging.disable(logging.CRITICAL)  # libraries report what we report ourselves, and quote what they were handed
    sys.exit(guarded(app, sys.argv[1:]))


def guarded(program: typer.Typer, arguments: Sequence[str]) -> int:
    """Run one command; its exit code, and a line instead of a traceback."""
    try:
        code = program(list(arguments), standalone_mode=False)
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except TyperException as error:
        show = getattr(error, "show", None)
        say(f"tamga: {error}") if show is None else show()
        return USAGE
    except REFUSED as error:
        return _ended(arguments, str(error), FAILED)
    except ENVIRONMENT as error:
        return _ended(arguments, explained(error), USAGE)


def explained(error: BaseException) -> str:
    """One line that says what to do."""
    match error:
        case psycopg.errors.UndefinedTable():
            return "the database has no schema of this version: run `tamga migrate`"
        case PoolTimeout() | psycopg.OperationalError() | PersistenceError():
            return "PostgreSQL does not answer: see TAMGA_DATABASE_URL, or start `tamga up`"
        case LogAway() | KafkaError():
            return f"Kafka does not answer ({_short(error)}): see TAMGA_KAFKA_BOOTSTRAP, or start `tamga up`"
        case OSError() if error.filename:
            return f"{error.filename}: {error.strerror}"
        case UnicodeError():
            return "the file is not UTF-8"
    return _short(error)


def _short(error: BaseException) -> str:
    lines = str(error).strip().split("\n")
    return lines[0][:300] or type(error).__name__


def _ended(arguments: Sequence[str], message: str, code: int) -> int:
    say(f"tamga: {message}")
    if "--json" in arguments:
        sys.stdout.write(orjson.dumps({"error": message}).decode() + "\n")
    return code


if __name__ == "__main__":
    main()
