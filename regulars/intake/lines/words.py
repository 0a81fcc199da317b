"""The words that say what follows, in English, German and Spanish."""

from __future__ import annotations

import re

FLAGS = re.IGNORECASE
BIRTHDAY = re.compile(
    r"\b(?:(?:her|his|their)\s+)?(?:birthday|b-?day|birth\s*date|date of birth|dob|born|geburtstag|geburtsdatum|geboren"
    r"|geb\.|cumpleaños|cumple|nacid[oa]|nació)(?!\w)\s*(?:(?:is|ist|es)\b\s*)?(?:(?:on\s+the|on|am|el|en)\b)?\s*[:=]?",
    FLAGS,
)
DISLIKES = re.compile(
    r"\b(?:dislikes?|hates?|does\s?n[o']t\s+(?:like|want|eat|drink)|do(?:es)? not (?:like|want|eat|drink)|rather not"
    r"|mag\s+(?:nicht|kein\w*)|hasst|verträgt\s+(?:nicht|kein\w*)|isst\s+kein\w*|no\s+les?\s+gustan?|odia|detesta"
    r"|no\s+(?:come|bebe|quiere))\b\s*:?",
    FLAGS,
)
LIKES = re.compile(
    r"\b(?:likes?|loves?|prefers?|favou?rites?|mag(?:\s+gern)?|liebt|bevorzugt|lieblings\w*|les?\s+(?:gustan?|encantan?)|prefiere)\b\s*:?",
    FLAGS,
)
SENT_BY = re.compile(
    r"\b(?:sent\s+by|referred\s+by|recommended\s+by|introduced\s+by|friend\s+of|empfohlen\s+(?:von|durch)|geschickt\s+von"
    r"|kommt\s+durch|recomendad[oa]\s+por|enviad[oa]\s+por|de\s+parte\s+de|viene\s+por)\b\s*:?",
    FLAGS,
)
MET = re.compile(
    r"\b(?:(?=from\s+the\b)|(?=met\s+(?:at|on|in|through)\b)|(?=vom\s+\w)|(?=von\s+der\s+\w)|(?=kennengelernt\b)"
    r"|(?=del\s+\w)|(?=de\s+la\s+\w)|(?=conocid[oa]\b))",
    FLAGS,
)
LIVES = re.compile(
    r"\b(?:address|lives?\s+(?:at|in)|adresse|anschrift|wohnt\s+(?:in|an)|dirección|direccion|domicilio|vive\s+en)\b\s*:?",
    FLAGS,
)
TAGS = re.compile(r"\b(?:tags?|stichwort|stichworte|etiquetas?)\b\s*:", FLAGS)
VISITS = re.compile(
    r"\b(?:(?:usually|normally|meistens|normalmente)\s+)?(?:buys?|comes?(?:\s+in)?|visits?|orders?|shops?|kauft|kommt"
    r"|bestellt|compra|viene|pide)\b",
    FLAGS,
)
SPENDS = re.compile(r"\b(?:spends?|gibt|zahlt|gasta|paga)\b", FLAGS)
LAST_HERE = re.compile(
    r"\b(?:(?:was\s+)?last\s+(?:here|seen|visit|bought|time)|zuletzt(?:\s+(?:da|hier|gesehen))?|letzter\s+besuch"
    r"|última\s+(?:vez|visita|compra))\b\s*:?",
    FLAGS,
)
MET_INSIDE = re.compile(
    r"\b(?:from\s+the|met\s+(?:at|on|in|through)|vom\s+Markt|von\s+der\s+Messe|kennengelernt|del\s+mercado|de\s+la\s+feria)\b"
)
ROAD = re.compile(
    r"\b(?:street|road|avenue|lane|drive|close|court|square|terrace|st\.?|rd\.?|ave\.?|calle|c/|avda\.?|avenida|plaza|paseo|rue|via)(?!\w)",
    FLAGS,
)
GERMAN_ROAD = re.compile(
    r"\b[A-ZÄÖÜ][\w-]*(?:\s|-)?(?:[Ss]traße|[Ss]trasse|[Ss]tr\.|[Ww]eg|[Pp]latz|[Gg]asse|[Aa]llee|[Uu]fer|[Dd]amm|[Rr]ing)(?!\w)"
)
HOUSE = re.compile(r"^\d+\w?\b|\b\d+\s?[a-z]?(?:\s?[-/]\s?\d+\s?[a-z]?)?$", FLAGS)
TOWN = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,5}\s+[^\W\d].*|.*\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}$")
KEYWORDS = (BIRTHDAY, DISLIKES, LIKES, SENT_BY, MET_INSIDE, LIVES, TAGS, VISITS, SPENDS, LAST_HERE)
NOT = re.compile(r"(?:keine?[nms]?|kein|no|not|nicht|never|nie|nunca)\s+", FLAGS)

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10,
    "ein": 1, "eine": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "diez": 10,
    "once": 1, "twice": 2, "einmal": 1, "zweimal": 2, "dreimal": 3, "viermal": 4,
}  # fmt: skip
DAYS = {
    "day": 1, "tag": 1, "día": 1, "dia": 1, "week": 7, "woche": 7, "semana": 7, "fortnight": 14, "quincena": 14,
    "month": 30, "monat": 30, "mes": 30, "quarter": 91, "quartal": 91, "trimestre": 91, "year": 365, "jahr": 365,
    "año": 365, "ano": 365,
}  # fmt: skip
UNIT = r"(?P<unit>days?|weeks?|fortnights?|months?|quarters?|years?|tage?n?|wochen?|monate?n?|quartale?|jahre?n?|d[ií]as?|semanas?|quincenas?|mes(?:es)?|trimestres?|a[ñn]os?)"
COUNT = r"(?P<count>\d{1,3}|" + "|".join(NUMBERS) + r")"
EVERY = re.compile(
    rf"\b(?:every|each|jeden?|jedes|alle|cada)\s+(?:(?P<other>other|second|zweiten?|zweite)\s+)?(?:{COUNT}\s+)?(?:to\s+\d+\s+)?{UNIT}\b",
    FLAGS,
)
TIMES = re.compile(
    rf"\b{COUNT}\s*(?:x|times|mal|veces|vez)?\s*(?:a|an|per|every|each|im|in\s+der|pro|am|al|a\s+la|por|en\s+el)\s+{UNIT}\b",
    FLAGS,
)
ADVERB = re.compile(
    r"\b(?:(?P<d7>weekly|wöchentlich|semanalmente|semanal)|(?P<d14>fortnightly|bi-?weekly|zweiwöchentlich|quincenal)"
    r"|(?P<d30>monthly|monatlich|mensualmente|mensual)|(?P<d91>quarterly|vierteljährlich|trimestral)"
    r"|(?P<d182>half-?yearly|halbjährlich|semestral)|(?P<d365>yearly|annually|jährlich|anualmente|anual))\b",
    FLAGS,
)
AGO = re.compile(
    rf"\b(?:(?:vor|hace)\s+(?:about\s+|etwa\s+|unos\s+)?{COUNT}\s+{UNIT}|{COUNT.replace('count', 'count2')}\s+{UNIT.replace('unit', 'unit2')}\s+ago)\b",
    FLAGS,
)
LATELY = re.compile(
    r"\b(?:(?P<d0>today|heute|hoy)|(?P<d1>yesterday|gestern|ayer)|(?P<d3>this\s+week|diese\s+woche|esta\s+semana)"
    r"|(?P<d7>last\s+week|letzte\s+woche|la\s+semana\s+pasada)|(?P<d15>this\s+month|diesen\s+monat|este\s+mes)"
    r"|(?P<d30>last\s+month|letzten\s+monat|el\s+mes\s+pasado)|(?P<d365>last\s+year|letztes\s+jahr|el\s+año\s+pasado))\b",
    FLAGS,
)
MONEY = re.compile(
    r"(?:\b(?:about|around|roughly|approx\.?|for|etwa|ungefähr|rund|ca\.?|um\s+die|circa|unos|unas|alrededor\s+de|por|spends?|gibt|gasta|zahlt|paga)\s+|~\s*)+"
    r"(?P<a>[€£$]?\s?\d{1,6}(?:[.,]\d{1,2})?)\s*(?:€|£|\$|euros?|eur|pounds?|gbp|dollars?|usd|francs?|franken|chf|pesos?|kr)?(?!\w)"
    r"(?:\s+(?:each|a\s+time|a\s+visit|per\s+visit|every\s+time|pro\s+besuch|jedes\s+mal|por\s+visita|cada\s+vez|aus))*"
    r"|(?P<b>[€£$]\s?\d{1,6}(?:[.,]\d{1,2})?)(?!\w)|\b(?P<c>\d{1,6}(?:[.,]\d{1,2})?)\s*(?:€|£|\$|euros?\b|eur\b|pounds?\b|gbp\b|dollars?\b|usd\b|francs\b|franken\b|chf\b|pesos\b)",
    FLAGS,
)


def number(text: str) -> int:
    """A count in figures or words."""
    return int(text) if text.isdigit() else NUMBERS[text.casefold()]


def days_of(unit: str) -> int:
    """The days of a unit of time, whatever its ending."""
    word = unit.casefold()
    return next(days for start, days in sorted(DAYS.items(), key=lambda pair: -len(pair[0])) if word.startswith(start))
