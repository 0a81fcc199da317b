"""Which programmes have something waiting, whatever the size of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kit import database
from regulars.outreach.models import Programme, Touch

COUNTED_TO = 1000
SHOWN = 20

# Every programme is looked up by itself in the index, from one name to the next, and counted no further than needed.
_WAITING = """
WITH RECURSIVE known(name) AS (
    SELECT MIN(programme) FROM outreach_touch
    UNION ALL
    SELECT (SELECT MIN(t.programme) FROM outreach_touch t WHERE t.programme > known.name)
    FROM known WHERE known.name IS NOT NULL
), counted AS (
    SELECT known.name, (
        SELECT COUNT(*) FROM (
            SELECT 1 AS one FROM outreach_touch t
            WHERE t.programme = known.name AND t.state IN ('planned', 'held', 'approved', 'claimed')
            LIMIT %s
        ) few
    ) AS n
    FROM known WHERE known.name IS NOT NULL
)
SELECT counted.name, counted.n, COALESCE(p.run, 'running')
FROM counted LEFT JOIN outreach_programme p ON p.key = counted.name
WHERE counted.n > 0 OR p.run IN ('paused', 'draining')
ORDER BY CASE WHEN p.run IN ('paused', 'draining') THEN 0 ELSE 1 END, counted.n DESC, counted.name
LIMIT %s
"""


@dataclass(frozen=True)
class Waiting:
    """A programme and how many of it have not left, counted to a thousand; or one that rests though none waits."""

    key: str
    n: int
    run: str


def programmes_waiting() -> list[Waiting]:
    """What has something waiting or rests: what rests first, then the most; at most twenty. One query."""
    with database.connection().cursor() as cursor:
        cursor.execute(_WAITING, [COUNTED_TO, SHOWN])
        return [Waiting(key, n, run) for key, n, run in cursor.fetchall()]


def is_known(key: str) -> bool:
    """Is there anything of this programme, or has something been said about it?"""
    return Touch.objects.filter(programme=key).exists() or Programme.objects.filter(key=key).exists()
