"""What a column holds, judged by a sample of its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from regulars.intake.values import amounts, dates, reach
from regulars.intake.values.words import mail_status, standing, truth

WHOLE = re.compile(r"\d+")
WORTH = re.compile(r"[.,]\d\d\D*$|[^\d\s.,:/+()#-]\s*[\d.,]+$|[\d.,]\s*[^\d\s.,:/+()#-]{1,3}$")
DECIMAL = re.compile(r"-?\d{1,9}[.,]\d{2,4}")
PADDED = re.compile(r"0\d+")
LETTERS = re.compile(r"[^\W\d_]")
DIALLED = re.compile(r"[+0][\d\s()/.-]{7,20}")
ORDER_NUMBER = re.compile(r"#\S*\d+")


def share(cells: Sequence[str], test: Callable[[str], object]) -> float:
    """Return the share of the filled cells that pass; 1.0 when none is filled."""
    filled = [cell for cell in cells if cell]
    return sum(1 for cell in filled if test(cell)) / len(filled) if filled else 1.0


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cells)


def is_answered(cells: Sequence[str]) -> bool:
    """Say whether every filled cell is a yes or a no, and there is one."""
    return any(cells) and all(truth(cell) is not None for cell in cells if cell)


def is_amount(cell: str) -> bool:
    return len(cell) < 30 and amounts.parse(cell) is not None


def is_worth(cell: str) -> bool:
    """An amount with its cents or its currency: no count, no number of anything."""
    return is_amount(cell) and WORTH.search(cell) is not None and not is_moment(cell)


def is_moment(cell: str) -> bool:
    return (moment := dates.parse(cell)) is not None and 1900 <= moment.on.year <= dates.LATEST_YEAR


def is_email(cell: str) -> bool:
    return reach.email(cell) is not None


def is_phone(cell: str) -> bool:
    digits = sum(letter.isdigit() for letter in cell)
    return 6 <= digits <= 16 and digits >= 0.6 * len(cell.replace(" ", ""))


def is_name(cell: str) -> bool:
    return (
        2 <= len(cell) <= 60
        and bool(LETTERS.search(cell))
        and not any(letter.isdigit() for letter in cell)
        and "@" not in cell
    )


def is_full_name(cell: str) -> bool:
    return is_name(cell) and len(cell.split()) >= 2


def is_mail_status(cell: str) -> bool:
    return mail_status(cell) is not None


def is_order_status(cell: str) -> bool:
    return standing(cell) != "paid" or cell.casefold() in {
        "paid",
        "complete",
        "completed",
        "processing",
        "shipped",
        "delivered",
        "closed",
    }
