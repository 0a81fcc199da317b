"""The only way a view gets a colleague: 404 for what is not there, never a hint that it is somewhere else."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from regulars.staff.models import User


def colleague(pk: int) -> User:
    """Return the colleague, or answer 404. Every account belongs to this one business."""
    return get_object_or_404(User, pk=pk)
