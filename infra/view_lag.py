"""How far each view is behind the record: in entries, and in seconds for which it has not moved although it could.

A view that waits for nothing has not moved for long, and that is no lag: time counts from its last move, or from the
registrar's clock at the first entry that it has not folded, whichever is later. Asked by `/readyz` and `tamga status`.
"""

from __future__ import annotations

LAGS = """
SELECT view.name, log.partition, log.pos - coalesce(view_head.pos, -1) AS lag,
       CASE WHEN log.pos > coalesce(view_head.pos, -1)
            THEN greatest(0, extract(epoch FROM now() - greatest(view_head.moved_at, waits.since)))::float8
            ELSE 0::float8 END AS stalled
FROM view CROSS JOIN log
LEFT JOIN view_head ON view_head.table_name = view.table_name AND view_head.partition = log.partition
LEFT JOIN LATERAL (
    SELECT judged_at(log.id, coalesce(view_head.pos, -1) + 1)::timestamptz AS since
) AS waits ON log.pos > coalesce(view_head.pos, -1)
WHERE log.topic = %s ORDER BY log.partition, view.name
"""
"""(view, partition, entries behind, seconds without progress)."""

PARKED = """
SELECT view.name, count(*) AS entries, count(DISTINCT stream) AS cases
FROM parked JOIN view USING (table_name) GROUP BY view.name ORDER BY view.name
"""
"""(view, entries that it could not fold, cases that they are of)."""
