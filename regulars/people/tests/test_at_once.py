"""Two who save at the same moment lose nothing, on either database."""

import json

import pytest
from django.db import connection
from django.test import Client

from regulars.kit.weaving import shown
from regulars.people.forms import PersonForm
from regulars.people.models import Person
from regulars.people.tests.builders import a_person
from regulars.staff.tests.builders import an_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
FIELDS = ("needs", "say", "met", "expectations")


def test_forms_opened_together_and_sent_together_all_arrive(in_threads):
    owner, ann = an_owner(), a_person("Ann Baker")
    opened = PersonForm.of(ann)
    said = {**shown(opened), "was": json.dumps(shown(opened)), "version": ann.version}

    def send(number):
        desk = Client()
        desk.force_login(owner)
        mine = {FIELDS[number]: f"wish {number}", "emails": f"{said['emails']}\nmine{number}@example.org"}
        reply = desk.post(f"/people/{ann.pk}/edit/", said | mine)
        connection.close()
        return reply.status_code

    assert in_threads(4, send) == [303] * 4
    ann = Person.objects.get(pk=ann.pk)
    assert [getattr(ann, name) for name in FIELDS] == [f"wish {number}" for number in range(4)]
    assert ann.emails.count() == 5


def test_of_four_who_change_the_same_field_one_is_kept_and_three_are_asked(in_threads):
    owner, ann = an_owner(), a_person("Ann Baker")
    opened = PersonForm.of(ann)
    said = {**shown(opened), "was": json.dumps(shown(opened)), "version": ann.version}

    def send(number):
        desk = Client()
        desk.force_login(owner)
        reply = desk.post(f"/people/{ann.pk}/edit/", said | {"needs": f"wish {number}"})
        connection.close()
        return reply.status_code, f"wish {number}" in reply.text

    replies = in_threads(4, send)
    assert sorted(status for status, _has_mine in replies) == [303, 422, 422, 422]
    assert all(has_mine for status, has_mine in replies if status == 422), "what was typed is still in the form"
