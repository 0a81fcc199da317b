"""Addresses of this room, under intake/."""

from __future__ import annotations

from django.urls import path

from regulars.intake.views import after, inbox, mappings, pasting, runs, starting

app_name = "intake"

urlpatterns = [
    path("", starting.start, name="start"),
    path("people/", pasting.people, name="people"),
    path("inbox/", inbox.folder, name="inbox"),
    path("inbox/looks/", inbox.looks, name="inbox-look"),
    path("inbox/feeds/<int:feed_id>/", inbox.rhythm, name="inbox-rhythm"),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/<int:mapping_id>/removal/", mappings.forgetting, name="forget"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/agreements/", runs.agreements, name="agree"),
    path("runs/<int:run_id>/attempts/", runs.attempts, name="try-again"),
    path("runs/<int:run_id>/removal/", runs.letting_go, name="let-go"),
    path("runs/<int:run_id>/refused.csv", after.refused, name="refused"),
    path("runs/<int:run_id>/corrections/", after.corrections, name="corrections"),
    path("runs/<int:run_id>/undoing/", after.undoing, name="undo"),
    path("runs/<int:run_id>/questions/<int:question_id>/answers/", after.answers, name="answer"),
]
