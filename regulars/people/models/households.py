"""Who belongs together: people under one roof, people of one firm."""

from __future__ import annotations

from django.db import models


class Household(models.Model):
    """People who live together: one card goes to all of them. `place` is where, one of their addresses."""

    name = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey(
        "people.PostalAddress", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A firm or club that somebody buys for."""

    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name
