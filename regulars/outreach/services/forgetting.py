"""When somebody is erased: what lies here about them without their name on it goes as well."""

from __future__ import annotations

from django.db.models import Q

from regulars.kit import clock
from regulars.kit.sweeping import holding
from regulars.outreach.models import Channel, InboundMail, MailNews, Touch
from regulars.people.models import Email


def forget_what_waits(person_id: int) -> None:
    """Empty what services said of their letters and nobody has heard yet, and mails that were not understood.

    The rows stay under their keys: the same word or mail a second time is still known, and is not kept anew.
    """
    pairs = Email.objects.filter(person_id=person_id).values_list("address", "normalised")
    addresses = sorted({text.lower() for pair in pairs for text in pair if "@" in text})
    letters = Touch.objects.filter(person_id=person_id, channel=Channel.EMAIL).exclude(message_id="")
    numbers = [str(pk) for pk in letters.values_list("pk", flat=True)]
    about = Q(told__recipient__in=addresses) | Q(told__touch__in=numbers)
    MailNews.objects.filter(about, heard_at=None).update(heard_at=clock.now(), told={})
    unknown = InboundMail.objects.filter(person_id__isnull=True, is_understood=False)
    held = holding(unknown, ("from_address", "subject", "words", "whole"), addresses)
    InboundMail.objects.filter(pk__in=held).update(from_address="", from_name="", subject="", words="", whole="")
