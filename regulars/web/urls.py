"""The shell's own addresses."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from regulars.web.views import (
    export,
    first_run,
    frame,
    health,
    home,
    keeping,
    log,
    media,
    phone,
    settings_pages,
    sign_in,
)

app_name = "web"


def addresses(*, is_demo: bool) -> list[URLPattern]:
    """List the addresses; the demo's entry is one only in a demo."""
    always = [
        path("", home.home, name="home"),
        path("begin/", home.begin, name="begin"),
        path("write/", home.write, name="write"),
        path("more/", home.more, name="more"),
        path("first-run/", first_run.first_run, name="first-run"),
        path("stops/", frame.stop, name="stop"),
        path("starts/", frame.resume, name="resume"),
        path("language/", frame.language, name="language"),
        path("manifest.webmanifest", phone.manifest, name="manifest"),
        path("sw.js", phone.service_worker, name="service-worker"),
        path("phone/", phone.phone, name="phone"),
        path("phone/mark/", phone.mark, name="mark"),
        path("phone/in/<str:token>/", phone.phone_in, name="phone-in"),
        path("healthz", health.healthz, name="healthz"),
        path("media/<path:name>", media.media, name="media"),
        path("settings/", settings_pages.index, name="settings"),
        path("settings/business/", settings_pages.about, name="business"),
        path("settings/business/logo/", settings_pages.logo, name="logo"),
        path("settings/hours/", settings_pages.hours, name="hours"),
        path("settings/sending/", settings_pages.sending, name="sending"),
        path("settings/log/", log.log, name="log"),
        path("settings/keeping/", keeping.keeping, name="keeping"),
        path("settings/export/", export.export, name="export"),
        path("settings/export/files/", export.fetch, name="export-fetch"),
        path("settings/health/", health.health_page, name="health"),
        path("settings/health/notices/<int:notice_id>/retries/", health.retry, name="retry"),
        path("settings/health/notices/<int:notice_id>/ends/", health.let_go, name="let-go"),
        path("settings/health/backups/", health.back_up, name="back-up"),
        path("settings/health/second-place/", health.second_place_page, name="second-place"),
        path("settings/health/second-place/copies/", health.copy_now, name="second-place-copy"),
        path("settings/health/second-place/ends/", health.no_second_place, name="second-place-end"),
    ]
    return [*always, path("demo/entries/", sign_in.enter_demo, name="enter-demo")] if is_demo else always


urlpatterns = addresses(is_demo=settings.IS_DEMO)
