"""Stripe: balance history and the itemised balance report. Charges are sales, refunds point at their charge by its id
where the report has one; payouts, fees and transfers are no sales."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import Verdict, judge_each_kind, write_verdicts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.intake.staging.judging import Case

SALES = re.compile(r"^(charge|payment)$")
REFUNDS = re.compile(r"^(refund|payment_refund|partial_capture_reversal|dispute|chargeback)$")
CHARGE = "^(ch|py|pi)_"
ADJUSTED = r"(?i)(chargeback|dispute).*\b((?:ch|py)_[A-Za-z0-9]+)"


def verdict(kind: str, _status: str, sign: int, _impact: str) -> Verdict:
    """Say what a row of this kind is."""
    word = kind.lower().replace(" ", "_")
    if SALES.match(word):
        return Verdict("order") if sign >= 0 else Verdict("refund")
    if REFUNDS.match(word):
        return (
            Verdict("refund")
            if sign < 0
            else Verdict("none", _("Money of a refund or dispute that came back to you; not a sale."))
        )
    return Verdict(
        "none",
        _("“%(kind)s” moves money between Stripe, your bank and you; not a sale.") % {"kind": kind or _("no kind")},
    )


def judge(con: DuckDBPyConnection, case: Case) -> None:
    """A charge is known by the id of its source where the report has it, else by its own; a lost dispute names its charge."""
    judge_each_kind(con, verdict)
    con.execute("UPDATE record_table SET refers_to = NULL WHERE NOT regexp_matches(refers_to, ?)", [CHARGE])
    con.execute(
        "UPDATE record_table SET order_id = refers_to WHERE refers_to IS NOT NULL AND lower(kind) IN ('charge', 'payment')"
    )
    con.execute(
        "UPDATE record_table SET refers_to = regexp_extract(r.item, ?, 2) FROM record r"
        " WHERE r.place = record_table.place AND regexp_matches(r.item, ?)",
        [ADJUSTED, ADJUSTED],
    )
    write_verdicts(con, refunds_by="refers_to")
    con.execute(
        "UPDATE verdict SET meaning = 'refund', reason = NULL FROM record r WHERE r.place = verdict.place AND verdict.meaning = 'none'"
        f" AND lower(r.kind) = 'adjustment' AND r.x_amount < 0 AND regexp_matches(r.item, '{ADJUSTED}')"
    )


STRIPE_BALANCE = Format(
    slug="stripe_balance",
    label=gettext_lazy("Stripe balance"),
    source="stripe",
    takes="orders",
    tell_tale=(
        names("balance_transaction_id|gross|reporting_category"),
        names("id|Type|Source|Amount|Fee|Net|Currency"),
    ),
    columns={
        "order_id": names("balance_transaction_id|id"),
        "bought_on": names("created_utc|Created (UTC)|created"),
        "amount": names("gross|Amount"),
        "currency": names("currency"),
        "converted_amount": names("Customer Facing Amount|customer_facing_amount"),
        "converted_currency": names("Customer Facing Currency|customer_facing_currency"),
        "kind": names("reporting_category|Type"),
        "refers_to": names("charge_id|source_id|Source"),
        "item": names("description"),
        "person_id": names("customer_id"),
        "email": names("customer_email"),
        "full_name": names("customer_name|shipping_address_name|card_name"),
        "phone": names("customer_phone"),
        "street": names("customer_address_line1|shipping_address_line1"),
        "city": names("customer_address_city|shipping_address_city"),
        "postcode": names("customer_address_postal_code|shipping_address_postal_code"),
        "country": names("customer_address_country|shipping_address_country"),
    },
    judge=judge,
    utc=frozenset({"bought_on"}),
)
