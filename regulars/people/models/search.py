"""The words people are found by."""

from __future__ import annotations

from django.db import models

from .persons import Person


class SearchWord(models.Model):
    """One normalised word of a person; a phone number stands there backwards after `~`: its tail is a prefix."""

    pk = models.CompositePrimaryKey("person_id", "word")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(
                fields=["word", "person"], name="search_word_prefix", opclasses=["varchar_pattern_ops", "int8_ops"]
            )
        ]

    def __str__(self) -> str:
        return self.word
