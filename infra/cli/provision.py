"""`tamga provision`: users, passwords and rights on the brokers, for agencies and for the ledger's own processes."""

from __future__ import annotations

from typing import Annotated

import typer

from infra import provisioning
from infra.cli.output import Json, reachable, result, table
from infra.settings import load


def provision(
    agency: Annotated[list[str] | None, typer.Option(help="Only this agency; once for each.")] = None,
    process: Annotated[list[str] | None, typer.Option(help="Only this process, such as api; once for each.")] = None,
    rotate: Annotated[bool, typer.Option("--rotate", help="Draw new passwords; the ones before are void.")] = False,
    as_json: Json = False,
) -> None:
    """Make the brokers follow the registry: a user with its rights for each active agency and process, no other."""
    settings = reachable(load())
    found = provisioning.provision(settings, agencies=agency or (), processes=process or (), rotate=rotate)
    document = {
        "bootstrap": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
        "ca_file": settings.kafka_ca_file,
        "users": found,
    }
    rows = [(one.holder, one.user, one.password, one.changed, one.password_file or "") for one in found]
    columns = ("whose", "user", "password", "rights changed", "password file")
    result(document, as_json, table("users of the brokers", columns, rows))
