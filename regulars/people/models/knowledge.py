"""What the business has learned: tags, notes, likes and dislikes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .persons import Person


class Tag(models.Model):
    """A word the owner sorts people by; `word` is what makes two spellings one tag."""

    name = models.CharField(max_length=60)
    word = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["word"]

    def __str__(self) -> str:
        return self.name


class PersonTag(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tags", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "tag"], name="person_tag_once")]
        indexes = [models.Index(fields=["tag", "person"], name="person_tag_by_tag")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.tag_id}"


class Note(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text[:60]


class Preference(models.Model):
    """Something they like, or would rather not have."""

    class Taste(models.TextChoices):
        LIKE = "like", _("likes")
        DISLIKE = "dislike", _("dislikes")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="preferences", db_index=False)
    taste = models.CharField(max_length=7, choices=Taste.choices)
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "taste", "text"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.get_taste_display()} {self.text}"
