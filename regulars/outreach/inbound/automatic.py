"""Machines that answer for people: away, holiday, "we have got it" (RFC 3834), and "prove that you are a person"."""

from __future__ import annotations

import re

from regulars.outreach.inbound.mail import Mail

HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-vacation",
    "x-apple-action",
    "x-ms-exchange-inbox-rules-loop",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-auto-response",
    "x-ebay-autoreply",
    "x-cpanel-autoresponder",
    "x-facebook-auto-response",
)
PRECEDENCE = frozenset({"auto_reply", "auto-reply", "autoreply"})
SUBJECT = re.compile(
    r"^\W*(auto(matic|mated)?[ -]?(reply|response|respon\w+|answer|r[eé]ply)\b|"
    r"autorepl|autorespond|out[ -]of[ -](the[ -])?office|ooo\b|away (from|until)|"
    r"(i am|i'm|currently) (away|out)|on (vacation|holiday|leave)|vacation( reply|"
    r" notice|:)|"
    r"abwesen|automatische (antwort|r[eü]ckmeldung)|ausser haus|außer haus|urlaub|nicht im (büro|haus)|"
    r"r[eé]ponse automatique|absen(ce|t)|en cong[eé]|message d'absence|"
    r"respuesta autom[aá]tica|fuera de (la )?oficina|ausente|de vacaciones|resposta autom[aá]tica|"
    r"fora do escrit[oó]rio|aus[eê]ncia|"
    r"risposta automatica|fuori (sede|ufficio)|assente|assenza|automatisch antwoord|"
    r"afwezig|niet aanwezig|autosvar|fr[aå]nvar|frav[æe]r|automatsvar|automatisk (svar|"
    r"svarsmeddelelse)|poissa|automaattinen|"
    r"odpowied[zź] automatyczna|automatyczna odpowied|autoodpowied|nieobecno|automatick[aáe] odpov|"
    r"nep[rř]itomn|автоответ|автоматический ответ|отсутств|в отпуске|otomatik (yan[iı]t|"
    r"cevap)|αυτόματη απάντηση|automatikus v[aá]lasz|r[aă]spuns automat|自動(返信|"
    r"応答)|不在|自动(回复|答复)|자동 ?(회신|응답)|부재)",
    re.IGNORECASE,
)
BODY = re.compile(
    r"(i am|i'm|i will be|we are|am) (currently )?(out of (the )?office|away (from|"
    r"until|on)|on (vacation|holiday|leave|annual leave|maternity))|this is an automat(ic|"
    r"ed) (reply|response|answer)|"
    r"ich bin (bis|vom|derzeit|zur ?zeit|ab|am|momentan|im urlaub|nicht im).{0,80}(urlaub|"
    r"abwesend|nicht (im|erreichbar)|wieder)|dies ist eine automatische|"
    r"je suis (actuellement )?(absent|en cong)|ceci est (un|une) (message|r[eé]ponse) automatique|"
    r"estoy (de vacaciones|fuera de la oficina|ausente)|(este es un mensaje|"
    r"esta es una respuesta) autom|"
    r"sono (in ferie|fuori ufficio|assente)|estou (de f[eé]rias|ausente|fora)|"
    r"ik ben (afwezig|met vakantie|niet aanwezig)|jag [aä]r (p[aå] semester|"
    r"inte p[aå] kontoret)|jestem (na urlopie|nieobecn)",
    re.IGNORECASE,
)
CHALLENGE = re.compile(
    r"(confirm|verify|prove|validate) (that )?(you|your).{0,60}(human|person|"
    r"not a (robot|machine|spam)|message|sender|deliver|e-?mail to)|challenge[/ -]response|"
    r"sender (verification|confirmation|authentication)|"
    r"boxbe|spamarrest|spam arrest|mailinblack|earthlink.{0,30}spamblocker|knowspam|"
    r"click .{0,40}link .{0,60}(deliver|release|approve|let).{0,30}(message|"
    r"e-?mail|mail)|"
    r"(waiting list|request(ing)? permission|before your (message|e-?mail) (can|"
    r"will) be delivered|approved senders? list|allow(ed)? senders? list)|"
    r"best[aä]tigen sie.{0,60}(absender|mensch|zustell)|confirmez.{0,60}(exp[eé]diteur|"
    r"humain)|authentifi\w+ .{0,40}(exp[eé]diteur|adresse).{0,60}(d[eé]livr|"
    r"remis)",
    re.IGNORECASE,
)
FIRST_WORDS = 1500


def is_auto_reply(mail: Mail) -> bool:
    """Did a machine answer? By its headers first, then by the words a machine's subject begins with."""
    submitted = mail.header("auto-submitted").lower().partition(";")[0].strip()
    if submitted and submitted != "no":
        return True
    if any(mail.header(name) for name in HEADERS) or mail.header("precedence").lower() in PRECEDENCE:
        return True
    if SUBJECT.match(mail.header("subject")):
        return True
    is_to_nobody = mail.header("return-path").strip() == "<>" and bool(mail.plain or mail.html)
    return is_to_nobody or bool(BODY.search(first_words(mail)))


def is_receipt_for_reading(mail: Mail) -> bool:
    """ "Read on Monday", "deleted unread" (RFC 8098): sent by their program, often without a word to them."""
    return any(part.get_content_type() == "message/disposition-notification" for part in mail.parts)


def is_challenge(mail: Mail) -> bool:
    """Does a machine ask us to prove that a person wrote?"""
    if any(mail.header(name) for name in ("x-spamarrest-noauth", "x-mailinblack", "x-boxbe-wl", "x-tmda-confirm")):
        return True
    is_machine = (
        bool(mail.header("auto-submitted"))
        or mail.header("return-path").strip() == "<>"
        or mail.header("precedence").lower() in {"bulk", "junk"}
    )
    return is_machine and bool(CHALLENGE.search(f"{mail.header('subject')}\n{first_words(mail)}"))


def first_words(mail: Mail) -> str:
    """What the mail begins with, before anything quoted."""
    words = mail.plain or re.sub(r"<[^>]{0,2000}>", " ", mail.html)
    lines: list[str] = []
    for line in words.splitlines():
        if line.lstrip().startswith(">") or re.match(r"\s*(-{3,}|_{5,}|from: |von: |de: )", line, re.IGNORECASE):
            break
        lines.append(line)
    return " ".join(" ".join(lines).split())[:FIRST_WORDS]
