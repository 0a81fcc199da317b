"""PayPal: activity. Only money that came in from a buyer and is complete is a sale; refunds point at their payment by
`Reference Txn ID`. Deposits, withdrawals, holds, fees and currency conversions are none; a conversion tells what a
payment in another currency was worth. Headers and kinds come in the language of the account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.intake.formats.base import Format, names
from regulars.intake.staging.judging import Verdict, judge_each_kind, write_verdicts
from regulars.intake.values.words import folded, standing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.intake.staging.judging import Case

CONVERSION = re.compile(
    r"conversion|wahrungsumrechnung|conversione|valutaomrekening|conversao|valutakonvertering|valutaomrakning|przewalutowanie|umrechnung"
)
HOLD = re.compile(
    r"hold|release|reserve|einbehalt|reserv|blocage|retencion|trattenut|inhouding|freigabe|liberation|authori[sz]ation|autorisierung|autorisation|autorizacion|autorizzazione|autorisatie"
)
REFUND = re.compile(
    r"refund|reversal|chargeback|dispute|ruckzahlung|ruckerstattung|ruckbuchung|erstattung|stornierung|rembours|annulation|retrofacturation|reembols|devolucion|reversion|contracargo|rimborso|storno|riaddebito|terugbetaling|terugboeking|aterbetalning|zwrot|estorno"
)
OTHER = re.compile(
    r"deposit|withdraw|transfer|bank|fee\b|fees\b|bonus|interest|cashback|loan|funding|correction|adjustment|request|invoice sent|invoice item|donated|add funds|top.?up"
    r"|credit card|debit card|buyer credit|\bbml\b|charge from|update to|order$|^order|cancellation|dividend|tax collected"
    r"|gutschrift auf|abbuchung|einzahlung|auszahlung|uberweisung|bankkonto|gebuhr|entgelt|virement|approvisionnement|depot|retrait|frais|commission"
    r"|retirada|retiro|ingreso|transferencia|tarifa|comision|prelievo|versamento|trasferimento|bonifico|tariffa|opname|storting|overboeking|kosten|uttag|insattning|wyplata|wplata|saque|taxa",
)  # fmt: skip
PAYMENT_BY_CARD = re.compile(
    r"(direct credit card|credit card|debit card|card|bank)\s*payment|zahlung per|payment received|checkout"
)
ITEM = re.compile(r"shopping cart item|warenkorbartikel|article du panier|articulo del carrito")
OUT = frozenset({"debit", "soll", "debe", "debito", "debet", "belastung"})
MEMO = frozenset({"memo"})


def verdict(kind: str, status: str, sign: int, impact: str) -> Verdict:
    """Say what a row of this kind, status and sign is."""
    word, balance = folded(kind), folded(impact)
    if CONVERSION.search(word):
        return Verdict("rate", _("A currency conversion; not a sale."))
    if HOLD.search(word) or balance in MEMO:
        return Verdict("none", _("Money held or released by PayPal; not a sale."))
    if ITEM.search(word):
        return Verdict("line")
    if REFUND.search(word):
        return _of_a_refund(status, sign)
    if OTHER.search(word) and not PAYMENT_BY_CARD.search(word):
        return Verdict(
            "none", _("“%(kind)s” moves money between PayPal, your bank and you; not a sale.") % {"kind": kind}
        )
    if sign < 0 or balance in OUT:
        return Verdict("none", _("Money you paid to somebody; not a sale."))
    if sign == 0:
        return Verdict("none", _("No money moved in this row."))
    return _of_a_payment(status)


def _of_a_refund(status: str, sign: int) -> Verdict:
    if standing(status) in {"unpaid", "cancelled"}:
        return Verdict("none", _("This refund is not complete: the status says “%(status)s”.") % {"status": status})
    if sign > 0:
        return Verdict("none", _("Money that came back to you; not a sale."))
    return Verdict("refund") if sign < 0 else Verdict("none", _("No money moved in this row."))


def _of_a_payment(status: str) -> Verdict:
    if re.search(
        r"sospeso|in behandeling|held|processing|removed|returned|placed|created|temporary|verarbeitung|traitement",
        folded(status),
    ):
        return Verdict("none", _not_complete(status))
    if standing(status) in {"unpaid", "cancelled", "draft"}:
        return Verdict("none", _not_complete(status))
    return Verdict("order")


def _not_complete(status: str) -> str:
    return _(
        "This payment is not complete: the status says “%(status)s”. It is taken in once a newer export says that it is."
    ) % {"status": status}


def judge(con: DuckDBPyConnection, _case: Case) -> None:
    """A refund names its payment; an item of a basket carries the number of its payment or refers to it."""
    judge_each_kind(con, verdict)
    write_verdicts(con, refunds_by="refers_to")
    con.execute(
        "UPDATE verdict SET order_key = refers_key WHERE meaning = 'line' AND refers_key IN"
        " (SELECT order_key FROM verdict WHERE meaning = 'order')"
    )


PAYPAL = Format(
    slug="paypal",
    label=gettext_lazy("PayPal activity"),
    source="paypal",
    takes="orders",
    tell_tale=(
        names("Date|Type|Gross|Net|Transaction ID"),
        names("Date|Type|Gross|From Email Address|Transaction ID"),
        names("Date|Description|Currency|Gross|Net|Balance|Transaction ID"),
        names("Datum|Beschreibung|Währung|Brutto|Netto|Guthaben"),
        names("Date|Description|Devise|Net|Solde|Numéro de transaction"),
        names("Fecha|Descripción|Divisa|Bruto|Neto|Saldo"),
        names("Data|Descrizione|Valuta|Lordo|Netto|Saldo"),
        names("Datum|Typ|Brutto|Netto|Transaktionscode"),
        names("Datum|Typ|Status|Währung|Brutto|Transaktionscode"),
        names("Date|Type|Devise|Net|Numéro de transaction"),
        names("Fecha|Tipo|Bruto|Neto|Id. de transacción"),
        names("Fecha|Tipo|Divisa|Bruto|Neto"),
        names("Data|Tipo|Valuta|Lordo|Netto"),
        names("Datum|Type|Valuta|Bruto|Net"),
        names("Data|Tipo|Moeda|Bruto|Líquido"),
        names("Datum|Typ|Valuta|Brutto|Netto"),
    ),
    columns={
        "order_id": names(
            "Transaction ID|Transaktionscode|Numéro de transaction|Id. de transacción|Identificación de la transacción|Codice transazione|Transactiereferentie|Transactie-ID|ID da transação|Transaktions-id"
        ),
        "bought_on": names("Date|Datum|Fecha|Data"),
        "bought_time": names("Time|Uhrzeit|Heure|Hora|Orario|Ora|Tijd|Tid"),
        "bought_zone": names(
            "TimeZone|Time Zone|Zeitzone|Fuseau horaire|Zona horaria|Fuso orario|Tijdzone|Fuso horário|Tidszon"
        ),
        "full_name": names("Name|Nom|Nombre|Nome|Naam|Namn"),
        "kind": names("Type|Typ|Tipo|Description|Beschreibung|Descripción|Descrizione|Omschrijving"),
        "status": names("Status|État|Etat|Estado|Stato"),
        "currency": names("Currency|Währung|Devise|Divisa|Moneda|Valuta|Moeda"),
        "amount": names("Gross|Brutto|Brut|Avant commission|Bruto|Lordo"),
        "email": names(
            "From Email Address|Absender E-Mail-Adresse|De l'adresse email|Adresse email de l'expéditeur|Correo electrónico del remitente|Indirizzo email mittente|Van e-mailadres|E-mail do remetente|Från e-postadress"
        ),
        "refers_to": names(
            "Reference Txn ID|Zugehöriger Transaktionscode|Numéro de la transaction de référence|Numéro de transaction de référence|Id. de referencia de trans.|Identificación de la transacción de referencia|Codice transazione di riferimento|N. di riferimento transazione|Referentie transactiereferentie|ID da transação de referência|Referens-id för transaktion"
        ),
        "impact": names(
            "Balance Impact|Auswirkung auf Guthaben|Impact sur le solde|Impacto en el saldo|Efecto en el saldo|Impatto sul saldo|Effect op saldo"
        ),
        "item": names("Item Title|Artikelbezeichnung|Titre de l'objet|Título del artículo|Titolo oggetto|Titel object"),
        "sku": names("Item ID|Artikelnummer"),
        "quantity": names("Quantity|Anzahl|Quantité|Cantidad|Quantità|Aantal"),
        "tax": names("Sales Tax|Umsatzsteuer|TVA"),
        "shipping": names("Shipping and Handling Amount|Versandkosten|Verzendkosten|Montant de la livraison"),
        "phone": names("Contact Phone Number|Telefon|Telefonnummer"),
        "street": names("Address Line 1|Adresszeile 1|Adresse ligne 1"),
        "street_2": names("Address Line 2/District/Neighborhood|Address Line 2"),
        "city": names("Town/City|Ort|Ville"),
        "region": names("State/Province/Region/County/Territory/Prefecture/Republic"),
        "postcode": names("Zip/Postal Code|PLZ|Code postal"),
        "country": names("Country Code|Country|Land|Ländervorwahl"),
        "order_note": names("Note|Notiz|Hinweis|Remarque|Nota"),
    },
    judge=judge,
)
