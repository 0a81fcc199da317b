"""The wordings that are there from the first day: warm, plain, short; the owner's own as soon as one is changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.business import in_our_language
from regulars.outreach.models import Purpose


@dataclass(frozen=True)
class Starter:
    key: str
    name: str | Promise
    purpose: str
    subject: str | Promise
    body: str | Promise

    @property
    def words(self) -> tuple[str, str]:
        """Subject and body in the language of the business, whoever is looking and in whatever language."""
        return self.words_in("")

    def words_in(self, language: str) -> tuple[str, str]:
        """Subject and body in a language of the house; empty: that of the business."""
        with translation.override(language) if language else in_our_language():
            return str(self.subject), str(self.body)


STARTERS: dict[str, Starter] = {
    starter.key: starter
    for starter in (
        Starter(
            "thank-you",
            _("Thank you after a purchase"),
            Purpose.CARE,
            _("Thank you for coming in"),
            _(
                "{{ greeting }},\n\n"
                "thank you for coming back to us."
                "{% if bought %} I hope you are enjoying what you chose: {{ bought }}.{% endif %}\n\n"
                "If anything is not as it should be, bring it in or write back, and we will put it right.\n\n"
                "Until soon\n{{ signature }}"
            ),
        ),
        Starter(
            "first-purchase",
            _("Thank you for a first purchase"),
            Purpose.CARE,
            _("Thank you for your first visit"),
            _(
                "{{ greeting }},\n\n"
                "thank you for finding your way to us."
                "{% if bought %} I hope this turns out to be just right: {{ bought }}.{% endif %}\n\n"
                "If a question comes up, or something does not fit, simply write back. I read every answer myself.\n\n"
                "Warm regards\n{{ signature }}"
            ),
        ),
        Starter(
            "birthday",
            _("Birthday"),
            Purpose.GREETING,
            _("Happy birthday{% if first_name %}, {{ first_name }}{% endif %}"),
            _(
                "{{ greeting }},\n\n"
                "happy birthday from all of us at {{ shop }}. "
                "I hope the day brings you good company and a little time for yourself.\n\n"
                "All the best\n{{ signature }}"
            ),
        ),
        Starter(
            "anniversary",
            _("Years as a customer"),
            Purpose.GREETING,
            _("Thank you for the time with us"),
            _(
                "{{ greeting }},\n\n"
                "{% if years == '1' %}it is a year now{% elsif years %}it is {{ years }} years now"
                "{% else %}it is a good while now{% endif %}"
                " since you first came to us. Thank you for staying: "
                "it is regulars like you who keep {{ shop }} going.\n\n"
                "With thanks\n{{ signature }}"
            ),
        ),
        Starter(
            "new-year",
            _("New Year"),
            Purpose.GREETING,
            _("A happy New Year"),
            _(
                "{{ greeting }},\n\n"
                "thank you for the year we had together. "
                "I wish you and those you love a new year with time for what matters.\n\n"
                "All the best\n{{ signature }}"
            ),
        ),
        Starter(
            "for-no-reason",
            _("A word for no reason"),
            Purpose.GREETING,
            _("Thinking of you"),
            _(
                "{{ greeting }},\n\n"
                "no offer and no reminder today: "
                "I only wanted to say that it is good to have you with us at {{ shop }}.\n\n"
                "I hope this season treats you kindly.\n\n"
                "Warm regards\n{{ signature }}"
            ),
        ),
        Starter(
            "we-miss-you",
            _("We have not seen you for a while"),
            Purpose.CARE,
            _("How are you?"),
            _(
                "{{ greeting }},\n\n"
                "we have not seen you for a while and have been wondering how you are."
                "{% if last_bought_on %} You were last here on {{ last_bought_on }}.{% endif %}\n\n"
                "If something was not right last time, please tell me: I would like to hear it. "
                "And if you only had no reason to come by, that is fine too. You are always welcome.\n\n"
                "Until soon, I hope\n{{ signature }}"
            ),
        ),
        Starter(
            "enquiry",
            _("Answer to an enquiry"),
            Purpose.SERVICE,
            _("You asked us{% if asked_for %}: {{ asked_for }}{% endif %}"),
            _(
                "{{ greeting }},\n\n"
                "thank you for asking us{% if asked_for %} about this: {{ asked_for }}{% endif %}. "
                "I would be glad to help.\n\n"
                "Shall I show you what we have, or shall I call you? Write back with a time that suits you.\n\n"
                "Until soon\n{{ signature }}"
            ),
        ),
        Starter(
            "friend",
            _("Thank you for sending a friend"),
            Purpose.CARE,
            _("Thank you for sending {{ friend | default: 'a friend' }}"),
            _(
                "{{ greeting }},\n\n"
                "{{ friend | default: 'a friend of yours' }} told us who sent them: you. Thank you. "
                "There is no kinder thing anybody can do for {{ shop }}.\n\n"
                "I will look after them as I hope we look after you.\n\n"
                "Warm regards\n{{ signature }}"
            ),
        ),
        Starter(
            "reminder",
            _("As promised"),
            Purpose.SERVICE,
            _("{% if what %}{{ what }}{% else %}As promised{% endif %}"),
            _(
                "{{ greeting }},\n\n"
                "as promised, a word about this: {{ what | default: 'what you asked us for' }}."
                "{% if due %} It is ready for you from {{ due }}.{% endif %}\n\n"
                "If the time does not suit you, write back and we will find another.\n\n"
                "{{ signature }}"
            ),
        ),
    )
}
