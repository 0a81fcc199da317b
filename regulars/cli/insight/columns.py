"""Which column is what: as it was said, else as intake guesses it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from regulars.intake.formats import GENERIC_ORDERS
from regulars.intake.mapping import contents
from regulars.intake.mapping.columns import FIELDS, name_key
from regulars.intake.mapping.guessing import guess
from regulars.intake.reading import Sheet
from regulars.kit.errors import Refusal

WHO = ("person_id", "email", "full_name", "phone", "given_name", "company")  # what tells customers apart, best first
GUESSED = {"day": "bought_on", "amount": "amount", "refund_of": "refers_to", "order": "order_id", "refunded": "refunded",
           "refunded_on": "refunded_on", "quantity": "quantity", "price": "price", "line_amount": "line_amount",
           "status": "status", "kind": "kind", "currency": "currency"}  # fmt: skip
CALLED = {
    "customer": "who bought",
    "day": "when",
    "amount": "how much",
    "refund_of": "which order a refund is of",
    "order": "the order's number",
}
MORE_REFUNDS = frozenset(map(name_key, ("refund of", "refund for", "refunds", "refunded order", "credit of", "credit for", "returns order",
                                        "return of", "original order id", "original invoice", "refers to order", "erstattung zu",
                                        "gutschrift zu", "gutschrift für", "storno zu", "retoure zu", "avoir sur", "abono de")))  # fmt: skip
MORE_AMOUNTS = frozenset(map(name_key, ("net", "net amount", "net total", "turnover", "money", "amt", "amount eur", "amount usd", "amount gbp",
                                        "total eur", "spent", "order sum", "monetary value", "basket value", "amount cents", "amount in cents",
                                        "total cents", "price cents", "total in cents", "tran amount", "trans amount", "transaction amount", "transaction value", "sales value", "sale value", "sale amount", "sales amount", "purchase amount", "purchase value", "montant ttc", "montant ht", "prix total", "total ht", "prix ttc", "net a payer",
                                        "precio total", "total pagado", "importe pagado", "total pedido", "total con iva", "gesamtpreis", "kaufbetrag", "bestellwert",
                                        "warenwert", "preis gesamt", "netto", "bezahlt", "rechnungssumme", "auftragswert", "umsatz eur", "betrag eur", "prezzo totale")))  # fmt: skip
MORE_ORDERS = frozenset(map(name_key, ("nº pedido", "n° pedido", "num pedido", "numero pedido", "nº de pedido", "n° commande", "n° de commande", "no commande",
                                       "no de commande", "num commande", "numero commande", "bestellung", "auftrag", "beleg", "rechnung", "n° facture", "numero de facture",
                                       "facture", "nº factura", "factura", "numero de factura", "ticket", "n ordine")))  # fmt: skip
MORE_DAYS = frozenset(map(name_key, ("trans date", "tran date", "txn date", "trx date", "transaction day", "transaction timestamp", "transaction datetime", "invoice day",
                                      "order timestamp", "order datetime", "order purchase timestamp", "purchase timestamp", "purchase day", "order day", "sales date", "receipt date", "ticket date", "basket date")))  # fmt: skip
MORE_CUSTOMERS = frozenset(map(name_key, ("id", "customer key", "household id", "household key", "household", "user id", "buyer id", "shopper id", "customer unique id", "panelist", "card number")))  # fmt: skip
NEVER_PAID = frozenset(map(name_key, ("cost", "costs", "standard cost", "unit cost", "product cost", "cost price", "cost of goods", "cogs", "profit", "gross profit", "net profit",
                                      "margin", "gross margin", "tax", "vat", "discount", "einkaufspreis", "selbstkosten", "gewinn", "marge", "coste", "precio de coste", "beneficio", "margen")))  # fmt: skip
MONEY = re.compile(r"[.,]\d\d(?!\d)|[€£$¥]|\b[A-Z]{3}\b")
Wanted = Mapping[str, str]


@dataclass(frozen=True)
class Columns:
    """The column of each field; `guessed` are the fields that nobody named."""

    names: dict[str, str]
    guessed: dict[str, str] = field(default_factory=dict)
    doubted: str = ""


def chosen(sheet: Sheet, wanted: Wanted, file_name: str) -> Columns:
    """Return the columns as they were said on the command line, the rest as guessed; refused without who and when."""
    said = {what: _named(sheet, column, what, file_name) for what, column in wanted.items() if column}
    guessed = {what: name for what, name in _guessed(sheet).items() if what not in said and name not in said.values()}
    if "amount" in said:
        guessed = {what: name for what, name in guessed.items() if what not in {"price", "quantity", "line_amount"}}
    found = said | guessed
    if any(unicodedata.category(letter) == "Cc" or letter == "\ufffd" for name in sheet.header for letter in name):
        raise Refusal(f"{file_name} cannot be read as a table of orders.")
    for what in ("customer", "day"):
        if what not in found:
            if doubted := _doubted(sheet, found, what):
                raise Refusal(f"{file_name}: {doubted} Name another column with --{what}.")
            raise Refusal(
                f"{file_name}: no column tells {CALLED[what]}. Name it with --{what}; the columns are"
                f" {', '.join(sheet.header)}."
            )
    return Columns(
        found, guessed, "" if {"amount", "price", "line_amount"} & found.keys() else _doubted(sheet, found, "amount")
    )


def _doubted(sheet: Sheet, found: Mapping[str, str], what: str) -> str:
    """A column that is called an amount or a day and holds none."""
    named = FIELDS[GUESSED[what]].names if what in GUESSED else frozenset()
    free = [name for name in sheet.header if name_key(name) in named and name not in found.values()]
    for name in free:
        place = sheet.header.index(name)
        for number, cells in sheet.first_rows(50):
            if place < len(cells) and cells[place].strip():
                return f"“{name}” holds no {what}s (row {number}: “{cells[place].strip()[:40]}”)."
    return ""


def _named(sheet: Sheet, column: str, what: str, file_name: str) -> str:
    """A column by its name, whatever its case and punctuation, or by its number from 1."""
    by_key: dict[str, str] = {}
    for name in sheet.header:
        by_key.setdefault(name_key(name), name)
    if column in sheet.header:
        return column
    if (key := name_key(column)) in by_key:
        return by_key[key]
    if column.isdigit() and 1 <= int(column) <= len(sheet.header):
        return sheet.header[int(column) - 1]
    raise Refusal(
        f"{file_name}: there is no column “{column}” for --{what.replace('_', '-')}; the columns are"
        f" {', '.join(sheet.header)}."
    )


def _guessed(sheet: Sheet) -> dict[str, str]:
    """By name first; what no name tells, by what the columns hold."""
    guessed = guess(sheet)
    named = _translated(guessed.columns)
    if guessed.format.takes != "orders" and not guessed.format.columns:  # nothing but orders is asked about here
        sales = _translated(guess(sheet, wanted=GENERIC_ORDERS).columns)
        named |= {what: name for what, name in sales.items() if what not in named and name not in named.values()}
    _by_our_own_names(sheet, named)
    if sheet.header_row is not None and not {"customer", "day", "amount"} <= named.keys():
        taken = set(named.values())
        by_contents = _translated(guess(replace(sheet, header_row=None)).columns)
        for what, name in by_contents.items():
            is_paid = what != "amount" or name_key(name) not in NEVER_PAID
            if what in {"customer", "day", "amount"} and what not in named and name not in taken and is_paid:
                named[what] = name
    if not {"amount", "price", "line_amount"} & named.keys() and (paid := _likely_amount(sheet, set(named.values()))):
        named["amount"] = paid
    if "customer" not in named and name_key(named.get("order", "")) in MORE_CUSTOMERS:
        _take_as_customer(sheet, named)
    if "customer" not in named and (who := _likely_customer(sheet, set(named.values()))):
        named["customer"] = who
    return named


def _take_as_customer(sheet: Sheet, named: dict[str, str]) -> None:
    """A bare “Id” with no customer beside it: the customer's, where it comes back on other days."""
    places = {what: sheet.header.index(named[what]) for what in ("order", "day") if what in named}
    if len(places) < 2:
        return
    sample = [cells for _number, cells in sheet.first_rows(2000) if max(places.values()) < len(cells)]
    if len({(cells[places["order"]], cells[places["day"]]) for cells in sample}) > len(
        {cells[places["order"]] for cells in sample}
    ):
        named["customer"] = named.pop("order")


