"""The only way a view gets what this room holds."""

from __future__ import annotations

from django.http import Http404

from regulars.rapport.models import AskedYes, Encounter, Enquiry


def enquiry_here(pk: int) -> Enquiry:
    """An enquiry of somebody who is here; 404 for anything else."""
    rows = Enquiry.objects.select_related("person", "taken_by", "answered_by", "next_step")
    found = rows.filter(pk=pk, person__erased_at=None, person__merged_into=None).first()
    if found is None:
        raise Http404
    return found


def entry_here(pk: int) -> Encounter:
    """An entry of the log; 404 for anything else."""
    found = Encounter.objects.select_related("person", "silence").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def asked_yes_here(pk: int) -> AskedYes:
    """A yes that somebody was asked to confirm; 404 for anything else."""
    found = AskedYes.objects.filter(pk=pk, person__erased_at=None, person__merged_into=None).first()
    if found is None:
        raise Http404
    return found
