"""Questions a file leaves open: what was assumed, why it matters, and what else it could be."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from duckdb import DuckDBPyConnection

from regulars.intake.values.amounts import Mark
from regulars.intake.values.countries import code_of
from regulars.intake.values.dates import Order

CENTS_LEAST_ROWS = 5
FIVE_FIGURES = frozenset(
    {"DE", "US", "FR", "IT", "ES", "SE", "FI", "CZ", "PL", "GR", "TR", "MX", "HR", "EE", "LT", "SK", "PR"}
)


@dataclass(frozen=True)
class Asked:
    """A question with the answer that was assumed. Without choices it is only something to know."""

    kind: str
    text: str
    why: str = ""
    usual: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)


def about_date_order(assumed: Order) -> Asked:
    shown = _("3 April") if assumed == "dmy" else _("4 March")
    return Asked(
        "date_order",
        _("Which comes first in the dates, the day or the month? 03/04 was read as %(day)s.") % {"day": shown},
        _("Every date in the file makes sense both ways."),
        assumed,
        [("dmy", _("the day: 03/04 is 3 April")), ("mdy", _("the month: 03/04 is 4 March"))],
    )


def about_decimals(assumed: Mark) -> Asked:
    return Asked(
        "decimal",
        _("Which mark stands before the cents? It was taken to be the %(mark)s.")
        % {"mark": _("point") if assumed == "." else _("comma")},
        _("Every amount in the file makes sense both ways."),
        assumed,
        [
            (".", _("the point: 1.234 is a little over one, 1,234 more than a thousand")),
            (",", _("the comma: 1,234 is a little over one, 1.234 more than a thousand")),
        ],
    )


def about_kin(file: str) -> Asked:
    return Asked("kin", _("People are known here by the customer numbers of %(file)s.") % {"file": file})


def about_currency(assumed: str) -> Asked:
    return Asked(
        "currency",
        _("The file does not say in which currency. It was taken as %(currency)s.") % {"currency": assumed},
        _("Amounts in another currency would be added up with yours."),
        assumed,
    )


def about_new_currency(wanted: str, before: str) -> Asked:
    return Asked(
        "business_currency",
        _(
            "Everything in this file is in %(new)s, and nothing was recorded before: with it, the business counts in %(new)s instead of %(old)s."
        )
        % {"new": wanted, "old": before},
        _("It cannot be changed any more once there is an order."),
        wanted,
    )


def about_encoding(assumed: str, others: tuple[str, ...]) -> Asked:
    return Asked(
        "encoding",
        _("Do letters such as é, ł or ü look right? The file was read as %(encoding)s.") % {"encoding": assumed},
        _("The file does not say which letters its bytes stand for."),
        assumed,
        [(name, name) for name in (assumed, *others)],
    )


def about_sheets(taken: str, others: tuple[str, ...]) -> Asked:
    return Asked(
        "sheet",
        _("Only the sheet “%(sheet)s” was read. The workbook has others: %(others)s.")
        % {"sheet": taken, "others": ", ".join(others)},
        _("One sheet is taken in at a time."),
        taken,
        [(name, name) for name in (taken, *others)],
    )


def about_hidden_sheets(names: tuple[str, ...]) -> Asked:
    return Asked(
        "hidden_sheets",
        _("Hidden sheets of the workbook were not read: %(names)s.") % {"names": ", ".join(names)},
        _("What a spreadsheet hides is often an older list. Show the sheet and save the workbook to take it in."),
    )


def about_suppliers(count: int) -> Asked:
    return Asked(
        "suppliers",
        ngettext(
            "%(n)d of these has the number of a supplier and comes in as one, not as a customer.",
            "%(n)d of these have the number of a supplier and come in as suppliers, not as customers.",
            count,
        )
        % {"n": count},
        _("In DATEV the accounts from 70000 on are those of suppliers (Kreditoren)."),
    )


def about_formulas() -> Asked:
    return Asked(
        "formulas",
        _("Some cells hold formulas whose results were not saved, so they are empty here."),
        _("Open the workbook in a spreadsheet program, save it there, and take it in again."),
    )


def about_twin(count: int, file_name: str) -> Asked:
    return Asked(
        "told_before",
        ngettext(
            "%(n)d sale of this file is in the book already, from %(file)s. Its total stays as it is there.",
            "%(n)d sales of this file are in the book already, from %(file)s. Their totals stay as they are there.",
            count,
        )
        % {"n": count, "file": file_name},
        _(
            "The two files tell the same sales, one with tax and tips and one without. So that each counts once, the first decides."
        ),
    )


def about_several_people(rows: list[tuple[str, int, str]], orders: int, more: int) -> Asked:
    """`rows`: order, row and whom it names; `more` rows are not shown."""
    shown = "; ".join(
        _("%(order)s (row %(row)d: %(name)s)") % {"order": order, "row": row, "name": name} for order, row, name in rows
    )
    return Asked(
        "several_people",
        ngettext(
            "%(n)d order names more than one person: %(orders)s. It counts for the first; the others are in the book as people.",
            "%(n)d orders name more than one person: %(orders)s. Each counts for the first; the others are in the book as people.",
            orders,
        )
        % {"n": orders, "orders": shown + (_("; and %(n)d more") % {"n": more} if more else "")},
        _("If each bought for themselves, the column with the order number may be another one."),
    )


def about_no_amounts() -> Asked:
    return Asked(
        "no_amounts",
        _("This looks like a list of sales, but no column says what was paid. Only its people were taken in."),
        _("Name the column with the amounts and take the file in again: --map amount=COLUMN."),
    )


def about_visits() -> Asked:
    return Asked(
        "visits",
        _("No column says what was paid. Each row is kept as a visit of which nobody knows what it cost."),
        _("What people bring cannot be said of such visits. If a column holds the amounts, name it."),
    )


def about_days_left_out(column: str) -> Asked:
    return Asked(
        "days_left_out",
        _("The days in “%(column)s” are not kept: this is taken for a list of people, not of what they did.")
        % {"column": column},
        _("If each row is a visit or a sale, choose “A list of sales” as the kind of file (--format orders)."),
    )


def about_rounded_numbers(one: str) -> Asked:
    return Asked(
        "rounded_numbers",
        _(
            "A spreadsheet rounded the order numbers (%(number)s), so that many are alike. Who bought and when tells them apart."
        )
        % {"number": one},
        _("Two orders of one person on one day count as one. Export again with the column as text."),
    )


def about_pictures(count: int) -> Asked:
    return Asked(
        "pictures",
        ngettext("%(n)d picture was left out.", "%(n)d pictures were left out.", count) % {"n": count},
        _("Pictures of people are not kept."),
    )


def about_postcodes(short: list[str]) -> Asked:
    return Asked(
        "postcodes",
        _(
            "These postcodes look as if a spreadsheet had cut off a zero at their beginning: %(codes)s. They stay as written."
        )
        % {"codes": ", ".join(short)},
        _("A letter may not arrive. Export again with the column as text, or correct them in the book."),
    )


def short_postcodes(con: DuckDBPyConnection) -> list[str]:
    """Up to five postcodes of four figures in countries where they have five."""
    rows = con.execute(
        "SELECT DISTINCT postcode, country FROM record WHERE regexp_matches(postcode, '^[0-9]{3,4}$') AND country IS NOT NULL"
        " ORDER BY 1 LIMIT 1000"
    ).fetchall()
    return [f"{postcode} ({code})" for postcode, country in rows if (code := code_of(country)) in FIVE_FIGURES][:5]


def about_cents() -> Asked:
    return Asked(
        "are_cents",
        _("Are the amounts in cents? They were read as whole units."),
        _("All of them are whole numbers, and most do not end in 00."),
        "no",
        [("no", _("whole units: 1999 is 1,999.00")), ("yes", _("cents: 1999 is 19.99"))],
    )


def could_be_cents(con: DuckDBPyConnection) -> bool:
    """Whole numbers of three digits and more, few of them round."""
    found = con.execute(
        f"""
        SELECT count(*) >= {CENTS_LEAST_ROWS} AND bool_and(regexp_matches(amount, '^-?[0-9]{{3,9}}$'))
               AND count(*) FILTER (try_cast(amount AS BIGINT) % 100 <> 0) > 0.5 * count(*)
        FROM (SELECT amount FROM entry WHERE amount IS NOT NULL LIMIT 20000)
        """
    ).fetchone()
    return bool(found and found[0])


def about_refunds(con: DuckDBPyConnection, questions: list[Asked]) -> None:
    """Name orders that were partly refunded without the file saying how much."""
    keys = con.execute(
        "SELECT key FROM basket b WHERE standing = 'part refunded' AND NOT is_cancelled AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.key = b.key) LIMIT 20"
    ).fetchall()
    if keys:
        questions.append(
            Asked(
                "part_refunds",
                _("Partly refunded, but the file does not say how much: %(orders)s. Nothing was subtracted.")
                % {"orders": ", ".join(str(key) for (key,) in keys)},
                _("Note the refund on the order once you know it."),
            )
        )
