"""STOP, START and HELP: one word that stands alone, as people and carriers write it."""

from __future__ import annotations

import re
import unicodedata

from regulars.outreach.inbound.kinds import Kind
from regulars.outreach.inbound.mail import Mail

STOP = frozenset(
    {
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "unsub",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "opt out",
        "opt-out",
        "remove",
        "remove me",
        "stop texting",
        "stop texting me",
        "dont text me",
        "do not text me",
        "leave me alone",
        "stop it",
        "unsubscribe me",
        "stop emailing me",
        "stop writing to me",
        "stop sending me emails",
        "take me off",
        "take me off your list",
        "stopp",
        "abmelden",
        "abbestellen",
        "austragen",
        "abmeldung",
        "ende",
        "bitte abmelden",
        "keine werbung",
        "keine mails mehr",
        "keine emails mehr",
        "keine sms",
        "keine sms mehr",
        "bitte keine sms mehr",
        "alto",
        "parar",
        "baja",
        "cancelar",
        "fin",
        "dar de baja",
        "darme de baja",
        "detener",
        "no mas",
        "no mas sms",
        "no mas mensajes",
        "basta",
        "arret",
        "arreter",
        "desinscription",
        "desabonner",
        "desinscrire",
        "me desinscrire",
        "desabonnement",
        "ferma",
        "cancella",
        "cancellami",
        "annulla",
        "disiscrivi",
        "disiscrivimi",
        "rimuovi",
        "sair",
        "remover",
        "cancelar inscricao",
        "afmelden",
        "uitschrijven",
        "stoppen",
        "avsluta",
        "avregistrera",
        "frameld",
        "afmeld",
        "avmelding",
        "meld av",
        "lopeta",
        "peru",
        "rezygnuje",
        "wypisz",
        "wypisz mnie",
        "anuluj",
        "odhlasit",
        "leiratkozas",
        "dezabonare",
        "стоп",
        "отписаться",
        "отмена",
        "отписка",
        "iptal",
        "dur",
        "διαγραφη",
        "退订",
        "取消",
        "停止",
        "配信停止",
        "수신거부",
        "解除",
    }
)
START = frozenset(
    {
        "start",
        "unstop",
        "yes",
        "subscribe",
        "opt in",
        "optin",
        "anmelden",
        "alta",
        "empezar",
        "weiter",
        "continuar",
        "reprendre",
        "inizia",
        "начать",
    }
)
HELP = frozenset({"help", "info", "hilfe", "ayuda", "aide", "aiuto", "ajuda", "hulp", "hjalp", "pomoc", "помощь"})
LONGEST = 60


def asked(text: str) -> Kind | None:
    """What a short message asks; None where more is said than the word itself, which is for a person to read."""
    word = bare_word(text)
    if not word:
        return None
    if word in STOP:
        return Kind.STOP
    if word in START:
        return Kind.START
    return Kind.HELP if word in HELP else None


def looks_like_leaving(text: str) -> bool:
    """Does "Please stop" stand in a message that says more? Carriers let it pass; a person should see it."""
    words = bare_word(text).split()
    return 1 < len(words) <= 6 and bool(
        {"stop", "unsubscribe", "cancel", "remove", "abmelden", "abbestellen", "baja", "stopp"} & set(words)
    )


def asked_in(mail: Mail) -> Kind | None:
    """What a mail asks, by its own words, or by its subject where it has none or is the way out of a letter."""
    from regulars.outreach.inbound.stripping import stripped

    words = stripped(mail).text
    found = asked(words)
    if found is None and asked(_without_marked_lines(words)) is Kind.STOP:
        found = Kind.STOP
    if found is not None:
        return found
    subject = mail.header("subject")
    if words.strip() and subject.lower().strip() != "unsubscribe":
        return None
    return asked(subject) if not re.match(r"\s*(re|aw|sv|vs|antw|rif|ynt|odp)\s*:", subject, re.IGNORECASE) else None


def _without_marked_lines(words: str) -> str:
    """Without any line marked with >: one or two of them are left standing in an answer, as its writer may mean them.

    A STOP above them is one all the same; a "yes" may be the answer to what they ask.
    """
    return "\n".join(line for line in words.split("\n") if not line.lstrip().startswith(">"))


def bare_word(text: str) -> str:
    """Small letters, no accents, no signs around or apostrophes within."""
    if len(text) > LONGEST * 4:
        return ""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    plain = re.sub(r"['\u2019`]", "", plain)
    plain = re.sub(r"[^\w\s-]", " ", plain)
    return unicodedata.normalize("NFC", " ".join(plain.split()).strip("-_ "))[:LONGEST]
