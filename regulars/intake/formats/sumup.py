"""SumUp: card payments, a row each. The e-mail address in every row is the business's own and names no customer."""

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import judge_shop

SUMUP = Format(
    slug="sumup",
    label="SumUp",
    source="sumup",
    takes="orders",
    tell_tale=(
        names("Date|Transaction ID|Transaction Type|Entry Mode"),
        names("Date|Transaction ID|Transaction Type|Process as"),
        names("Date|Transaction Code|Card Type|Last 4 digits"),
        names("Datum|Transaktions-ID|Transaktionsart|Eingabemodus"),
        names("Datum|Transaktions-ID|Kartentyp|Letzte 4 Ziffern"),
        names("Datum|Transaktionscode|Kartentyp|Letzte 4 Ziffern"),
    ),
    columns={
        "order_id": names("Transaction ID|Transaktions-ID|Transaction Code|Transaktionscode"),
        "bought_on": names("Date|Datum"),
        "amount": names("Total|Betrag inkl. MwSt.|Gesamtbetrag|Gesamt|Betrag|Amount"),
        "tax": names("Tax amount|Steuerbetrag"),
        "currency": names("Currency|Währung"),
        "status": names("Status"),
        "kind": names("Transaction Type|Transaktionsart"),
        "item": names("Description|Beschreibung"),
        "order_note": names("Reference|Referenz"),
    },
    judge=judge_shop,
)
