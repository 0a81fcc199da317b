"""What mail servers say when they do not take a letter, as patterns in small letters; the first that fits decides.

The order matters: what is about us or only for now (blocked, full, too many) stands before what is about the address,
because servers put "user unknown" or "mailbox unavailable" beside many a thing.
"""

from __future__ import annotations

import re

from regulars.outreach.inbound.kinds import Reason

_PATTERNS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (Reason.SYSTEM, (r"procmail|couldn't create \"|can't create output|mailer error|command died",)),
    (
        Reason.NETWORK,
        (
            r"(not found|name service error|resolv\w*)\b.{0,80}try again",
            r"temporary (failure|error) (in|during|looking)",
        ),
    ),
    (Reason.VIRUS, (r"\bvirus(es)?\b", r"malware", r"infected", r"trojan", r"mcspamsignature")),
    (
        Reason.TAKES_NO_MAIL,
        (
            r"null ?mx",
            r"(host|domain|server)\S* (\S+ )?(does|do) not accept (any )?(e-?)?mail",
            r"destination seem\w* to reject all",
            r"accepts no mail",
            r"no valid mx",
            r"smtp protocol returned a permanent",
            r"this system does not accept mail",
            r"does not (exist or )?accept mail",
            r"mx points to an? (invalid|illegal)",
            r"has no mx",
            r"indicated no smtp service",
        ),
    ),
    (
        Reason.MOVED,
        (
            r"(user|recipient|address|account|mailbox|employee)\S* (has |have |is )?(been )?(moved|"
            r"changed|replaced)\b",
            r"has moved to",
            r"new (e-?mail )?address is",
            r"please (try|use) (the )?(following|new) address",
            r"not our customer",
        ),
    ),
    (
        Reason.AUTHENTICATION,
        (
            r"\bdmarc\b",
            r"unauthenticated e?mail",
            r"unauthenticated senders? ?$",
            r"sender is unauthenticated",
            r"authentication information",
            r"\bspf\b",
            r"\bdkim\b",
            r"not authenticated",
            r"authentication (required|failed)",
            r"must be authenticated",
            r"unauthenticated",
        ),
    ),
    (
        Reason.BLOCKED,
        (
            r"client host rejected",
            r"(ip|ptr|reverse) (name|dns|address)? ?(lookup|record|resource)",
            r"reverse dns",
            r"bad dns ptr",
            r"without (a )?(ptr|reverse)",
            r"\brdns\b",
            r"mismatches client ip",
            r"block(ed|ing)? (using|by|list|- see)",
            r"black ?list",
            r"\b(dns)?r?bl\b",
            r"dnsbl",
            r"spamhaus",
            r"spamcop",
            r"banned sending ip",
            r"banned",
            r"blocked ip",
            r"(ip|host|address|server|network) \S* ?(is|was|has been|are)? ?(temporarily )?(blocked|"
            r"listed|blacklisted)",
            r"reputation",
            r"access denied\. ip",
            r"connection (refused|dropped|rejected) (due|because)",
            r"fix reverse",
            r"sender( address)? (was |is )?(rejected|denied|blocked)",
            r"domain of sender",
            r"sender (verify|verification|domain)",
            r"(mail from|envelope from|return path|sending domain|sender'?s? domain) .{0,60}(not exist|"
            r"invalid|rejected|unknown|not resolve|does not)",
            r"not (a )?(valid|verified|authori[sz]ed) (sender|ip|host)",
            r"too many (spam|complaints)",
            r"user complaints",
            r"your (host|server|ip|domain|network|mail server)\S* .{0,40}(reject|refus|"
            r"block|denied|ban|list|not allowed)",
            r"could not be resolved to|helo.{0,30}(reject|invalid|denied)|invalid helo",
            r"my name was rejected",
            r"from: .{0,40}invalid|valid from\b",
            r"invalid ip\b",
            r"error: you are not allowed",
            r"authentication checks failed",
            r"greylist",
            r"graylist",
        ),
    ),
    (
        Reason.NO_RELAY,
        (
            r"relay(ing)? (access )?(denied|not (permitted|allowed)|prohibited|refused|"
            r"disallowed)",
            r"(not|isn't|never) (permitted|allowed|authori[sz]ed) to (send|relay)",
            r"unable to relay",
            r"cannot relay",
            r"no relay",
            r"we do not relay",
            r"address is not verified",
            r"rcpthosts",
            r"mail server is not configured to relay",
            r"insecure mail relay",
            r"specified domain is not allowed",
            r"relay(ing)? mail",
        ),
    ),
    (
        Reason.MAILBOX_FULL,
        (
            r"quota",
            r"(mail)?(box|folder|account|inbox|drop)\b.{0,60}\b(is |was |size |)(too )?(full|"
            r"exceeds?|exceeded|over(flow|drawn)?)\b",
            r"full mailbox",
            r"mailbox .{0,40}(limit|size)",
            r"storage (limit|allocation|exceeded)|insufficient .{0,20}(storage|space)",
            r"(out of|no|not enough|insufficient) (\w+ )?(disk ?)?(space|storage)",
            r"too (many|much) (messages?|mails?|data|e-?mails?) (on|in|for)",
            r"maximum (allowed )?(storage|size|messages)",
            r"postfach .{0,30}voll",
            r"bo[iî]te .{0,40}pleine",
            r"buz[oó]n .{0,20}lleno",
            r"メールボックス.{0,20}(容量|一杯|いっぱい)",
            r"容量.{0,10}(超|オーバ)",
            r"переполнен",
            r"has exceeded (the )?(limit|storage|space)",
            r"disk full",
            r"user is over",
            r"over ?limit of",
            r"not able to (store|receive) any more",
        ),
    ),
    (
        Reason.TOO_BIG,
        (
            r"(message|mail|msg|e-?mail|content|attachment)s?\S* (\S+ )?(\S+ )?(is |"
            r"was )?(too (large|big|long)|exceeds?|length exceeds|size exceeds|larger than)",
            r"size limit",
            r"(exceeds?|exceeded|over|maximum|max\.?) .{0,30}(message|mail|content) ?(size|"
            r"length)",
            r"message (size|length)",
            r"too (big|large)\b",
            r"recipsizelimit",
            r"fixed maximum",
            r"headers too large",
        ),
    ),
    (
        Reason.TOO_MANY,
        (
            r"too many (recipients|connections|messages|errors|concurrent|sessions)",
            r"(connection|ip|sending|rate|mail|message|hourly|daily) (rate |frequency )?limit",
            r"rate limit",
            r"frequency limited",
            r"receiving mail (at a rate|too quickly)",
            r"throttl",
            r"too (quickly|fast|much mail)",
            r"sent to too many",
            r"unexpected volume",
            r"exceed\w* .{0,40}(rate|per (hour|day|minute))",
            r"try (your message )?again (too|later) .{0,20}limit",
        ),
    ),
    (
        Reason.SPAM,
        (
            r"\bspam",
            r"\bube\b",
            r"\buce\b",
            r"unsolicited",
            r"suspicious",
            r"phish",
            r"junk",
            r"looks like spam",
            r"bulk (e-?)?mail",
            r"content filter",
            r"spf?am score",
        ),
    ),
    (
        Reason.POLICY,
        (
            r"polic(y|ies)",
            r"not allowed|disallowed",
            r"potential (security )?(risk|issue|threat)",
            r"presents a potential",
            r"not rfc ?\d* ?compliant|rfc ?5322",
            r"multiple .{0,30}addresses in from",
            r"prohibited",
            r"restricted|restriction",
            r"security (reason|polic|violation|concern)",
            r"attachment.{0,40}(type|name|block|accept|not)",
            r"illegal (attach|file)",
            r"are not (a )?member|not (a )?member of|members? only|not have permission|"
            r"may not have permission|no permission|not permitted|group .{0,20}(exist|"
            r"permission)",
            r"only (accepts|allows|subscribers)",
            r"rejected for ",
            r"need(s)? (moderator )?approval",
            r"header error",
            r"administrative (prohibition|rejection)|administratively",
            r"you (are|were|have been) (blocked|refused|not)",
        ),
    ),
    (
        Reason.CONTENT,
        (
            r"content (was )?(reject|refus|not accept)",
            r"duplicate header",
            r"8-?bit",
            r"message content",
            r"malformed|bare (lf|cr)|invalid (mime|header|character)",
            r"syntax error",
            r"(parameter|command) not (implemented|recognized)",
        ),
    ),
    (
        Reason.SUSPENDED,
        (
            r"(account|mailbox|user|address|recipient|domain)\S* .{0,60}(disabled|suspended|"
            r"deactivated|discontinued|locked|blocked|expired|frozen|inactive for|not active|"
            r"on hold|terminated|temporarily)",
            r"(disabled|suspended|inactive|locked) (account|mailbox|user|recipient)",
            r"compte .{0,40}bloqu",
            r"recipient suspend",
            r"boxe? temporarily disabled",
            r"invalid\/inactive user",
            r"not receiving mail|not accepting (messages|mail)",
        ),
    ),
    (
        Reason.FILTERED,
        (
            r"message filtered",
            r"because the recipient is not accepting mail from|not accept\w* (mail|messages?) from",
            r"rejected by (the )?recipient",
            r"recipient (has )?(rejected|refused|blocked)",
            r"due to (the )?(extended )?(recipient|inbox|delivery) (rule|filter)",
            r"domain specific rejection|user (reject|refus)\w*",
            r"permanent failure for one or more recipients .{0,40}blocked",
        ),
    ),
    (
        Reason.HOST_UNKNOWN,
        (
            r"\b(domain|host)( name)? (does not exist|doesn't exist|not found|is unknown|"
            r"unknown)|(unknown|no such) (host|domain)\b",
        ),
    ),
    (
        Reason.USER_UNKNOWN,
        (
            r"(user|recipient|mailbox|address|account|alias|addressee|e-?mail)\S* .{0,70}((does|"
            r"do|did|was|is|are|has|have) ?n[o']t (a )?(exist|found|valid|known|have|"
            r"listed|recogni[sz]ed|match|list|on (this|the) )|doesn't exist|does not|"
            r"not (found|known|valid|recogni[sz]ed|exist|listed|a valid|our customer|"
            r"here))",
            r"(unknown|invalid|no such|bad|non-?existent|unrecogni[sz]ed|illegal|undefined|"
            r"incorrect|nonexistent|unknow) .{0,20}(user|recipient|mailbox|account|addressee|"
            r"person|local|alias|address|destination|e-?mail|name)",
            r"(user|recipient|mailbox|address|account|alias|addressee|local ?part|name)\S* .{0,30}(unknown|"
            r"invalid|unrouteable|non-?existent|undeliverable|unresolved)",
            r"no valid recipients",
            r"リストにありません",
            r"no (such )?(user|mail ?box|account|recipient|person|one|addressee)\b",
            r"not (listed|found) in (the )?(domino|directory|public|address book|name|"
            r"postfix)",
            r"recipnotfound|bad_recipient",
            r"there is no one at this",
            r"(this|that) user doesn't have",
            r"doesn't have an? \S+ account",
            r"unrouteable (mail )?(domain |address)",
            r"inactive email address",
            r"adresse .{0,30}(invalide|inconnue)|destinataire .{0,30}(inconnu|invalide)|"
            r"utilisateur inconnu|empf[aä]nger .{0,40}(unbekannt|nicht)|adressat unbekannt|"
            r"usuario .{0,30}(no existe|desconocido|inv[aá]lido)|destinatario .{0,30}(no existe|"
            r"desconocido|inesistente|sconosciuto)|utente .{0,20}(sconosciuto|inesistente)|"
            r"onbekende? (gebruiker|ontvanger)|usu[aá]rio .{0,30}(desconhecido|inexistente|"
            r"n[aã]o)|(получател|пользовател|адресат|ящик)\S* .{0,40}(не|нет|неизвест)|"
            r"такого пользователя нет",
            r"ユーザー?.{0,80}(見つかりません|存在しません|おりません|ありません)|宛先.{0,40}(見つかりません|存在しません|ありません|"
            r"不明)|存在しない(ユーザ|アドレス|メール)|ディレクトリには見つかりません|収容されておりません",
            r"mailbox unavailable|mailbox not (available|found)|no mailbox",
            r"unknown(?= ?$)",
            r"address rejected(: access denied|: no such|: unknown| |$)",
            r"is not a (valid|known|registered)",
            r"not a valid (recipient|mailbox|user|address)",
            r"recipient (cannot|could not|can't) be (found|verified)|couldn't be found|"
            r"wasn't found|could not be found",
            r"delivery to the following .{0,40}failed because .{0,40}unknown",
            r"not a registered",
            r"couldn't find",
            r"mail not deliverable|no longer (valid|available|in use|exist|with|work|"
            r"employed)",
        ),
    ),
    (
        Reason.HOST_UNKNOWN,
        (
            r"(host|domain|hostname|name server)\S* .{0,60}(unknown|not found|not exist|"
            r"invalid|doesn't exist|no such|was not|could ?n[o']t be)",
            r"(unknown|invalid|no such|bad|unroutable|unrouteable|nonexistent) .{0,20}(host|"
            r"domain)",
            r"(couldn't|could not|cannot|can't|unable to) (find|resolve|lookup|look up)( any)?( \S+)? "
            r"?(host|domain|mx|named|the (host|domain))",
            r"name or service not known",
            r"nxdomain",
            r"domain name not found|name service error",
            r"no (a|mx|dns|address) (or \S+ )?record",
            r"illegal host",
            r"domain of recipient .{0,30}not",
            r"host not found",
            r"domain was not found|domain not found",
            r"dns error.{0,40}(not found|exist|nxdomain)",
            r"recipient'?s? domain|invalid domain",
        ),
    ),
    (
        Reason.EXPIRED,
        (
            r"(time|timed|timeout|time-?out) ?(limit )?(out|exceeded)?\b.{0,60}(connect|"
            r"deliver|exceed|expired|wait|queue|out)",
            r"timed? ?out",
            r"expired",
            r"retry time",
            r"too old|too long in",
            r"(could|can)(not| not) be delivered (for|within|in) ",
            r"has not (yet )?been (delivered|collected)|not been able to deliver .{0,40}(hours|"
            r"days)",
            r"delayed|deferred|still being retried|will (be )?(retry|retried|continue|"
            r"keep)",
            r"giving up|given up|have been trying|delivery attempts",
            r"for \d+ (days|hours)|after \d+ (days|hours)|\d+ day",
        ),
    ),
    (
        Reason.NETWORK,
        (
            r"no route to host|network (is )?(unreachable|error)|connection (refused|"
            r"reset|lost|closed|broken)|lost connection|could not connect|unable to connect|"
            r"host (is )?unreachable|connection failed|too many hops|mail loop|loop(s|"
            r"ing)? (back|detected)|routing loop|handshake|tls|dns (query|lookup|server)|"
            r"hop count|couldn't connect|connect to",
        ),
    ),
    (
        Reason.SYSTEM,
        (
            r"system (config|error|failure|resources)|internal (server |system )?error|"
            r"local error|service (is )?(not available|unavailable|refus)|temporar(y|"
            r"ily)|transaction failed|configuration|resources? (unavailable|exhausted)|"
            r"can'?t (create|open|write)|i\/o error|mail system|procmail|pipe to|process (failed|"
            r"exit)|server error|try (again )?later|technical",
        ),
    ),
)
SAID: tuple[tuple[re.Pattern[str], Reason], ...] = tuple(
    (re.compile(pattern), reason) for reason, patterns in _PATTERNS for pattern in patterns
)
