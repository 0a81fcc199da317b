"""Who belongs together: people under one roof, people of one firm."""

from __future__ import annotations

from typing import Any

from django.db import models

from regulars.people.words import fold


class Household(models.Model):
    """People who live together: one card goes to all of them. `place` is where, one of their addresses."""

    name = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey(
        "people.PostalAddress", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A firm or club that somebody buys for. `word` makes two spellings of its name one firm."""

    name = models.CharField(max_length=200)
    word = models.CharField(max_length=200, blank=True, editable=False, db_index=True)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.word = firm_word(self.name)
        super().save(*args, **kwargs)


def firm_word(name: str) -> str:
    """Return what makes two spellings one firm."""
    return " ".join(fold(name).split())[:200]
