"""How often what was refused is counted of refusals alone: an index of any length costs a look at it nothing."""

from __future__ import annotations

from pathlib import Path

import psycopg

from infra import api_role, migrations

ENTRIES = """
INSERT INTO entry (log, pos, "offset", stream, n, type, src, body)
SELECT log.id, n, n, 'desk/' || partition, n,
    CASE WHEN n % 500 = 0 THEN 'outcome.refused.case.closed' WHEN n % 1250 = 1 THEN 'outcome.refused.jws.signature'
    WHEN n % 10 = 3 THEN 'outcome.duplicate' ELSE 'mn.tamga.case.opened.v1' END, n, '\\x7b7d'
FROM log, generate_series(1, 5000) AS n
"""


def test_refusals_are_counted_by_code_and_no_other_entry_is_looked_at(database: str, tmp_path: Path) -> None:
    migrations.migrate(database)
    api = api_role.login(database, tmp_path / "api.password")
    with psycopg.connect(database, autocommit=True) as c:
        for topic, partition in (("mine", 0), ("mine", 1), ("other", 0)):
            c.execute(
                "INSERT INTO log (topic, partition, topic_id, entry_id) VALUES (%s, %s, 'x', 'x')", (topic, partition)
            )
        c.execute(ENTRIES.encode())
        c.execute("VACUUM ANALYZE entry")
    with psycopg.connect(api) as c:
        asked = "SELECT * FROM refusals_by_code(%s)"
        assert c.execute(asked.encode(), ("mine",)).fetchall() == [("case.closed", 20), ("jws.signature", 8)]
        assert c.execute(asked.encode(), ("none",)).fetchall() == []
        looked = c.execute(
            "SELECT seq_scan, seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'entry'"
        ).fetchone()
        assert looked == (0, 0, 0)
