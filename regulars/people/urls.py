"""Addresses of this room; the page of one person is composed upstairs."""

from django.urls import path

from regulars.people.views import adding, belongings, editing, listing, panel

urlpatterns = [
    path("people/", listing.people, name="list"),
    path("people/search/", listing.find, name="search"),
    path("people/new/", adding.add, name="add"),
    path("people/tags/", listing.tag_many, name="tag-many"),
    path("people/tags/undo/", listing.untag_many, name="tag-undo"),
    path("people/<int:person_id>/edit/", editing.edit, name="edit"),
    path("people/<int:person_id>/timeline/", panel.timeline, name="timeline"),
    path("people/<int:person_id>/notes/", belongings.note, name="note"),
    path("people/<int:person_id>/notes/<int:pk>/removal/", belongings.remove_note, name="note-remove"),
    path("people/<int:person_id>/occasions/", belongings.occasion, name="occasion"),
    path("people/<int:person_id>/occasions/<int:pk>/removal/", belongings.remove_occasion, name="occasion-remove"),
    path("people/<int:person_id>/reminders/", belongings.reminder, name="reminder"),
    path("people/<int:person_id>/reminders/<int:pk>/done/", belongings.finish, name="reminder-done"),
    path("people/<int:person_id>/reminders/<int:pk>/snooze/", belongings.snooze, name="reminder-snooze"),
    path("people/<int:person_id>/consents/", belongings.consent, name="consent"),
    path("people/<int:person_id>/quiet/", belongings.quiet, name="quiet"),
    path("people/<int:person_id>/quiet/end/", belongings.end_quiet, name="quiet-end"),
    path("people/<int:person_id>/silences/", belongings.silence, name="silence"),
    path("people/<int:person_id>/silences/<int:pk>/end/", belongings.lift, name="silence-end"),
    path("people/<int:person_id>/export/", editing.export, name="export"),
    path("people/<int:person_id>/erasure/", editing.erase, name="erase"),
]
