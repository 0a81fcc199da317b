"""Ask a mailbox or a telephone, once, whether a yes to offers was its own; and take the answer that is a yes.

Anybody can type anybody's address into a form. So the letter repeats nothing of what was typed there, holds no offer
and no picture, and goes to the address itself, never where somebody left or complained. A text costs money, so that a
form could be used to spend it: only mobiles of our own country are asked, by day, and no more than a few a day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.channels.text.prices import country_of
from regulars.outreach.inbound import Inbound, Kind
from regulars.outreach.inbound.stop_words import bare_word
from regulars.outreach.models import Channel, InboundMail, Inbox, Purpose, State, Touch
from regulars.outreach.queries.asked import CONFIRM, OCCURRENCE, ask_of, unwritable
from regulars.outreach.queries.hours import free_again_at, zone_of
from regulars.outreach.queries.matching import letter_named
from regulars.outreach.queries.reach import takes_texts
from regulars.outreach.services.moves import move
from regulars.outreach.services.planning import NewTouch, plan_touches
from regulars.rapport.models import AskedLetter, AskedYes
from regulars.rapport.queries import waiting_for_a_yes
from regulars.rapport.queries.sheets import is_in_the_wifi, root_for_strangers
from regulars.rapport.services import Confirmed, asking_page, confirm_by_answer, forget_asks, token_of

# A letter that could not go for so long stays here: what is left of the fortnight is for the answer.
GOES_WITHIN = timedelta(days=7)
MOST_TEXTS_A_DAY = 20
YES_WORDS = frozenset(
    {
        *("yes", "yes please", "yes thanks", "yes thank you", "i confirm", "confirmed"),
        *("ja", "ja bitte", "ja gern", "ja gerne", "ja danke", "ich bestatige"),
        *("si", "si por favor", "si gracias", "confirmo"),
        *("oui", "oui merci", "oui svp", "oui sil vous plait", "je confirme"),
    }
)


def ask_mailboxes(letters: Collection[tuple[int, int]]) -> int:
    """Write these letters and texts (ask, number of the letter) and let them go; returns how many are new.

    Safe to repeat. An ask for an address that wants no letters is forgotten instead. Without a provider of text
    messages a telephone is not asked: it waits until they tell one of us.
    """
    asks = waiting_for_a_yes().filter(pk__in={ask for ask, _letter in letters})
    found = {ask.pk: ask for ask in asks.select_related("person", "wording")}
    shut = {
        (channel, address)
        for channel in (Channel.EMAIL, Channel.TEXT)
        for address in unwritable((ask.address for ask in found.values() if ask.channel == channel), channel)
    }
    forget_asks([pk for pk, ask in found.items() if (ask.channel, ask.address) in shut])
    ready = [(found[pk], n) for pk, n in letters if pk in found and (found[pk].channel, found[pk].address) not in shut]
    touches = [
        *_letters([one for one in ready if one[0].channel == Channel.EMAIL]),
        *_texts([one for one in ready if one[0].channel == Channel.TEXT]),
    ]
    if not touches:
        return 0
    planned = plan_touches(touches)
    move(planned.ids, State.APPROVED, only_from=(State.PLANNED,), approved_at=clock.now())
    return planned.new


def _letters(ready: Sequence[tuple[AskedYes, int]]) -> list[NewTouch]:
    if not ready:
        return []
    root, is_answered = root_for_strangers(asking_page()), Inbox.objects.filter(account__is_active=True).exists()
    return [_letter(ask, number, root, is_answered=is_answered) for ask, number in ready]


def _texts(ready: Sequence[tuple[AskedYes, int]]) -> list[NewTouch]:
    """The first few of a day, and nothing without a provider: the owner confirms the others on the person's page."""
    if not ready or active_text_account() is None:
        return []
    today = AskedLetter.objects.filter(on=clock.today(), ask__channel=Channel.TEXT).order_by("pk")
    first, country = set(today.values_list("pk", flat=True)[:MOST_TEXTS_A_DAY]), business().country
    return [
        _text(ask, number)
        for ask, number in ready
        if number in first and country_of(ask.address) == country and takes_texts(ask.address)
    ]


