"""The lines that stand between an answer and what it quotes, in the languages mail programs speak."""

from __future__ import annotations

import re
from collections.abc import Sequence

WROTE = (
    r"wrote|writes?|sent|said|schrieb|geschrieben|a [eé]crit|[eé]crivait|ecrit|"
    r"schreef|geschreven|napisa[lł](?:\(a\)|a)?|skrev|escribi[oó]|"
    r"ha scritto|scrisse|escreveu|kirjoitti|napsal(?:\(a\)|a)?|nap[ií]sal|[ií]rta|"
    r"a scris|yazd[ıi]|(?:đã|da) vi[eế]t|написала?|пишет|пише|έγραψε|"
    r"skrifaði|va escriure|idatzi zuen|je napisao|написав|写道|のメール|작성|<\s?[^<>\s]+@[^<>\s]+>"
)
# Verbs that stand before the name: "Am 5. Januar schrieb Maya:".
WROTE_FIRST = r"schrieb|schreef|skrev|kirjoitti|napsal(?:\(a\)|a)?|napisa[lł](?:\(a\)|a)?|escribi[oó]|wrote|написала?"
FIRST = r"on|at|le|am|op|w dniu|dnia|den|d\.|p[aå]|v[aà]o|el|il|em|no dia|dne|a\(z\)|la data|в|el d[ií]a|em"
SAYS_WHEN = re.compile(r"\d")
ON = re.compile(
    rf"^\W*(?:{FIRST})\b.{{3,400}}?(?:(?:{WROTE})(?: (?:het )?volgende geschreven|"
    rf" a [eé]crit| wrote)?\s*:?|\b(?:{WROTE_FIRST})\s[^:.!?<]{{1,80}}(?:<[^\n]{{3,200}}>?)?\s*:)[\s\-]*$",
    re.IGNORECASE | re.DOTALL,
)
BY_DATE = re.compile(
    r"^\W*(?:\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|"
    r"(?:\d{1,2}:\d{2}(?: ?[ap]m)?, )?(?:\w{2,14}\.?,? )?(?:\d{1,2}\.? \w+\.?|\w+ \d{1,2},) \d{4}).{0,160}"
    rf"(?:<?\s*\S+@\S+>?\s*:?|(?:{WROTE})\s*:|\s(?:{WROTE_FIRST})\s[^:]{{1,160}}:)\s*$",
    re.IGNORECASE | re.DOTALL,
)
NAME_WROTE = re.compile(rf"^\W*[^\n]{{2,120}}<[^<>\s]+@[^<>\s]+>\s*(?:{WROTE})\s*:\s*$", re.IGNORECASE)
# "Maya <maya@boutique.example> schrieb am Mo., 5. Januar 2026 um 10:00 Uhr:"
NAME_WROTE_WHEN = re.compile(
    rf"^\W*[^\n:]{{2,120}}\s(?:{WROTE})\s(?:{FIRST}|,)\b[^:]{{0,40}}\d{{1,2}}[^\n]{{0,20}}\s[^\n]{{0,20}}\d[^\n]{{0,20}}:\s*$",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"^[\s>]*[-_*=]{2,}\s*(?:original[ -]?(?:message|e-?mail|nachricht|meddelande|"
    r"bericht)?|urspr[uü]ngliche (?:nachricht|e-?mail|mail)|reply message|message d'origine|"
    r"message original|mensaje original|messaggio originale|mensagem original|"
    r"oorspronkelijk bericht|oprindelig (?:meddelelse|besked)|ursprungligt meddelande|"
    r"opprinnelig melding|alkuper[aä]inen viesti|wiadomo[sś][cć] oryginalna|"
    r"p[uů]vodn[ií] (?:zpr[aá]va|e-?mail)|eredeti [uü]zenet|исходное сообщение|"
    r"пересылаемое сообщение|antwort|.{2,90} (?:wrote|schrieb|escribi[oó]|a [eé]crit|ha scritto) ?:?)\s*[-_*=]{2,}\s*$"
    # GroupWise: who and when between three arrows.
    r"|^>{2,3} .{2,120}\d.{0,40} >{2,3}\s*$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"^[\s>]*[-_*]{5,}\s*(?:forwarded message|weitergeleitete nachricht|message transf[eé]r[eé]|"
    r"mensaje reenviado)|^begin forwarded message:|^anfang der weitergeleiteten",
    re.IGNORECASE,
)
HEADS = (
    r"from|date|sent|to|cc|subject|message du|copie [àa]|sujet|reply-to|von|datum|gesendet|an|betreff|kopie|"
    r"de|envoy[eé](?: le)?|[àa]|objet|fecha|enviado(?: el)?|para|asunto|"
    r"da|inviato|a|oggetto|data|enviada(?: em)?|assunto|van|verzonden|aan|onderwerp|"
    r"fra|sendt|dato|til|emne|fr[åa]n|skickat|till|[äa]mne|"
    r"l[äa]hett[äa]j[äa]|l[äa]hetetty|vastaanottaja|aihe|od|wys[lł]ano|do|temat|"
    r"odesl[aá]no|komu|p[rř]edm[eě]t|от|отправлено|дата|кому|тема|felad[oó]|"
    r"c[ií]mzett|t[aá]rgy"
)
HEAD = re.compile(rf"^[\s>*_]*(?:{HEADS})\s?\*?\s?[::]\*?\s?\S?", re.IGNORECASE)
FROM = re.compile(
    r"^[\s>*_]*(?:from|date|message du|von|de|da|van|fra|fr[åa]n|l[äa]hett[äa]j[äa]|od|"
    r"от|felad[oó]|sent|gesendet|datum)\s?\*?\s?:",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*[_\-=*]{4,}\s*$")
ON_ONE_LINE = re.compile(
    r"^([^\n>]*[^\s>][ \-]+)((?:On|Am|Le|El|Il|Op|Em) [^\n]{0,20}\d[^\n]{6,160}(?:wrote|"
    r"schrieb|a écrit|escribió|ha scritto|schreef|escreveu)[^\n:]{0,80}:[ \t]*)$",
    re.MULTILINE,
)
TALLEST = 4  # lines a program breaks "On ... wrote:" into


def is_forward(line: str) -> bool:
    """Does a letter passed on begin here?"""
    return bool(FORWARD.match(line))


def splitter_at(lines: Sequence[str], at: int) -> int:
    """How many lines the border that begins here has; 0 where none does."""
    line = lines[at]
    if len(line) > 500:
        return 0
    if ORIGINAL.match(line) or NAME_WROTE.match(line):
        return 1
    if RULE.match(line):
        begin = at + 1 + (at + 1 < len(lines) and not lines[at + 1].strip())
        heads = _heads_from(lines, begin)
        return begin - at + heads if heads else 0
    heads = _heads_from(lines, at)
    if heads:
        return heads
    return _on_at(lines, at)


def _on_at(lines: Sequence[str], at: int) -> int:
    words = ""
    for long in range(TALLEST + 1):
        if at + long >= len(lines):
            return 0
        line = lines[at + long].lstrip("> ")
        is_quoted_below = lines[at + long].startswith(">") and not lines[at].startswith(">") and line.strip(": ")
        if is_quoted_below or (not line and lines[at + long].strip() != ">"):
            return 0
        words = f"{words}\n{line}" if words else line
        if not SAYS_WHEN.search(words) and "@" not in words:
            continue
        if ON.match(words) or BY_DATE.match(words) or NAME_WROTE_WHEN.match(words):
            says_nothing_of_when = long and not SAYS_WHEN.search(lines[at])
            return 0 if says_nothing_of_when and _on_at(lines[: at + long + 1], at + 1) else long + 1
    return 0


def _heads_from(lines: Sequence[str], at: int) -> int:
    """The head of a letter (From, Sent, To, Subject): at least two of its lines together, and it begins so."""
    if at >= len(lines) or not FROM.match(lines[at]):
        return 0
    found, last = 0, at
    for place in range(at, min(at + 9, len(lines))):
        if HEAD.match(lines[place]):
            found, last = found + 1, place
        elif (not lines[place].strip() and found >= 2) or place - last > 2:
            break
    return last - at + 1 if found >= 2 else 0
