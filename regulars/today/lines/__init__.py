"""The kinds of lines, in the order of the page: who waits for us first, then base care as it is due.

The rule for a new kind, so that the page is as quick with a million people as with sixty:

* `due(on, limit, only)` reads no more than about `limit` rows. What is asked for, the decisions already made
  (`Decision.objects.open_lines`), quiet (`not_quiet`) and `only` are conditions of the one query, never sifted in
  Python; its order is that of an index, so that the database stops at `limit`; a day or a number of days old is
  compared with a stored date, never reckoned for each row.
* The query stands in a function of its own under `@prepared` (`kit.prepared`), which is given all it looks at but the
  day: so its statement is written once a day, and not for every page.
* It finds, and finds no words. `compose` says them, for the few lines shown, with queries that do not grow with them.
* Nothing is counted: the page asks for 101 and says "many more".

`tests/test_speed.py` holds every kind to it: one or a few queries, each by an index, no more for many than for few.
Only reading settings is left out there, table by table.
"""

from __future__ import annotations

from regulars.today.lines import (
    anniversary,
    birthday,
    cards,
    contact,
    contract,
    enquiry,
    file,
    friend,
    hands,
    nameless,
    news,
    owed,
    question,
    reminder,
    replies,
    said,
    slipped,
    thank_you,
    thing,
    twins,
)
from regulars.today.lines.shape import Draft, Due, Kind, Line

KINDS: tuple[Kind, ...] = (
    enquiry.KIND,
    replies.KIND,
    said.KIND,
    question.KIND,
    file.NEW_KIND,
    file.OVERDUE_KIND,
    nameless.KIND,
    twins.KIND,
    reminder.KIND,
    hands.KIND,
    owed.KIND,
    news.KIND,
    friend.KIND,
    cards.KIND,
    thank_you.KIND,
    birthday.KIND,
    thing.KIND,
    anniversary.KIND,
    slipped.KIND,
    contract.KIND,
    contact.KIND,
)
BY_KEY: dict[str, Kind] = {kind.key: kind for kind in KINDS}

__all__ = ["BY_KEY", "KINDS", "Draft", "Due", "Kind", "Line"]
