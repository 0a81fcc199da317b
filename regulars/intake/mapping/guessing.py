"""Guess which column fills which field: by its name, doubted by its contents; by contents alone where there is no header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.intake.formats import GENERIC_ORDERS, GENERIC_PEOPLE, Format, recognised
from regulars.intake.mapping import contents, places
from regulars.intake.mapping.columns import ANY_ID, FIELDS, NAMES, key_of, without_unit
from regulars.intake.mapping.more_names import DAYS_OF_VISITS
from regulars.intake.reading import Sheet

SAMPLE_ROWS = 300
FEWEST_DOUBTED = 3  # fewer cells say too little against a name
MANY_COLUMNS = frozenset({"email", "phone", "street", "street_2", "city", "postcode", "region", "country", "full_name", "company", "phone_2", "email_2", "mail_status", "mail_disabled", "accepts_email", "left_at", "cleaned_at",
                          "bought_on", "opted_in_at", "given_name", "family_name"})  # fmt: skip
AMOUNTS = frozenset(
    {
        "amount",
        "tax",
        "shipping",
        "discount",
        "refunded",
        "outstanding",
        "price",
        "quantity",
        "line_amount",
        "line_discount",
        "disputed",
    }
)
MOMENTS = frozenset({"bought_on", "refunded_on", "cancelled_at", "opted_in_at", "left_at", "cleaned_at"})
STANDS = re.compile(
    r"(?:(?P<paid>transaction|payment|financial)|order|state_machine)\w*\.(?:state|status|name)", re.IGNORECASE
)
WHOSE = re.compile(r"customer|client|buyer|billing|contact|shipping", re.IGNORECASE)
ORDER_GROUPS = frozenset({"order", "line", "row"})
ANY_NUMBER = frozenset({"number", "nr", "no", "reference", "incrementid"})  # of an order, or of anything else
PRICED = frozenset({"amount", "line_amount", "price"})
VISITS = frozenset(
    map(
        key_of,
        f"{DAYS_OF_VISITS}|visit date|appointment date".split("|"),
    )
)
ENTERED = re.compile(r"creat|add|time|complet|process|stamp")  # when somebody was written down, not when they came
WHO = ("person_id", "email", "phone", "full_name", "given_name", "family_name")
FEWEST_SEVERAL = 2  # people who stand there once more, before a list of people is taken for one of visits
SHARE_SEVERAL = 0.1  # and how many of the rows: a list of people has its duplicates too
Columns = dict[str, list[str]]


@dataclass(frozen=True)
class Guess:
    """A format and the columns of each field, the preferred one first."""

    format: Format
    columns: Columns


def guess(sheet: Sheet, *, wanted: Format | None = None) -> Guess:
    """Return the likeliest format and mapping; `wanted` settles the format."""
    sample = _sample(sheet)
    found = wanted or recognised(sheet.header)
    if found and found.columns:
        columns = _by_format(found, sheet.header)
        return Guess(found, columns)
    named = _by_name(sheet.header, sample) if sheet.header_row is not None else {}
    named = _by_contents(sheet.header, sample, named, is_headed=sheet.header_row is not None)
    is_list_of_sales = is_about_sales(named) or is_log_of_visits(named, sample)
    taken = found or (GENERIC_ORDERS if is_list_of_sales else GENERIC_PEOPLE)
    return Guess(taken, for_purpose(named, sheet.header, sample, taken))


def is_about_sales(columns: Mapping[str, Sequence[str]]) -> bool:
    """A list of sales has a day and an amount; a bare log of who came when is one too."""
    if "bought_on" not in columns:
        return False
    if {"amount", "line_amount", "price"} & columns.keys():
        return True
    return "person_id" in columns and not {"email", "full_name", "given_name", "phone"} & columns.keys()


def is_log_of_visits(columns: Mapping[str, Sequence[str]], sample: Mapping[str, Sequence[str]]) -> bool:
    """Who came when, without what it cost: the column is called so, or the same people stand there on several days."""
    if "bought_on" not in columns or {"order_id", *PRICED} & columns.keys() or _has_worth(columns, sample):
        return False
    days = columns["bought_on"][0]
    if key_of(days) in VISITS:
        return True
    who = [names[0] for field in WHO if (names := columns.get(field))]
    came = {row for row in zip(*(sample[name] for name in [*who, days]), strict=True) if row[-1] and any(row[:-1])}
    several = len(came) - len({row[:-1] for row in came})
    return bool(who) and several >= max(FEWEST_SEVERAL, SHARE_SEVERAL * len(came))


def stays_log_of_visits(before: Guess, columns: Mapping[str, Sequence[str]]) -> bool:
    """Say whether what was a log of visits still is one after its columns were corrected."""
    was_one = before.format is GENERIC_ORDERS and not PRICED & before.columns.keys()
    return was_one and "bought_on" in columns


def days_left_out(header: Sequence[str]) -> str:
    """The column of a list of people that may hold the days of visits; "" where none is called so."""
    days = (name for name in header if NAMES.get(_known_key(name)) == "bought_on" and not ENTERED.search(key_of(name)))
    return next(days, "")


def _has_worth(columns: Mapping[str, Sequence[str]], sample: Mapping[str, Sequence[str]]) -> bool:
    """Say whether a column that nobody knows holds money: then it is asked for."""
    taken = {name for names in columns.values() for name in names}
    free = (cells for name, cells in sample.items() if name not in taken and not contents.is_blank(cells))
    return any(contents.share(cells, contents.is_worth) > 0.9 for cells in free)


def tells_of_sales(header: Sequence[str]) -> bool:
    """Say whether a header names the number of an order and the day of it, whatever it calls what was paid."""
    fields = {NAMES.get(key) for name in header if (key := _known_key(name)) not in ANY_NUMBER}
    return {"order_id", "bought_on"} <= fields


def for_purpose(columns: Columns, header: Sequence[str], sample: Mapping[str, list[str]], taken: Format) -> Columns:
    """Give the words that mean different things in a list of sales and in a list of people their meaning."""
    found = {field: list(names) for field, names in columns.items()}
    spare = next((name for name in header if key_of(name) in ANY_ID and not contents.is_blank(sample[name])), None)
    if taken.takes == "orders":
        if spare and "order_id" not in found:
            found["order_id"] = [spare]
        if "note" in found and "order_note" not in found:
            found["order_note"] = found.pop("note")
        return {field: names for field, names in found.items() if field not in {"mail_status"}}
    if spare and contents.is_blank(sample.get(found.get("person_id", [""])[0], [])):
        found["person_id"] = [spare]
    if "status" in found and "mail_status" not in found:
        found["mail_status"] = found["status"]
    found |= places.apart({field: found[field] for field in places.PARTS if field in found}, sample)
    return {field: names for field, names in found.items() if names and FIELDS[field].group not in ORDER_GROUPS}


def _sample(sheet: Sheet) -> dict[str, list[str]]:
    rows = [cells for _, cells in sheet.first_rows(SAMPLE_ROWS)]
    return {
        name: [cells[place].strip() if place < len(cells) else "" for cells in rows]
        for place, name in enumerate(sheet.header)
    }


def _by_format(found: Format, header: Sequence[str]) -> Columns:
    keys: dict[str, list[str]] = {}
    for name in header:
        keys.setdefault(key_of(name), []).append(name)
    columns = {
        field: list(dict.fromkeys(column for name in wanted for column in keys.get(name, [])[:1]))
        for field, wanted in found.columns.items()
    }
    return {field: names for field, names in columns.items() if names}


def _by_name(header: Sequence[str], sample: Mapping[str, list[str]]) -> Columns:
    found: dict[str, list[tuple[int, str]]] = {}
    for name in header:
        key = _known_key(name)
        field = _doubted(_answered(NAMES.get(key), name, sample[name]), key, sample[name])
        if field in AMOUNTS and name.rstrip().endswith("?"):
            continue  # "Paid?" is answered with yes or no
        if field:
            names = FIELDS[field].names
            rank = names.index(key) if key in names else len(names)
            found.setdefault(field, []).append((rank + 1000 * contents.is_blank(sample[name]), name))
    columns = {field: [name for _, name in sorted(ranked, key=lambda pair: pair[0])] for field, ranked in found.items()}
    columns = {field: names if field in MANY_COLUMNS else names[:1] for field, names in columns.items()}
    if "birth_month" in columns and "birthday" in columns:
        columns.setdefault("birth_day", columns.pop("birthday"))
    return _name_beside_a_surname(columns)


def _answered(field: str | None, name: str, cells: list[str]) -> str | None:
    """ "Refunded?" may be answered with yes or no, beside a column with the sum or instead of one."""
    if field != "refunded" or not contents.is_answered(cells):
        return field
    is_asked = name.rstrip().endswith("?") or not all(map(contents.WHOLE.fullmatch, filter(None, cells)))
    return "was_refunded" if is_asked else field


def _known_key(name: str) -> str:
    """A column's comparable name; of `order_customer.email`, as programs write what hangs together, the last part."""
    key = key_of(name)
    if key not in NAMES and (bare := key_of(without_unit(name)[0])) in NAMES:
        return bare
    tail = key_of(name.rpartition(".")[2])
    if key in NAMES or "." not in name or tail in ANY_ID or tail not in NAMES:
        return key
    if found := STANDS.search(name):
        return "paymentstatus" if found["paid"] else "orderstatus"
    is_of_a_person = WHOSE.search(name) is not None
    return tail if is_of_a_person or FIELDS[NAMES[tail]].group != "person" else key


