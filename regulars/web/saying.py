"""Putting a refusal where the owner looks for it: at its field, or above the form."""

from __future__ import annotations

from django.forms import Form

from regulars.kit.errors import Refusal


def say(form: Form, refusal: Refusal, **other_names: str) -> None:
    """Add the sentence to the form; `other_names` maps a rule's word for a field to the form's."""
    field = other_names.get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, refusal.sentence)
