"""What each row is: an order or a line of it, money back, an exchange, or nothing we keep, and then why.

A judge works on table `record` (the typed rows) and makes table `verdict` (place, meaning, reason, order_key,
refers_key, standing). Statuses and kinds are read once for each distinct combination.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.values.words import Standing, folded, standing, truth

SALE = re.compile(r"^(sales? |sale$|invoice|rechnung$|factura|facture|fattura|factuur|verkauf|venta|vente|vendita)")
NO_SALE = re.compile(
    r"^(estimate|quote|quotation|bill|bill payment.*|expense|transfer|journal( entry)?|purchase order|payout|angebot|auftragsbestatigung"
    r"|lieferschein|kostenvoranschlag|presupuesto|devis|preventivo|offerte|albaran|bon de livraison)$"
)
BESIDE_SALES = re.compile(
    r"^(payment|receive payment|deposit|zahlung|zahlungseingang|pago|paiement|pagamento|betaling)$"
)
BACK = re.compile(
    r"^(refund( receipt)?|(sales )?credit (memo|note)|return|rechnungskorrektur|gutschrift|stornorechnung|ruckerstattung|retoure"
    r"|reembolso|nota de credito|factura rectificativa|remboursement|avoir|rimborso|nota di credito|creditnota)$"
)
Meaning = Literal["order", "line", "refund", "rate", "person", "none"]


class Verdict(NamedTuple):
    meaning: Meaning
    reason: str = ""


@dataclass(frozen=True)
class Case:
    """What a judge may know of the file."""

    words: Mapping[str, Standing]
    has_order_ids: bool
    has_refunded: bool


Judge = Callable[[DuckDBPyConnection, Case], None]
KindJudge = Callable[[str, str, int, str], Verdict]


def judge_shop(con: DuckDBPyConnection, case: Case) -> None:
    """Rows of a shop: orders by their number, their standing by their status; negative rows are money back."""
    _turn_money_back(con)
    _label_standings(con, case)
    _label_modes(con)
    _label_truths(con, "was_refunded")
    own = "r.order_id" if case.has_order_ids else "NULL::VARCHAR"
    con.execute(
        f"""
        CREATE TABLE verdict AS
        SELECT r.place,
               CASE WHEN r.x_amount < 0 THEN 'refund' WHEN g.reason IS NOT NULL THEN 'none' ELSE 'order' END AS meaning,
               g.reason,
               r.order_id AS order_key,
               coalesce(r.refers_to, {own}) AS refers_key,
               CASE WHEN f.is_true AND coalesce(s.standing, 'paid') = 'paid' THEN 'refunded' ELSE s.standing END AS standing
        FROM record r
        LEFT JOIN standing_of s ON s.status IS NOT DISTINCT FROM r.status
        LEFT JOIN was_refunded_of f ON f.word = r.was_refunded
        LEFT JOIN mode_of g ON g.mode IS NOT DISTINCT FROM r.mode
        """
    )
    con.execute(
        "UPDATE verdict SET meaning = 'none', reason = ? WHERE regexp_matches(order_key, '^#D[0-9]+$')", [_draft()]
    )
    _refuse_other_papers(con)
    for kind, reason in (("unpaid", _unpaid), ("draft", _draft), ("test", _test)):
        _spread_reason(con, kind, reason())


def _turn_money_back(con: DuckDBPyConnection) -> None:
    """A credit note or refund is money back, with a minus before its amount or without."""
    if back := [kind for kind in _distinct(con, "kind") if BACK.search(folded(kind))]:
        con.execute(
            "UPDATE record_table SET x_amount = -x_amount WHERE x_amount > 0 AND list_contains(?, kind)", [back]
        )


def _refuse_other_papers(con: DuckDBPyConnection) -> None:
    """Estimates and bills are no sales; beside invoices and receipts the payments of them are none either."""
    kinds = _distinct(con, "kind")
    has_sales = any(SALE.search(folded(kind)) for kind in kinds)
    for kind in kinds:
        if NO_SALE.search(folded(kind)) or (has_sales and BESIDE_SALES.search(folded(kind))):
            con.execute(
                "UPDATE verdict SET meaning = 'none', reason = ? FROM record r WHERE r.place = verdict.place AND r.kind = ?",
                [_("“%(kind)s” is no sale.") % {"kind": kind}, kind],
            )


def judge_payments(con: DuckDBPyConnection, case: Case) -> None:
    """Payments: only money that was collected counts; a cancelled payment never was one, a lost dispute took it back."""
    judge_shop(con, case)
    _spread_reason(con, "cancelled", _unpaid())
    _label_truths(con, "captured")
    con.execute(
        "UPDATE verdict SET meaning = 'none', reason = ? FROM record r JOIN captured_of c ON c.word = r.captured"
        " WHERE r.place = verdict.place AND NOT c.is_true AND verdict.meaning = 'order'",
        [_("This payment was authorised but not collected, so no money came in.")],
    )


def _unpaid() -> str:  # reads as the constant it is, said in the language of the moment
    return _("Not paid: the status says “%s”. It is taken in once a newer export says that it was paid.")


def _draft() -> str:
    return _("A draft, not a sale.")


def _test() -> str:
    return _("A test order, not a sale.")


def _spread_reason(con: DuckDBPyConnection, kind: str, reason: str) -> None:
    """Give all rows of an order that stands so the reason; the continuation lines have no status of their own."""
    con.execute(
        """
        UPDATE verdict SET meaning = 'none', reason = replace(?, '%s', coalesce(r.status, b.status, '')) FROM record r
        LEFT JOIN (SELECT v.order_key, any_value(h.status) AS status FROM verdict v JOIN record h USING (place)
                   WHERE v.standing = ? AND v.order_key IS NOT NULL GROUP BY 1) b ON b.order_key = r.order_id
        WHERE r.place = verdict.place AND verdict.meaning = 'order' AND (verdict.standing = ? OR b.order_key IS NOT NULL)
        """,
        [reason, kind, kind],
    )


def _label_standings(con: DuckDBPyConnection, case: Case) -> None:
    rows = _distinct(con, "status")
    con.execute("CREATE TABLE standing_of (status VARCHAR, standing VARCHAR)")
    found = [(status, case.words.get(folded(status)) or standing(status)) for status in rows]
    con.executemany("INSERT INTO standing_of VALUES (?, ?)", [*found, (None, None)])


def _label_modes(con: DuckDBPyConnection) -> None:
    """Test mode stands in a column of its own, or in the name of a made-up way to pay."""
    con.execute("CREATE TABLE mode_of (mode VARCHAR, reason VARCHAR)")
    con.executemany(
        "INSERT INTO mode_of VALUES (?, ?)",
        [*((mode, _test() if _is_a_test(mode) else None) for mode in _distinct(con, "mode")), (None, None)],
    )


def _is_a_test(mode: str) -> bool:
    word = folded(mode)
    return word in {"test", "test mode", "false", "sandbox"} or "bogus" in word or "for testing" in word


def _label_truths(con: DuckDBPyConnection, column: str) -> None:
    con.execute(f"CREATE TABLE {column}_of (word VARCHAR, is_true BOOLEAN)")
    con.executemany(
        f"INSERT INTO {column}_of VALUES (?, ?)",
        [*((word, truth(word)) for word in _distinct(con, column)), ("", None)],
    )


def _distinct(con: DuckDBPyConnection, column: str) -> Sequence[str]:
    return [
        word for (word,) in con.execute(f"SELECT DISTINCT {column} FROM record WHERE {column} IS NOT NULL").fetchall()
    ]


def judge_each_kind(con: DuckDBPyConnection, verdict: KindJudge) -> None:
    """Ask `verdict` once for each combination of kind, status, sign and impact; makes table `kind_verdict`."""
    con.execute(
        "CREATE TABLE kind_verdict (kind VARCHAR, status VARCHAR, sign INTEGER, impact VARCHAR, meaning VARCHAR, reason VARCHAR)"
    )
    combinations = con.execute(
        "SELECT DISTINCT kind, status, sign(coalesce(x_amount, 0))::INTEGER, impact FROM record"
    ).fetchall()
    con.executemany(
        "INSERT INTO kind_verdict VALUES (?, ?, ?, ?, ?, ?)",
        [
            (*found, said.meaning, said.reason or None)
            for found in combinations
            for said in [verdict(found[0] or "", found[1] or "", found[2], found[3] or "")]
        ],
    )


def write_verdicts(con: DuckDBPyConnection, *, refunds_by: str) -> None:
    """Make table `verdict` from `kind_verdict`; money back names its payment in column `refunds_by`."""
    con.execute("CREATE TABLE standing_of (status VARCHAR, standing VARCHAR)")
    con.executemany(
        "INSERT INTO standing_of VALUES (?, ?)",
        [*((word, standing(word)) for word in _distinct(con, "status")), (None, None)],
    )
    con.execute(
        f"""
        CREATE TABLE verdict AS
        SELECT r.place, k.meaning, k.reason, r.order_id AS order_key, r.{refunds_by} AS refers_key, s.standing
        FROM record r
        JOIN kind_verdict k ON k.kind IS NOT DISTINCT FROM r.kind AND k.status IS NOT DISTINCT FROM r.status
             AND k.sign = sign(coalesce(r.x_amount, 0))::INTEGER AND k.impact IS NOT DISTINCT FROM r.impact
        LEFT JOIN standing_of s ON s.status IS NOT DISTINCT FROM r.status
        """
    )
