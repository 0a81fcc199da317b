"""Addresses of enquiries and the log; every action is a POST to a noun."""

from __future__ import annotations

from django.urls import path

from regulars.rapport.views import asking, confirming, enquiries, log

app_name = "enquiries"
urlpatterns = [
    path("enquiries/", enquiries.listing, name="list"),
    path("enquiries/new/", enquiries.take, name="take"),
    path("enquiries/callers/", enquiries.callers, name="callers"),
    path("enquiries/page/", asking.page, name="page"),
    path("enquiries/page/openings/", asking.opening, name="page-on"),
    path("enquiries/page/closings/", asking.closing, name="page-off"),
    path("enquiries/page/addresses/", asking.address, name="page-renew"),
    path("enquiries/page/wordings/", asking.wording, name="page-wording"),
    path("enquiries/sheet/", asking.sheet, name="sheet"),
    path("enquiries/slip/", asking.slip, name="slip"),
    path("enquiries/<int:pk>/", enquiries.detail, name="detail"),
    path("enquiries/<int:pk>/answers/", enquiries.answer, name="answer"),
    path("enquiries/<int:pk>/rests/", enquiries.park, name="park"),
    path("enquiries/<int:pk>/losses/", enquiries.lose, name="lose"),
    path("enquiries/<int:pk>/steps/", enquiries.step, name="step"),
    path("enquiries/<int:pk>/purchases/", enquiries.win, name="win"),
    path("enquiries/<int:pk>/returns/", enquiries.reopen, name="reopen"),
    path("enquiries/<int:pk>/comparisons/", enquiries.compare, name="compare"),
    path("enquiries/asked/<int:pk>/confirmations/", confirming.told, name="told-yes"),
    path("enquiries/asked/<int:pk>/removals/", confirming.drop, name="drop-ask"),
    path("log/", log.log, name="log"),
    path("log/<int:pk>/answers/", log.answer, name="log-answer"),
    path("log/<int:pk>/resolutions/", log.resolve, name="log-resolve"),
    path("ask/<str:token>/", asking.ask, name="ask"),
    path("yes/<str:token>/", confirming.confirm_yes, name="confirm-yes"),
]
