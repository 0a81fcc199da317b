"""What the style guide shows: invented people with real-looking troubles, as a component will meet them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.kit.charts import Bar, Bars, Point, Rhythm, Series, Spark, Trend, Visit, bars, rhythm, spark, trend
from regulars.kit.specimen_charts import more_charts

TODAY = date(2026, 11, 22)
LONG_NAME = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"


class SpecimenForm(forms.Form):
    """One field of each kind."""

    full_name = forms.CharField(label=_("Name"), help_text=_("As she writes it herself."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    birthday = forms.DateField(label=_("Birthday"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    likes = forms.ChoiceField(
        label=_("Likes to be reached by"), choices=[("card", _("Card")), ("call", _("Call")), ("email", _("E-mail"))]
    )
    days = forms.MultipleChoiceField(
        label=_("Comes on"),
        required=False,
        help_text=_("As far as you know."),
        widget=forms.CheckboxSelectMultiple,
        choices=[("sat", _("Saturdays")), ("week", _("Weekdays after five"))],
    )
    order = forms.ChoiceField(
        label=_("Is 03/04 the third of April?"),
        widget=forms.RadioSelect,
        choices=[("dmy", _("Yes, the day comes first")), ("mdy", _("No, it is the fourth of March"))],
    )
    note = forms.CharField(label=_("What you learned"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    may_write = forms.BooleanField(
        label=_("She agreed to e-mail"), required=False, help_text=_("Keep where and when she said so.")
    )
    file = forms.FileField(label=_("The file"), required=False)


def specimens() -> dict[str, Any]:
    """Everything the style guide draws."""
    return {
        "today": TODAY,
        "long_name": LONG_NAME,
        "empty_form": SpecimenForm(),
        "refused_form": _refused_form(),
        "drop_form": SpecimenForm(auto_id="drop_%s"),
        "stopped": {"is_stopped": True, "stopped_by_name": "Inés", "resume_url": "#dialogs"},
        "people": _people(),
        "facts": [(_("So far"), "2,964.00"), (_("Next 12 months"), "210–390"), (_("Spends with us"), _("about half"))],
        "entries": _entries(),
        "steps": [
            {"label": _("The file"), "is_done": True, "url": "#steps"},
            {"label": _("What is what"), "is_current": True},
            {"label": _("Look it over"), "is_done": False},
            {"label": _("Taken in"), "is_done": False},
        ],
        "tabs": [
            {"label": _("Waiting"), "url": "#tabs", "is_current": True},
            {"label": _("Sent"), "url": "#tabs", "is_current": False},
            {"label": _("Could not be sent"), "url": "#tabs", "is_current": False},
        ],
        "filters": [
            {"label": _("Everybody"), "url": "#filters", "is_on": False, "count": ""},
            {"label": _("Regulars"), "url": "#filters", "is_on": True, "count": 41},
            {"label": _("Slipping"), "url": "#filters", "is_on": False, "count": 27},
            {"label": _("Not seen for a year"), "url": "#filters", "is_on": False, "count": 0},
        ],
        "late": late_rhythm(),
        "steady": steady_rhythm(),
        "nobody": rhythm([], today=TODAY),
        "returns": returns_trend(),
        "sources": sources_bars(),
        "takings": takings_spark(),
        **more_charts(),
    }


def _refused_form() -> SpecimenForm:
    form = SpecimenForm(
        {"full_name": "", "email": "anneke@", "likes": "card", "birthday": "31 June"}, auto_id="refused_%s"
    )
    form.add_error(None, _("Nothing was kept yet. Mend the three fields below and save once more."))
    return form


def _people() -> list[dict[str, Any]]:
    rows = [
        ("Anneke Noordman", "", _("coming along"), TODAY - timedelta(days=7), "128.40", 2),
        ("Tomasz Błaszczyk-Świętochłowski", "", _("first visit"), TODAY - timedelta(days=8), "39.00", 1),
        ("Γιώργος Παπαδόπουλος", "sky", _("regular"), TODAY - timedelta(days=20), "1204.50", 19),
        ("Людмила Ковальчук", "warm", _("slipping"), TODAY - timedelta(days=96), "2964.00", 37),
        (LONG_NAME, "plain", _("gone quiet"), date(2024, 2, 29), "12.00", 3),
    ]
    names = ("name", "tone", "group", "last_on", "amount", "visits")
    return [dict(zip(names, (*row[:4], Decimal(row[4]), row[5]), strict=True)) for row in rows]


def _entries() -> list[dict[str, Any]]:
    return [
        {"on": date(2026, 8, 18), "text": _("Bought a silver chain, 84.00"), "by": _("served by Inés")},
        {"on": date(2026, 8, 11), "text": _("Said on the telephone: daughter marries in October"), "by": "Maya"},
        {"on": date(2026, 6, 24), "text": _("Sent her friend Carla, who became a customer"), "chip": _("thanked")},
        {
            "on": date(2025, 12, 14),
            "text": _("Christmas card, signed and posted"),
            "by": _("she thanked us on the 17th"),
        },
    ]


def late_rhythm() -> Rhythm:
    """Usually every 41 days; now 96."""
    gaps = (96, 42, 48, 52, 49, 38, 54, 42, 47, 39, 44, 51, 40)
    amounts = (84, 120, 45, 60, 210, 38, 75, 60, 44, 130, 52, 61, 48)
    visits, day = [], TODAY
    for gap, amount in zip(gaps, amounts, strict=True):
        day -= timedelta(days=gap)
        visits.append(Visit(day, Decimal(amount)))
    due = (visits[0].on + timedelta(days=33), visits[0].on + timedelta(days=52))
    return rhythm(visits, today=TODAY, due=due)


def steady_rhythm() -> Rhythm:
    """Every Saturday, the next one still ahead."""
    visits = [Visit(TODAY - timedelta(days=3 + 7 * week)) for week in range(70)]
    return rhythm(visits, today=TODAY, due=(TODAY + timedelta(days=2), TODAY + timedelta(days=7)))


def returns_trend() -> Trend:
    """The share of first-timers who came again, this year and last."""
    steps = (_("first visit"), *(_("%(n)s months") % {"n": n} for n in (2, 4, 6, 8, 10, 12)))
    mine = (
        (0, 0, 0),
        (0.15, 0.08, 0.26),
        (0.24, 0.15, 0.36),
        (0.31, 0.20, 0.44),
        (0.35, 0.24, 0.48),
        (0.38, 0.27, 0.51),
        (0.41, 0.29, 0.54),
    )
    last = (0, 0.11, 0.16, 0.19, 0.22, 0.24, 0.26)
    return trend(
        Series("2026", tuple(Point(str(step), *values) for step, values in zip(steps, mine, strict=True))),
        against=Series("2025", tuple(Point(str(step), value) for step, value in zip(steps, last, strict=True))),
        label=str(_("Share of first-time customers who came a second time, by months since the first")),
    )


def sources_bars() -> Bars:
    """Who sends the people who stay, with one name that does not fit."""
    rows = [
        Bar(str(_("Sent by a friend")), 0.62, "62 %", 0.49, 0.73, note=str(_("31 of 50 people")), url="#charts"),
        Bar(str(_("Walked past the window")), 0.34, "34 %", 0.25, 0.44, note=str(_("30 of 88 people"))),
        Bar(LONG_NAME, 0.2, "20 %", 0.04, 0.56, note=str(_("1 of 5 people: too few to say"))),
        Bar(str(_("All first-timers last year")), 0.36, "36 %", is_faint=True),
    ]
    return bars(rows, label=str(_("Share who came again within a year, by how they found us")), top=1)


def takings_spark() -> Spark:
    """Twelve months of takings in one word's height."""
    return spark(
        [310, 290, 350, 420, 380, 400, 520, 480, 530, 610, 590, 640], label=str(_("Takings, twelve months, rising"))
    )
