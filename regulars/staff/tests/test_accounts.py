from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from regulars.kit.errors import Refusal
from regulars.staff import services
from regulars.staff.models import AuditEntry, User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import PASSWORD, a_user, an_owner

InThreads = Callable[..., list[Any]]


@pytest.mark.django_db
def test_the_first_owner_is_created_once_and_the_second_asker_is_refused() -> None:
    owner = services.create_owner(email="Maya@Example.com ", password=PASSWORD, display_name="Maya")
    assert (owner.email, owner.role) == ("maya@example.com", Role.OWNER)
    with pytest.raises(Refusal, match="already has an owner"):
        services.create_owner(email="eve@example.com", password=PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_the_same_moment_one_becomes_the_owner(in_threads: InThreads) -> None:
    results = in_threads(4, lambda n: services.create_owner(email=f"asker{n}@example.com", password=PASSWORD))
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, Refusal) for result in results) == 3
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password12", "1234567890123"])
def test_a_weak_password_is_refused_with_its_reason(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.create_owner(email="maya@example.com", password=password)
    assert refused.value.field == "password"
    assert refused.value.sentence
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_new_colleague_has_no_password_until_they_choose_one() -> None:
    colleague = services.add_staff(email="Bo@Example.com", display_name="Bo", role="staff")
    assert not colleague.has_chosen_a_password
    assert not colleague.check_password("")
    services.set_password(colleague, PASSWORD)
    assert User.objects.get(email="bo@example.com").check_password(PASSWORD)


@pytest.mark.django_db
def test_the_same_address_works_here_once_whatever_its_capitals() -> None:
    services.add_staff(email="bo@example.com", display_name="Bo", role="staff")
    with pytest.raises(Refusal, match="already works here"):
        services.add_staff(email="BO@example.com", display_name="Bo again", role="staff")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Cy@example.com", display_name="past the services")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "name", "role", "field"),
    [
        ("nobody", "Bo", "staff", "email"),
        ("bo@example.com", " ", "staff", "display_name"),
        ("bo@example.com", "Bo", "king", "role"),
    ],
)
def test_a_colleague_without_address_name_or_role_is_refused(email: str, name: str, role: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.add_staff(email=email, display_name=name, role=role)
    assert refused.value.field == field


@pytest.mark.django_db
def test_the_only_owner_can_neither_be_demoted_nor_closed() -> None:
    owner, closed_owner = an_owner(), an_owner(name="Former")
    services.deactivate(closed_owner)
    for lose in (lambda: services.change_role(owner, Role.MANAGER), lambda: services.deactivate(owner)):
        with pytest.raises(Refusal, match="only owner"):
            lose()
    owner.refresh_from_db()
    assert (owner.role, owner.is_active) == (Role.OWNER, True)


@pytest.mark.django_db
def test_an_owner_may_step_down_once_there_is_another() -> None:
    owner = an_owner()
    an_owner(name="Partner")
    services.change_role(owner, Role.STAFF, by=owner)
    owner.refresh_from_db()
    assert owner.role == Role.STAFF


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leave", [services.deactivate, lambda user: services.change_role(user, Role.STAFF)])
def test_of_two_owners_who_leave_at_once_the_second_waits_for_the_first_and_stays(
    in_threads: InThreads, leave: Callable[[User], None]
) -> None:
    pair, first_has_left = [an_owner(name="One"), an_owner(name="Two")], threading.Event()

    def go(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                leave(pair[0])
                first_has_left.set()
                time.sleep(0.4)  # the second asks now, before this is committed
        else:
            first_has_left.wait(60)
            leave(pair[1])

    results = in_threads(2, go)
    assert results[0] is None
    assert isinstance(results[1], Refusal)
    assert list(User.objects.owners()) == [pair[1]]


@pytest.mark.django_db
def test_every_change_to_an_account_stands_in_the_log_with_who_did_it() -> None:
    owner = an_owner()
    bo = a_user(name="Bo")
    services.change_role(bo, Role.MANAGER, by=owner)
    services.deactivate(bo, by=owner)
    services.reactivate(bo, by=owner)
    written = AuditEntry.objects.filter(user=owner, object_id=str(bo.pk)).order_by("id")
    assert [entry.action for entry in written] == ["change_role", "deactivate", "reactivate"]
    assert written[0].text == "staff > manager"
    assert written[0].user_name == "Maya Keller"
