"""The nouns of this room, one file a topic."""

from regulars.outreach.models.access import MailAccess
from regulars.outreach.models.accounts import AccountUse, IdentityCheck, Pace, SendingAccount
from regulars.outreach.models.enclosures import Enclosure, KeptFile
from regulars.outreach.models.hooks import MailHook, MailNews
from regulars.outreach.models.inbound import Bounce, InboundMail, Inbox
from regulars.outreach.models.leaving import LeavingToken, Suppression
from regulars.outreach.models.links import LinkFollowed
from regulars.outreach.models.mail_services import MailOrder, MailService
from regulars.outreach.models.mailings import Mailing, Recipient
from regulars.outreach.models.printing import CardPicture, Printer, PrintPiece, PrintRun, Stationery
from regulars.outreach.models.programmes import Programme
from regulars.outreach.models.reach import ReachCount
from regulars.outreach.models.states import (
    GOES_BY_ITSELF,
    MOVES,
    OPEN,
    PRIORITY,
    SETTLED,
    Channel,
    Outcome,
    Purpose,
    State,
)
from regulars.outreach.models.texts import TextAccount, TextMessage, TextReceipt
from regulars.outreach.models.touches import Batch, Touch, TouchChange
from regulars.outreach.models.wordings import Picture, Wording, WordingVariant, WordingVersion
from regulars.outreach.models.year import MonthLetter, YearCover, YearDay

__all__ = [
    "GOES_BY_ITSELF",
    "MOVES",
    "OPEN",
    "PRIORITY",
    "SETTLED",
    "AccountUse",
    "Batch",
    "Bounce",
    "CardPicture",
    "Channel",
    "Enclosure",
    "IdentityCheck",
    "InboundMail",
    "Inbox",
    "KeptFile",
    "LeavingToken",
    "LinkFollowed",
    "MailAccess",
    "MailHook",
    "MailNews",
    "MailOrder",
    "MailService",
    "Mailing",
    "MonthLetter",
    "Outcome",
    "Pace",
    "Picture",
    "PrintPiece",
    "PrintRun",
    "Printer",
    "Programme",
    "Purpose",
    "ReachCount",
    "Recipient",
    "SendingAccount",
    "State",
    "Stationery",
    "Suppression",
    "TextAccount",
    "TextMessage",
    "TextReceipt",
    "Touch",
    "TouchChange",
    "Wording",
    "WordingVariant",
    "WordingVersion",
    "YearCover",
    "YearDay",
]