def _likely_customer(sheet: Sheet, taken: set[str]) -> str | None:
    """With no better sign: the first column left over whose values come back, as customers do."""
    sample = [cells for _number, cells in sheet.first_rows(2000)]
    for place, name in enumerate(sheet.header):
        values = [cells[place].strip() for cells in sample if place < len(cells) and cells[place].strip()]
        comes_back = 1 < len(set(values)) < 0.98 * len(values) and len(values) > 0.5 * len(sample)
        if name not in taken and comes_back and not _is_a_measure(values):
            return name
    return None


def _likely_amount(sheet: Sheet, taken: set[str]) -> str | None:
    """With no better sign: the only column left over that holds money by the look of it, with a sign or with cents."""
    sample = [cells for _number, cells in sheet.first_rows(300)]
    fits = []
    for place, name in enumerate(sheet.header):
        values = [cells[place].strip() for cells in sample if place < len(cells) and cells[place].strip()]
        if name in taken or name_key(name) in NEVER_PAID or not values:
            continue
        if contents.share(values, contents.is_amount) < 0.8:
            continue
        if contents.share(values, MONEY.search) > 0.8:
            fits.append(name)
    return fits[0] if len(fits) == 1 else None


def _is_a_measure(values: list[str]) -> bool:
    is_day = contents.share(values, contents.is_moment) > 0.9
    return is_day or contents.share(values, contents.DECIMAL.fullmatch) > 0.5


def _translated(columns: Mapping[str, list[str]]) -> dict[str, str]:
    found = {what: columns[field][0] for what, field in GUESSED.items() if columns.get(field)}
    who = next((columns[field][0] for field in WHO if columns.get(field)), None)
    return ({"customer": who} if who else {}) | found


def _by_our_own_names(sheet: Sheet, named: dict[str, str]) -> None:
    """Names that only a list of orders has."""
    free = [name for name in sheet.header if name not in named.values()]
    ours = (("refund_of", MORE_REFUNDS), ("amount", MORE_AMOUNTS), ("order", MORE_ORDERS), ("day", MORE_DAYS))
    for what, names in (*ours, ("customer", MORE_CUSTOMERS)):
        if what in named or (what == "amount" and {"price", "line_amount"} & named.keys()):
            continue
        if found := next((name for name in free if name_key(name) in names), None):
            named[what] = found
    if (
        "refund_of" in named
        and name_key(named["refund_of"]) not in MORE_REFUNDS
        and _is_empty(sheet, named["refund_of"])
    ):
        del named["refund_of"]


def _is_empty(sheet: Sheet, name: str) -> bool:
    place = sheet.header.index(name)
    return contents.is_blank([cells[place] if place < len(cells) else "" for _number, cells in sheet.first_rows(2000)])


def told(columns: Columns, file_name: str) -> str:
    """One line for the terminal: what was guessed."""
    parts = [f"{what.replace('_', ' ')} = “{name}”" for what, name in columns.guessed.items()]
    return f"{file_name}: guessed {', '.join(parts)}." if parts else ""
