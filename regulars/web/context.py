"""What every page's frame needs: the rooms, the business, who is here. Nothing for strangers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Offer `shell` to the base template."""
    return {"shell": None}