def _name_beside_a_surname(columns: Columns) -> Columns:
    """Where a surname stands in a column of its own, "Name" holds the given name."""
    names = columns.get("full_name", [])
    if (
        "family_name" in columns
        and "given_name" not in columns
        and names
        and key_of(names[0]) in {"name", "namn", "naam", "nome", "nom"}
    ):
        return {**{field: found for field, found in columns.items() if field != "full_name"}, "given_name": names[:1]}
    return columns


def _doubted(field: str | None, key: str, cells: list[str]) -> str | None:
    """Doubt the name of a column by what stands in it."""
    if field is None or contents.is_blank(cells):
        return field
    is_enough = sum(map(bool, cells)) >= FEWEST_DOUBTED
    if field in AMOUNTS and is_enough and contents.share(cells, contents.is_amount) < _least(field):
        return None
    if (
        field in MOMENTS
        and is_enough
        and "bounce" not in key
        and contents.share(cells, contents.is_moment) < _least(field)
    ):
        return None
    if field in {"email", "email_2"} and is_enough and contents.share(cells, lambda cell: "@" in cell) < 0.3:
        return None
    if field in {"person_id", "full_name"}:
        return _who(field, cells)
    if field in {"region", "status"} and key not in {"region", "province"}:
        return _state(field, cells)
    if field == "phone" and contents.share(cells, lambda cell: any(letter.isdigit() for letter in cell)) < 0.5:
        return None
    return field


