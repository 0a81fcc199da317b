"""Change numbers: how a copy learns what changed since it last looked, without missing a slow transaction."""

from __future__ import annotations

from django.db import transaction

from regulars.kit import database

CHANGE_NUMBER = "change_number"
EPOCH_OFFSET = "epoch_offset"

_OFFSET_SQL = "COALESCE((SELECT value FROM kit_counter WHERE name = 'epoch_offset'), 0)"


def next_change_number() -> int:
    """The number for all rows that this transaction writes; call it inside, once a batch. One query.

    PostgreSQL: epoch offset + transaction id, so no counter row is fought over. SQLite has one writer and counts.
    """
    _inside_a_transaction()
    with database.connection().cursor() as cursor:
        if database.is_postgres():
            cursor.execute(f"SELECT pg_current_xact_id()::text::bigint + {_OFFSET_SQL}")
        else:
            cursor.execute(
                "INSERT INTO kit_counter (name, value) VALUES (%s, 1) "
                "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
                [CHANGE_NUMBER],
            )
        return int(cursor.fetchone()[0])


def next_position() -> int:
    """The place of this transaction's notices on the bulletin; they are ordered by (position, id). One query."""
    _inside_a_transaction()
    with database.connection().cursor() as cursor:
        own = "pg_current_xact_id()::text::bigint + " if database.is_postgres() else ""
        cursor.execute(f"SELECT {own}{_OFFSET_SQL}")
        return int(cursor.fetchone()[0])


def horizon() -> int:
    """Everything numbered strictly below is complete: no open transaction can still add to it. One query.

    A copy reads `change_number >= last_seen and < horizon`, then keeps the horizon as its next `last_seen`.
    """
    with database.connection().cursor() as cursor:
        if not database.is_postgres():
            cursor.execute("SELECT COALESCE((SELECT value FROM kit_counter WHERE name = %s), 0) + 1", [CHANGE_NUMBER])
        elif _is_inside_a_test():
            # The test's own open transaction is all there is.
            cursor.execute(f"SELECT pg_current_xact_id()::text::bigint + 1 + {_OFFSET_SQL}")
        else:
            cursor.execute(f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {_OFFSET_SQL}")
        return int(cursor.fetchone()[0])


def begin_epoch(highest: int) -> int:
    """Make every number from now on greater than `highest`: after a restore or a move; returns the offset.

    A restored database brings numbers of its old transaction ids, which mean nothing to the new server.
    """
    from regulars.kit.models import Counter

    with transaction.atomic():
        offset = highest + 1
        if database.is_postgres():
            with database.connection().cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint")
                offset = max(0, offset - int(cursor.fetchone()[0]))
        Counter.objects.update_or_create(name=EPOCH_OFFSET, defaults={"value": offset})
        Counter.objects.update_or_create(name=CHANGE_NUMBER, defaults={"value": highest})
    return offset


def _inside_a_transaction() -> None:
    if not database.connection().in_atomic_block:
        raise RuntimeError("A change number is taken inside the transaction that writes the change.")


def _is_inside_a_test() -> bool:
    from django.conf import settings

    return bool(settings.IS_TESTING) and database.connection().in_atomic_block
