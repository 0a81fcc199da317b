"""Stripe: payments (unified payments, charges). One row a charge; refunds stand in its own column.

Failed, blocked, incomplete and uncaptured payments brought no money. A dispute that was lost took it back.
"""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_payments

STRIPE_PAYMENTS = Format(
    slug="stripe_payments",
    label=_("Stripe payments"),
    source="stripe",
    takes="orders",
    tell_tale=(
        names("id|Amount|Amount Refunded|Currency|Status"),
        names("id|Created (UTC)|Amount|Currency|Status"),
        names("id|amount_refunded|amount|currency|captured"),
    ),
    columns={
        "order_id": names("id|Charge ID"),
        "bought_on": names("Created date (UTC)|Created (UTC)|Created|created_utc"),
        "amount": names("Amount"),
        "refunded": names("Amount Refunded|amount_refunded"),
        "currency": names("Currency"),
        "converted_amount": names("Converted Amount"),
        "converted_refunded": names("Converted Amount Refunded"),
        "converted_currency": names("Converted Currency"),
        "status": names("Status"),
        "captured": names("Captured"),
        "mode": names("Mode|livemode"),
        "refunded_on": names("Refunded date (UTC)|Refunded (UTC)"),
        "disputed": names("Disputed Amount"),
        "dispute_status": names("Dispute Status"),
        "item": names("Checkout Line Item Summary|Description"),
        "person_id": names("Customer ID|Customer"),
        "email": names("Customer Email|receipt_email|billing_details.email|Email"),
        "full_name": names("Shipping Name|Card Name|billing_details.name|Customer Name|Customer Description"),
        "phone": names("Customer Phone|billing_details.phone"),
        "street": names("Card Address Line1|Shipping Address Line1|billing_details.address.line1"),
        "street_2": names("Card Address Line2|Shipping Address Line2|billing_details.address.line2"),
        "city": names("Card Address City|Shipping Address City|billing_details.address.city"),
        "region": names("Card Address State|Shipping Address State|billing_details.address.state"),
        "postcode": names("Card Address Zip|Shipping Address Postal Code|billing_details.address.postal_code"),
        "country": names("Card Address Country|Shipping Address Country|billing_details.address.country"),
        "accepts_email": names("Checkout Promotional Consent"),
    },
    judge=judge_payments,
    utc=frozenset({"bought_on", "refunded_on"}),
)
