"""Who belongs together: people under one roof, people of one firm."""

from __future__ import annotations

from django.db import models


class Household(models.Model):
    """People who live together: one card goes to all of them."""

    name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A firm or club that somebody buys for."""

    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name
