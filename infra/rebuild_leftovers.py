"""What an interrupted rebuild has filled is kept and gone on with, if it is what a new one would fill.

A partition's rows and head are one transaction, so it is filled or empty. The tables are taken over when they are of
today's row models and of this topic, when all of them have the same partitions filled to the same heads, and when
nobody has decided since then to leave out an entry that they hold. Used by `infra.rebuild` alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.record.chain import ORIGIN, Head
from infra import view_tables
from infra.kafka.topics import TopicFacts
from infra.view_tables import Connection, ViewTable
from projections.all_views import VIEWS
from projections.engine import model_hash


def taken_over(c: Connection, names: Sequence[str], facts: TopicFacts) -> list[ViewTable] | None:
    """The tables to go on with, one for each view; None when there are none. Raises nothing of its own."""
    found = []
    for name in names:
        mine = [t for t in view_tables.leftovers(c, VIEWS[name]) if _is_of_today(t)]
        if len(mine) != 1:
            return None
        found += mine
    heads = [_heads(c, table) for table in found]
    agree = all(each == heads[0] for each in heads) and len(heads[0]) == facts.partitions
    if not agree or any(topic_id != facts.id for topic_id, _ in heads[0].values()) or _skipped_since(c, found):
        return None
    return found


def filled(c: Connection, tables: Sequence[ViewTable]) -> dict[int, int]:
    """Partitions that are filled, and the position that each is filled to."""
    return {partition: head.pos for partition, (_, head) in _heads(c, tables[0]).items() if head.pos >= 0}


def drop(c: Connection, names: Sequence[str]) -> None:
    """Remove every table of these views that no reader sees."""
    for name in names:
        for table in view_tables.leftovers(c, VIEWS[name]):
            table.drop(c)


def _is_of_today(table: ViewTable) -> bool:
    return table.table.startswith(f"{table.view.name}_{model_hash(table.view)}_")


def _heads(c: Connection, table: ViewTable) -> dict[int, tuple[str, Head]]:
    sql = 'SELECT partition, topic_id, "offset", pos, entry_id, reg, at FROM view_head WHERE table_name = %s'
    found = {partition: (topic, Head(*head)) for partition, topic, *head in c.execute(sql, (table.table,))}
    return {partition: found[partition] for partition in sorted(found)}


def _skipped_since(c: Connection, tables: Sequence[ViewTable]) -> bool:
    sql = (
        "SELECT EXISTS (SELECT FROM view_head JOIN skipped USING (partition)"
        " WHERE table_name = ANY(%s) AND view_head.pos > %s AND view = ANY(%s) AND skipped.at >= moved_at)"
    )
    found = c.execute(sql, ([t.table for t in tables], ORIGIN.pos, [t.view.name for t in tables])).fetchone()
    return bool(found and found[0])
