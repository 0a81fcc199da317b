"""Very many orders at once: keys may go unchecked one by one, and are held all the same."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.kit import database
from regulars.purchases.models import Order, PersonTotals
from regulars.purchases.services import record_orders
from regulars.purchases.tests.builders import a_business, a_new_order, a_person

MANY = database.MANY_ROWS + 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_orders_at_once_are_recorded_and_keys_are_checked_again_afterwards() -> None:
    a_business()
    ann = a_person()
    with transaction.atomic():
        record_orders([a_new_order(ann, reference=f"M{n}") for n in range(MANY)], is_bulk=True)
        if database.is_postgres():
            with connection.cursor() as cursor:
                cursor.execute("SHOW session_replication_role")
                assert cursor.fetchone()[0] == "origin"
    assert Order.objects.filter(person=ann).count() == MANY
    assert PersonTotals.objects.get(person=ann).orders == MANY


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_orders_of_somebody_who_is_gone_are_refused_by_their_key() -> None:
    a_business()
    ann = a_person()
    gone = ann.pk + 1000
    orders = [a_new_order(ann, reference=f"M{n}")._replace(person_id=gone) for n in range(MANY)]
    with pytest.raises(IntegrityError):
        record_orders(orders, is_bulk=True)
    assert not Order.objects.exists()
    assert not PersonTotals.objects.filter(person_id=gone).exists()
