"""Paper: the shop's stationery, its printers and pictures, and every run of cards as it was printed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import EncryptedTextField
from regulars.outreach.models.touches import Touch


class CardPicture(models.Model):
    """A picture the owner handed in, kept encrypted and never changed: runs printed with it can be made again."""

    class Kind(models.TextChoices):
        SIGNATURE = "signature", _("signature")
        FRONT = "front", _("picture on the front")
        LOGO = "logo", _("logo")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    sealed = EncryptedTextField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=("kind", "digest"), name="outreach_card_picture_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class Printer(models.Model):
    """A printer and how far it prints beside where it should."""

    class Paper(models.TextChoices):
        A4 = "A4", _("A4")
        LETTER = "Letter", _("US Letter")

    name = models.CharField(_("name"), max_length=80)
    paper = models.CharField(_("paper"), max_length=10, choices=Paper.choices, default=Paper.A4)
    dx_mm = models.FloatField(default=0)
    dy_mm = models.FloatField(default=0)
    scale_x = models.FloatField(default=1)
    scale_y = models.FloatField(default=1)
    skew_deg = models.FloatField(default=0)
    flips_long_edge = models.BooleanField(_("turns the sheet over its long edge"), default=False)
    envelope_turn = models.PositiveSmallIntegerField(default=0)
    is_usual = models.BooleanField(default=True)
    calibrated_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("is_usual"), condition=Q(is_usual=True), name="outreach_one_usual_printer"),
        ]

    def __str__(self) -> str:
        return self.name


class Stationery(models.Model):
    """How the shop's cards look, what they cost and how long the post takes. There is one row, number 1."""

    class Font(models.TextChoices):
        HAND = "hand", _("like handwriting")
        BOOK = "book", _("like a book")

    class Motif(models.TextChoices):
        SPRIG = "sprig", _("a sprig")
        WAVES = "waves", _("waves")
        WREATH = "wreath", _("a wreath")

    class Qr(models.TextChoices):
        NONE = "", _("none")
        CALL = "tel", _("rings us up")
        TEXT = "sms", _("begins a text message to us")
        EMAIL = "mailto", _("begins a letter to us")
        LINK = "link", _("opens their own page")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sheet = models.CharField(max_length=40, blank=True, default="")
    font = models.CharField(max_length=10, choices=Font.choices, default=Font.HAND)
    accent = models.CharField(max_length=7, default="#2f5d50")
    motif = models.CharField(max_length=20, choices=Motif.choices, default=Motif.SPRIG)
    front_words = models.CharField(max_length=120, blank=True, default="")
    front = models.ForeignKey(CardPicture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    signature = models.ForeignKey(CardPicture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    has_logo = models.BooleanField(default=True)
    qr = models.CharField(max_length=10, choices=Qr.choices, blank=True, default=Qr.NONE)
    qr_to = models.CharField(max_length=200, blank=True, default="")
    qr_says = models.CharField(max_length=80, blank=True, default="")
    card_amount = models.DecimalField(max_digits=8, decimal_places=3, default=Decimal(0))
    abroad_amount = models.DecimalField(max_digits=8, decimal_places=3, default=Decimal(0))
    budget_amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    making_days = models.PositiveSmallIntegerField(default=1)
    home_days = models.PositiveSmallIntegerField(default=2)
    abroad_days = models.PositiveSmallIntegerField(default=7)
    holidays: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="outreach_stationery_one_row")]

    def __str__(self) -> str:
        return "Stationery"


class PrintRun(models.Model):
    """Cards printed together: everything the sheets are made of is kept with the run, so they come out the same again.

    `token` is the form's own number: the same form sent twice makes one run.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Being printed")
        DONE = "done", _("Printed")
        PUT_BACK = "put_back", _("Put back")

    token = models.CharField(max_length=40, unique=True)
    sheet = models.CharField(max_length=40)
    start_at = models.PositiveSmallIntegerField(default=1)
    has_marks = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    look: models.JSONField[Any, Any] = models.JSONField(default=dict)
    printer: models.JSONField[Any, Any] = models.JSONField(default=dict)
    front = models.ForeignKey(CardPicture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    signature = models.ForeignKey(CardPicture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    logo = models.ForeignKey(CardPicture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    again_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    size = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=("-made_at", "-id"), name="outreach_runs_latest")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.made_at:%Y-%m-%d}"


class PrintPiece(models.Model):
    """One card of one run, as it stands on the paper. A touch has one live piece: what is printed is not due again."""

    class State(models.TextChoices):
        MADE = "made", _("On its way out of the printer")
        PRINTED = "printed", _("Printed")
        SPOILT = "spoilt", _("Did not come out")
        LEFT_OUT = "left_out", _("Left out")

    run = models.ForeignKey(PrintRun, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    touch = models.ForeignKey(Touch, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.MADE)
    is_live = models.BooleanField(default=True)
    why = models.CharField(max_length=300, blank=True)
    to_lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    greeting = models.CharField(max_length=300, blank=True)
    words = models.TextField(blank=True)
    signed = models.CharField(max_length=600, blank=True)
    front_words = models.CharField(max_length=120, blank=True)
    qr = models.CharField(max_length=300, blank=True)
    qr_says = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=16, default="en")

    SNAPSHOT: ClassVar[tuple[str, ...]] = (
        "to_lines", "greeting", "words", "signed", "front_words", "qr", "qr_says", "language",
    )  # fmt: skip

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=("run", "position"), name="outreach_piece_place"),
            models.UniqueConstraint(fields=("touch",), condition=Q(is_live=True), name="outreach_printed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position}"
