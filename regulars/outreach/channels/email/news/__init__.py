"""What sending services say of our letters: read from their calls into `News`. No database here."""

from regulars.outreach.channels.email.news.reading import NotProved, NotUnderstood, read_news
from regulars.outreach.channels.email.news.tellers import TELLERS
from regulars.outreach.channels.email.news.telling import News

__all__ = ["TELLERS", "News", "NotProved", "NotUnderstood", "read_news"]
