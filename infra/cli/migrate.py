"""`tamga migrate`: brings the database to this version's schema; safe to run at any time and twice at once."""

from __future__ import annotations

from infra import migrations
from infra.bootstrap import require
from infra.cli.output import Json, result
from infra.settings import load


def migrate(as_json: Json = False) -> None:
    """Run the migrations that have not run yet."""
    settings = load()
    require(settings, "database_url")
    done = migrations.migrate(settings.database_url)
    result({"ran": done}, as_json, done or ["nothing to do"])