def _least(field: str) -> float:
    """A list of sales needs its day and its amount: their columns are given up only when next to nothing fits."""
    return 0.1 if field in {"bought_on", "amount"} else 0.4


def _who(field: str, cells: list[str]) -> str:
    if contents.share(cells, contents.is_email) > 0.6:
        return "email"
    if contents.share(cells, contents.ORDER_NUMBER.fullmatch) > 0.9:
        return "order_id"
    if field == "person_id" and contents.share(cells, contents.is_full_name) > 0.6:
        return "full_name"
    if field == "full_name" and contents.share(cells, contents.WHOLE.fullmatch) > 0.9:
        return "person_id"
    return field


def _state(field: str, cells: list[str]) -> str:
    """ "State" is a part of a country in an address, and how things stand in a list of orders or subscribers."""
    if (
        field == "region"
        and contents.share(cells, lambda cell: contents.is_mail_status(cell) or contents.is_order_status(cell)) > 0.8
    ):
        return "status"
    return field


def _by_contents(header: Sequence[str], sample: Mapping[str, list[str]], named: Columns, *, is_headed: bool) -> Columns:
    """Find what is missing by what the unnamed columns hold; with a header only e-mail addresses are searched for so."""
    found = dict(named)
    taken = {name for names in named.values() for name in names}
    free = [name for name in header if name not in taken and not contents.is_blank(sample[name])]

    def take(field: str, fits: list[str]) -> None:
        if field not in found and fits:
            found[field] = [fits[0]]
            free.remove(fits[0])

    take("email", [name for name in free if contents.share(sample[name], contents.is_email) > 0.8])
    if is_headed:
        if tells_of_sales(header) and "bought_on" in found and not PRICED & found.keys():
            worth = [name for name in free if contents.share(sample[name], contents.is_worth) > 0.9]
            take("amount", worth if len(worth) == 1 else [])
        return found
    take(
        "bought_on",
        [
            name
            for name in free
            if contents.share(sample[name], contents.is_moment) > 0.95 and not _is_small(sample[name])
        ],
    )
    take("amount", [name for name in reversed(free) if contents.share(sample[name], contents.DECIMAL.fullmatch) > 0.8])
    take("full_name", [name for name in free if contents.share(sample[name], contents.is_full_name) > 0.6])
    take("phone", [name for name in free if contents.share(sample[name], contents.DIALLED.fullmatch) > 0.8])
    take(
        "person_id",
        [
            name
            for name in free
            if contents.share(sample[name], contents.WHOLE.fullmatch) > 0.95 and not _is_small(sample[name])
        ],
    )
    if "full_name" not in found:
        words = [name for name in free if contents.share(sample[name], contents.is_name) > 0.8][:2]
        take("given_name" if len(words) == 2 else "full_name", words)
        take("family_name" if len(words) == 2 else "full_name", words[1:])
    take(
        "quantity",
        [
            name
            for name in free
            if contents.share(sample[name], contents.WHOLE.fullmatch) > 0.95 and _is_small(sample[name])
        ],
    )
    take(
        "phone",
        [name for name in free if contents.share(sample[name], contents.is_phone) > 0.8]
        if "person_id" not in found
        else [],
    )
    take(
        "item",
        [name for name in free if contents.share(sample[name], contents.is_name) > 0.8] if "amount" in found else [],
    )
    return found


def _is_small(cells: list[str]) -> bool:
    """Small whole numbers without leading zeros are counts, not numbers of customers."""
    return contents.share(cells, lambda cell: len(cell) <= 3 and not cell.startswith("0")) > 0.95
