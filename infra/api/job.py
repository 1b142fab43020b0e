"""A job as it is answered: what was asked, how far it is, and where its rows are; nothing of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

State = Literal["waiting", "running", "done", "failed", "cancelled"]

ASKED = b"('waiting', 'running', 'done')"
"""States in which the same question of the same caller is the same job."""
COLUMNS = (
    b"id::text AS id, list, at, state, code, done, total, rows,"
    b" to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS created_at,"
    b" to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS expires_at"
)
"""What `Job.of` reads."""


class Job(BaseModel):
    """A list as it was, being found."""

    id: str
    list: str = Field(description="`cases` or `referrals`")
    at: str = Field(description="the point that was asked for")
    state: State
    code: str | None = Field(description="why it failed: a problem's code")
    done: int = Field(description="cases that are folded")
    total: int = Field(description="cases to fold; 0 before it runs")
    rows: int = Field(description="rows found so far")
    created_at: str
    expires_at: str = Field(description="when it and its rows are forgotten")
    result: str | None = Field(description="where its rows are, once it is done")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Job:
        """From a row of COLUMNS."""
        result = f"/v1/jobs/{row['id']}/result" if row["state"] == "done" else None
        return cls(**{**row, "code": row["code"] or None}, result=result)
