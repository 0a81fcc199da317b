"""Addresses of this room, under groups/."""

from __future__ import annotations

from django.urls import path

from regulars.standings.views import pages, shares, shoebox
from regulars.standings.views import standing as views

app_name = "standings"

urlpatterns = [
    path("", views.groups, name="groups"),
    path("retention/", pages.retention, name="retention"),
    path("value/", pages.value, name="value"),
    path("slipping/", pages.slipping, name="slipping"),
    path("room/", pages.room, name="room"),
    path("prospects/", pages.prospects, name="prospects"),
    path("suggestions/", pages.hint, name="hint"),
    path("certainty/", pages.certainty, name="certainty"),
    path("margin/", pages.margin, name="margin"),
    path("steps/", views.steps, name="steps"),
    path("gradings/", views.gradings, name="gradings"),
    path("gradings/<int:job_id>/", views.grading, name="grading"),
    path("memories/", shoebox.shoebox, name="shoebox"),
    path("memories/end/", shoebox.shoebox_end, name="shoebox-end"),
    path("shares/<int:person_id>/", shares.share, name="share"),
    path("shares/<int:person_id>/removals/", shares.share_removal, name="share-removal"),
    path("memories/<int:person_id>/", views.memory, name="memory"),
    path("memories/<int:person_id>/removals/", views.memory_removal, name="memory-removal"),
]
