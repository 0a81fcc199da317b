"""Addresses of the day. A decision is a thing that is made, so every action is a POST to a noun."""

from django.urls import path

from regulars.today import views

app_name = "today"
urlpatterns = [
    path("", views.today, name="today"),
    path("approvals/", views.approve, name="approve"),
    path("approvals/returns/", views.take_back, name="take-back"),
    path("kinds/<slug:kind>/", views.kind, name="kind"),
    path("lines/<path:key>/words/", views.words, name="words"),
    path("lines/<path:key>/snoozes/", views.snooze, name="snooze"),
    path("lines/<path:key>/skips/", views.skip, name="skip"),
    path("lines/<path:key>/returns/", views.reopen, name="reopen"),
    path("lines/<path:key>/outcomes/", views.outcome, name="outcome"),
    path("lines/<path:key>/prints/", views.print_card, name="print"),
    path("lines/<path:key>/answers/", views.answer_question, name="answer"),
]