def _text(ask: AskedYes, number: int) -> NewTouch:
    language, now = language_of(ask), clock.now()
    with translation.override(language):
        words = _(
            '%(shop)s: somebody wrote this number into our page and ticked: "%(words)s" Was it you? Then answer YES. '
            "If not, do nothing. STOP ends our texts."
        )
        return NewTouch(
            person_id=ask.person_id,
            programme=CONFIRM,
            occurrence=f"{OCCURRENCE}{ask.pk}",
            step=str(number),
            channel=Channel.TEXT,
            purpose=Purpose.SERVICE,
            body=words % {"shop": business().name, "words": ask.wording.words},
            language=language,
            due_at=free_again_at(now, business(), zone_of(ask.person.zone)) or now,
            not_after=ask.asked_at + GOES_WITHIN,
            has_offer=False,
        )


def _letter(ask: AskedYes, number: int, root: str, *, is_answered: bool) -> NewTouch:
    language = language_of(ask)
    with translation.override(language):
        return NewTouch(
            person_id=ask.person_id,
            programme=CONFIRM,
            occurrence=f"{OCCURRENCE}{ask.pk}",
            step=str(number),
            purpose=Purpose.SERVICE,
            subject=_("Was it you? Letters from %(shop)s") % {"shop": business().name},
            body=_words(ask, root, is_answered=is_answered),
            language=language,
            not_after=ask.asked_at + GOES_WITHIN,
            has_offer=False,
        )


def language_of(ask: AskedYes) -> str:
    """The person's language, else the one in which the form was read, else ours: the first that we speak."""
    spoken = {code for code, _name in settings.LANGUAGES}
    wanted = (ask.person.language, ask.language, business().language)
    return next((code for one in wanted if (code := one.lower().partition("-")[0]) in spoken), settings.LANGUAGE_CODE)


def _words(ask: AskedYes, root: str, *, is_answered: bool) -> str:
    """A few plain sentences; of what was typed nothing stands in them, for anybody may have typed it."""
    parts = [
        _("Hello,"),
        _("somebody wrote this e-mail address into our page and ticked: “%(words)s”") % {"words": ask.wording.words},
    ]
    if root:
        link = f"{root}{reverse('enquiries:confirm-yes', args=[token_of(ask)])}"
        parts.append(_("If it was you, please say so here: %(link)s") % {"link": link})
    is_wifi_only = bool(root) and is_in_the_wifi(root)
    if is_wifi_only:
        parts.append(
            _("That page opens in our shop's Wi-Fi. From anywhere else, answer this letter with the one word YES.")
        )
    elif root and is_answered:
        parts.append(_("Or answer this letter with the one word YES."))
    elif not root:
        parts.append(_("If it was you, please answer this letter with the one word YES."))
    last_day = formats.date_format(clock.local(ask.until).date(), "DATE_FORMAT")
    parts += [
        _("If it was not you, do nothing: without your yes we send nothing. After %(day)s we forget it.")
        % {"day": last_day},
        business().name,
    ]
    return "\n\n".join(parts)


def take_answer(row: InboundMail, got: Inbound, touch: Touch | None) -> bool:
    """Was our letter answered with a yes? Then what follows from it is done here.

    Only an answer that names our letter counts: its name cannot be guessed, while anybody can write under anybody's
    address. Every other yes is for a person to read.
    """
    ask_id = ask_of(touch) if touch else None
    if touch is None or ask_id is None or got.kind not in {Kind.REPLY, Kind.START}:
        return False
    if not is_a_yes(row.words):
        return False
    named = letter_named(got.about)
    is_proved = named is not None and named.pk == touch.pk
    is_settled = is_proved and confirm_by_answer(ask_id) != Confirmed.NOTHING
    InboundMail.objects.filter(pk=row.pk).update(is_for_you=not is_settled)
    row.is_for_you = not is_settled
    return True


def take_text_answer(row: InboundMail) -> bool:
    """Was the last text to this number the one that asks, and did that number answer yes? Then it is done here."""
    touch = row.touch
    ask_id = ask_of(touch) if touch else None
    if touch is None or ask_id is None or row.kind != Kind.REPLY.value or not is_a_yes(row.words):
        return False
    if touch.to_address != row.from_address or confirm_by_answer(ask_id) == Confirmed.NOTHING:
        return False
    InboundMail.objects.filter(pk=row.pk).update(is_for_you=False)
    row.is_for_you = False
    return True


def is_a_yes(text: str) -> bool:
    """Does the first line say yes and nothing else?"""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return bare_word(first) in YES_WORDS
