"""PrestaShop: the orders grid and the usual SQL exports. `Total` is what was paid, with tax."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_shop

PRESTASHOP_ORDERS = Format(
    slug="prestashop_orders",
    label=_("PrestaShop orders"),
    source="prestashop",
    takes="orders",
    tell_tale=(
        names("ID|Reference|Customer|Total|Payment|Status|Date"),
        names("ID|Référence|Client|Total|Paiement|État|Date"),
        names("ID|Referencia|Cliente|Total|Pago|Estado|Fecha"),
        names("ID|Bestellnummer|Kunde|Gesamt|Zahlung|Status|Datum"),
        names("id_order|reference|total_paid|date_add"),
        names("id_order|reference|total_paid_tax_incl|date_add"),
    ),
    columns={
        "order_id": names("Reference|Référence|Referencia|Riferimento|Referenz|Bestellnummer|reference"),
        "person_id": names("id_customer"),
        "full_name": names("Customer|Client|Cliente|Kunde|customer_name"),
        "given_name": names("firstname|First name"),
        "family_name": names("lastname|Last name"),
        "email": names("email|Customer email|Email address"),
        "company": names("Company"),
        "country": names("Delivery|country"),
        "amount": names("total_paid_tax_incl|total_paid|Total|Total paid|Gesamt|Totale"),
        "shipping": names("total_shipping_tax_incl|total_shipping"),
        "discount": names("total_discounts_tax_incl|total_discounts"),
        "currency": names("currency|iso_code"),
        "status": names("Status|État|Estado|Stato|order_state|state"),
        "bought_on": names("Date|Fecha|Datum|Data|date_add"),
        "item": names("product_name"),
        "sku": names("product_reference"),
        "quantity": names("product_quantity"),
        "price": names("unit_price_tax_incl|product_price"),
    },
    judge=judge_shop,
    repeats_total=True,
)
