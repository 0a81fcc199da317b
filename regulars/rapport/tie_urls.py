"""Addresses of things, events, what is owed and the others we live by; every action is a POST to a noun."""

from __future__ import annotations

from django.urls import path

from regulars.rapport.views import keeping, others

app_name = "ties"
urlpatterns = [
    path("others/", others.others, name="others"),
    path("others/rhythms/<slug:kind>/", others.rhythm, name="kind-rhythm"),
    path("people/<int:person_id>/things/", keeping.add_thing, name="thing-add"),
    path("people/<int:person_id>/things/<int:pk>/", keeping.thing, name="thing"),
    path("people/<int:person_id>/things/<int:pk>/services/", keeping.serve_thing, name="thing-service"),
    path("people/<int:person_id>/things/<int:pk>/partings/", keeping.part_with_thing, name="thing-part"),
    path("people/<int:person_id>/events/", keeping.add_event, name="event-add"),
    path("people/<int:person_id>/events/<int:pk>/answers/", keeping.answer_event, name="event-answer"),
    path("people/<int:person_id>/events/<int:pk>/removal/", keeping.remove_event, name="event-remove"),
    path("people/<int:person_id>/events/<int:pk>/addresses/", keeping.keep_address, name="event-address"),
    path("people/<int:person_id>/owed/", keeping.add_owed, name="owed-add"),
    path("people/<int:person_id>/owed/<int:pk>/outcomes/", keeping.settle, name="owed-settle"),
    path("people/<int:person_id>/rhythms/", keeping.set_rhythm, name="rhythm"),
    path("people/<int:person_id>/contacts/", keeping.note_contact, name="contact"),
]
