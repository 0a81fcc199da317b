"""What single words in a cell mean: yes and no, paid and cancelled, subscribed and bounced. Several languages."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Standing = Literal["paid", "unpaid", "cancelled", "refunded", "part refunded", "test", "draft"]
MailStatus = Literal["subscribed", "left", "bad", "none"]

YES = frozenset("yes y true t 1 on x ja j oui o si s sim da tak kylla evet accepted accept optin opted_in optedin subscribed granted agreed consented ✓ ✔".split())  # fmt: skip
NO = frozenset("no n false f 0 off nein non nao nej nee ei nie net hayir declined denied optout opted_out unsubscribed none never not_set".split())  # fmt: skip

STANDINGS: tuple[tuple[Standing, re.Pattern[str]], ...] = (
    ("paid", re.compile(r"\((paid|paye|bezahlt|pagado|pagato|betaald)\)")),
    ("part refunded", re.compile(r"part\w*[ _-]*(refund|erstatt|rembours|reembols|rimbors|terugbetaald|aterbetal)|(teilweise|partiellement|parcialmente|parzialmente|gedeeltelijk|delvis)\W*(erstatt|rueckerstatt|ruckerstatt|rembours|reembols|rimbors|terugbetaald|aterbetal|refund)")),
    ("part refunded", re.compile(r"rembours\w* partiel|reembols\w* parcial|rimbors\w* parzial")),
    ("refunded", re.compile(r"refunded|refund$|^refund\b|charged?[ _-]?back|erstattet|rembours|reembols|devuelto|rimbors|terugbetaald|aterbetal|refunder|zwrocon|retourne$|reversed")),
    ("cancelled", re.compile(r"cancel|void|storn|annul|geannuleerd|avbrut|makuler|anulowan|zrusen|peruttu|deleted|abgebroch|iptal|отмен")),
    ("test", re.compile(r"^test( mode| order)?$")),
    ("draft", re.compile(r"^(draft|entwurf|brouillon|borrador|bozza|concept|utkast|quote|abandoned|cart|trash|checkout-draft)$")),
    ("unpaid", re.compile(
        r"not paid|unpaid|^open$|^open\b.*\bdue\b|non paye|nicht bezahlt|impaye|niet betaald|pending|awaiting|waiting|authori[sz]ed|on[ _-]?hold|^holded$|^hold$|expired|fail|declin"
        r"|denied|reject|incomplete|requires|uncaptured|payment[ _-]error|payment[ _-]review|fraud|blocked|offen|ausstehend|wartend|en attente|attente|pendiente|pendente|in attesa"
        r"|openstaand|overdue|past due|uberfallig|vencid|scadut|en retard|in afwachting|obetald|vantar|oczekuj|nieoplac|unclaimed|uncleared|fehlgeschlagen|echoue|erreur|fallid|fallit|mislukt|processing payment"
    )),
)  # fmt: skip

MAIL: tuple[tuple[MailStatus, re.Pattern[str]], ...] = (
    ("bad", re.compile(r"clean|bounce|invalid|undeliver|hard|dead")),
    ("left", re.compile(r"unsub|left|user_suppressed|opt(ed)?[ _-]?out|complain|spam|suppress|inactive|cancel|blocklist|blacklist|disabled|blocked|removed|abgemeldet|desabonn|de-?inscri|baja|disiscritt|afgemeld|avregistr|wypisan")),
    ("none", re.compile(r"non[ _-]?subscri|not[ _-]?subscri|never|pending|unconfirmed|transactional|archived|no[ _-]consent|not[ _-]set|redacted")),
    ("subscribed", re.compile(r"^(subscrib|opted?[ _-]?in|active$|confirmed|angemeldet|abonniert|abonne|suscrit|iscritt|ingeschreven|prenumer|enabled$|granted$)")),
)  # fmt: skip


def folded(text: str) -> str:
    """Return a word without case, accents and outer blanks."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text.strip().casefold()) if not unicodedata.combining(letter)
    )


def truth(text: str) -> bool | None:
    """Return yes, no, or None for anything else."""
    word = folded(text).replace(" ", "_").replace("-", "_")
    if word in YES:
        return True
    return False if word in NO else None


def standing(text: str) -> Standing:
    """Return where an order stands by its status; an unknown word counts as paid."""
    word = folded(text).replace("_", " ")
    return next((meaning for meaning, pattern in STANDINGS if pattern.search(word)), "paid")


def mail_status(text: str) -> MailStatus | None:
    """Return what a mailing tool's status means, or None for a word (or a code number) that says nothing."""
    word = folded(text)
    return next((meaning for meaning, pattern in MAIL if pattern.search(word)), None)
