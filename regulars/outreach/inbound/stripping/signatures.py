"""Part an answer from the signature under it."""

from __future__ import annotations

import re

MOST_LINES = 11
LONGEST_LINE = 80
DASHES = re.compile(r"^[\s]*(?:--+|__+|—|\*\*+)[\s]*$")
DASH_NAME = re.compile(r"^\s*[-–—]{1,3}\s?[^\W\d_][\w. ]{0,24}\.?\s*$")
CLOSING = re.compile(
    r"^\W*(?:(?:many |with )?thanks(?: (?:again|a lot|so much|in advance))?|"
    r"thank you|thx|cheers|(?:kind|best|warm|warmest|my)? ?regards|best(?: wishes)?|"
    r"all the best|"
    r"sincerely(?: yours)?|yours(?: (?:sincerely|truly|faithfully))?|"
    r"mit (?:freundlichen|besten|lieben|herzlichen) gr[uü](?:ß|ss)en|(?:viele|"
    r"liebe|beste|herzliche|sch[oö]ne|freundliche)[nr]? gr[uü](?:ß|ss)e|gr[uü](?:ß|"
    r"ss)e?|lg|vg|mfg|"
    r"(?:un |muchos |cordiales )?saludos?(?: cordiales)?|un abrazo|atentamente|"
    r"gracias|cordialement|bien [aà] vous|bien cordialement|merci|amicalement|"
    r"cordiali saluti|distinti saluti|saluti|grazie|atenciosamente|abra[cç]os?|"
    r"obrigad[oa]|met vriendelijke groet(?:en)?|groet(?:en|jes)?|mvh|med v[aä]nlig h[aä]lsning|"
    r"med venlig hilsen|kh|hilsen|vennlig hilsen|yst[aä]v[aä]llisin terveisin|terveisin|"
    r"pozdrawiam|z powa[zż]aniem|s pozdravem|с уважением)\W*$",
    re.IGNORECASE,
)
PHONE = re.compile(
    r"^\W*(?:sent (?:from|with|via)\b.{0,60}|sent from mailbox.{0,30}|get outlook for .{0,60}|"
    r"(?:holen sie sich|hol dir|laden sie|obtener|obt[eé]n|descargar?|obtenir|t[eé]l[eé]charge[rz]|ottieni|scarica|"
    r"obter|obtenha|download) outlook .{0,80}|outlook f[uü]r .{0,60}(?:herunter|beziehen).{0,60}|"
    r"(?:von|gesendet von|gesendet mit|diese nachricht wurde von) (?:meine[mr]?|"
    r"mail|der|outlook).{0,60}|"
    r"envoy[eé] (?:de|depuis|[àa] partir d[e']) ?.{0,60}|enviado (?:desde|do|de) .{0,80}|inviato da .{0,60}|"
    r"verstuurd vanaf .{0,60}|skickat fr[aå]n .{0,60}|sendt fra .{0,60}|wys[lł]ane z .{0,60}|"
    r"отправлено с .{0,60}|von meinem (?:mobilger[aä]t|handy|iphone|ipad).{0,40}|"
    r"yahoo mail.{0,60}|.{0,40}blackberry.{0,40})$",
    re.IGNORECASE,
)


def parted(text: str) -> tuple[str, str]:
    """The text and the signature under it; the first line is never a signature."""
    lines = text.strip().split("\n")
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if len(filled) < 2:
        return text.strip(), ""
    begin = _begin(lines, filled[1:][-MOST_LINES:])
    if begin is None:
        return text.strip(), ""
    return "\n".join(lines[:begin]).rstrip(), "\n".join(lines[begin:]).strip()


def _begin(lines: list[str], places: list[int]) -> int | None:
    """Where the signature begins: the highest line that opens one, if all below it is short."""
    if any(len(lines[at]) > LONGEST_LINE for at in places):
        places = places[max(n for n, at in enumerate(places) if len(lines[at]) > LONGEST_LINE) + 1 :]
    for n, at in enumerate(places):
        line, below = lines[at], places[n + 1 :]
        if DASHES.match(line) and (below or not line.strip()):
            return at
        if PHONE.match(line) and len(below) <= 2:
            return at
        if DASH_NAME.match(line) and all(PHONE.match(lines[low]) for low in below):
            return at
        if CLOSING.match(line) and 1 <= len(below) <= 7 and _are_no_sentences([lines[low] for low in below]):
            return at
    return None


def _are_no_sentences(lines: list[str]) -> bool:
    """A name, a number, an address; not a question or a sentence that would be lost."""
    return not any(line.rstrip().endswith("?") or len(line.split()) > 9 for line in lines)
