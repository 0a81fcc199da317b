"""What is kept between us and people: enquiries, the log, promises, things they own."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "rapport"
urlpatterns: list[URLPattern] = []
