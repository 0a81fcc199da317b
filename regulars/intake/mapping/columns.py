"""The fields a file can fill, and what shops call them. Names are compared without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.intake.mapping.more_names import MORE_NAMES
from regulars.intake.values.amounts import NAMELESS
from regulars.intake.values.amounts import SIGNS as AMOUNT_SIGNS
from regulars.kit.money import is_currency

Group = Literal["person", "consent", "order", "line", "row", "hidden"]
NUMBERED = re.compile(r" \(\d+\)$")
UNIT = re.compile(
    r"\s*[(\[]\s*(?:in |en )?(?P<inside>[^\W\d_]{3}|[^\w\s]|[A-Za-z]{1,2}\$|kr|zł|kč)\s*[)\]]\s*$"
    r"|[\s_]+(?:in[\s_]|en )?(?P<behind>[A-Za-z]{3}|[€£$¥₹]|kr|zł|kč)\s*$",
    re.IGNORECASE,
)
TAX_INCLUDED = re.compile(
    r"[\s_]*[(,]?\s*\b(?:ttc|tvac|tvac?c|brutto|bruto|(?:incl|inc|inkl)(?:\.|uding|usive)?\s*(?:of )?(?:vat|tax|gst|mwst|ust|btw|moms)"
    r"|(?:vat|tax|gst)\s+incl(?:\.|uded)?|(?:con|c/)\s*iva|iva\s+incl(?:uid[oa]|us[oa]|\.)?)\.?\s*\)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Field:
    """One thing a column can hold. `names` are what files call it, the likeliest first."""

    key: str
    label: str | Promise
    group: Group
    names: tuple[str, ...] = ()


def name_key(header: str) -> str:
    """Return a column's name as it is compared: "Customer e-mail*" is "customeremail"."""
    bare = unicodedata.normalize("NFKD", header.casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def _field(key: str, label: str | Promise, group: Group, names: str = "") -> Field:
    return Field(key, label, group, tuple(name_key(name) for name in names.split("|") if name))


FIELDS: dict[str, Field] = {field.key: field for field in (
    _field("person_id", _("customer number"), "person",
           "customer id|customerid|customer_id|customer number|customer no|customer code|client id|client number|contact id|subscriber id|member id|cust|cust id|custno|id customer|id_customer|account number|account id|kundennummer|kunden-nr|kunde nr|kundnummer|numero client|n client|code client|numero cliente|codice cliente|klantnummer|klant id|numer klienta|customer.id|customer|cust_id"),
    _field("beyond", _("what fits no column"), "hidden"),
    _field("full_name", _("full name"), "person",
           "full name|name|fullname|full_name|your name|your full name|customer name|customer_name|client name|contact name|display name|displayname|billing name|bill to name|bill-to name|buyer name|buyer|recipient|recipient name|attendee name|contact|namn|kundnamn|kundenname|vollstandiger name|nom complet|nom du client|nombre completo|nombre y apellidos|nome completo|naam|volledige naam|klant|imie i nazwisko|nimi|ship to name|ship-to name|shipping name|cardholder name|card name|customer description|kunde|client|cliente|billing full name"),
    _field("given_name", _("given name"), "person",
           "first name|firstname|first_name|given name|givenname|given|forename|fname|vorname|prenom|nombre|nome|voornaam|fornamn|imie|etunimi|keresztnev|jmeno|first|billing first name|billing_first_name|first name (billing)|first_name_billing|customer first name|customer firstname|customer.first_name|billing.first_name|prenome|nombre de pila|shipping first name"),
    _field("middle_name", _("middle name"), "person", "middle name|middlename|additional name|middle|zweiter vorname|deuxieme prenom"),
    _field("family_name", _("family name"), "person",
           "last name|lastname|last_name|surname|family name|familyname|lname|nachname|familienname|nom|nom de famille|apellido|apellidos|cognome|achternaam|efternamn|nazwisko|sukunimi|vezeteknev|prijmeni|sobrenome|last|billing last name|billing_last_name|last name (billing)|last_name_billing|customer last name|customer lastname|customer.last_name|billing.last_name|shipping last name"),
    _field("salutation", _("how they are addressed"), "person",
           "salutation|title|prefix|name prefix|anrede|civilite|tratamiento|titolo|aanhef|social title|titel|name title|titles id (mr = 1, ms = 2, else 0)|titles id"),
    _field("email", _("e-mail"), "person",
           "email|e-mail|email address|e-mail address|emailaddress|mail|e mail|customer email|customer e-mail|customer_email|contact email|buyer email|buyer_email|billing email|billing_email|email (billing)|primary email|from email address|payer email|e-mail 1 - value|email 1 - value|e-mailadresse|email adresse|adresse email|adresse e-mail|courriel|correo|correo electronico|direccion de correo|indirizzo email|posta elettronica|e-mailadres|e-post|epost|epostadress|sahkoposti|adres e-mail|adres email|email cim|e-posta|customer.email|billing.email|contact_email|receipt email|account email|primaryemail|email 1|email1|user email"),
    _field("email_2", _("second e-mail"), "person",
           "secondary email|second email|email 2|email2|e-mail 2 - value|email 2 - value|e-mail 2 address|alternate email|other email|e-mail 3 - value|e-mail 3 address|additional email"),
    _field("phone", _("phone"), "person",
           "phone|phones|phone number|phonenumber|phone_number|telephone|tel|mobile|mobile phone|mobile number|cell|cell phone|cellphone|contact number|customer phone|customer_phone|billing phone|billing_phone|phone (billing)|phone 1 - value|telefon|telefonnummer|handy|mobil|mobilnummer|mobiltelefon|telephone portable|numero de telephone|telefono|movil|cellulare|telefoonnummer|telefoon|mobiel|puhelin|telefone|celular|default address phone|shipping phone|primary phone|phone1|contact phone number|mobile phone number|billing.phone|customer.phone|numer telefonu|sms"),
    _field("phone_2", _("second phone"), "person",
           "phone 2 - value|phone 2|phone2|home phone|work phone|business phone|business phone 2|home phone 2|secondary phone|other phone|mobile phone 2|telefon 2|company main phone|phone 3 - value"),
    _field("company", _("company"), "person",
           "company|company name|organization|organisation|organization name|organization 1 - name|business name|billing company|firma|firmenname|societe|entreprise|empresa|azienda|bedrijf|bedrijfsnaam|foretag|yritys|default address company|account name"),
    _field("supplier", _("supplier or maker"), "person"),
    _field("street", _("street"), "person",
           "address|addresses|address1|address 1|address line 1|address_line_1|street|street address|street 1|street1|billing address|billing address1|billing street|billing address 1|billing_address_1|default address address1|default address1|card address line1|home address|home street|address 1 - street|mailing address|postal address|adresse|adresse 1|strasse|straße|anschrift|rue|direccion|calle|indirizzo|via|adres|straat|straatnaam|adress|gatuadress|ulica|osoite|shipping address|shipping address1|shipping street|shipping address line1|business street|billing.address_1|billing_address.address1|shipping address 1|work address|billingstreet|address 1 (billing)|street address (billing)|address 1&2 (billing)"),
    _field("street_2", _("second address line"), "person",
           "address2|address 2|address line 2|address_line_2|street 2|street2|billing address2|billing address 2|billing_address_2|default address address2|default address2|card address line2|home address 2|home street 2|adresse 2|adresszusatz|complement d'adresse|shipping address2|billing.address_2|shipping address line2|address 1 - extended address|work address 2"),
    _field("city", _("town"), "person",
           "city|town|billing city|billing_city|default address city|card address city|home city|address 1 - city|ort|stadt|ville|ciudad|localidad|citta|comune|plaats|woonplaats|stad|postort|miasto|kaupunki|cidade|shipping city|shipping address city|business city|billing.city|city (billing)|work city|billingcity|town/city"),
    _field("postcode", _("postcode"), "person",
           "postcode|postal code|postalcode|zip|zip code|zipcode|billing zip|billing postcode|billing_postcode|default address zip|card address zip|home zipcode|home postal code|address 1 - postal code|plz|postleitzahl|code postal|codigo postal|cp|cap|postnummer|kod pocztowy|postinumero|shipping zip|shipping postcode|shipping address postal code|business postal code|billing.postcode|postcode (billing)|work zipcode|billingpostalcode|zip/postal code|postal/zip code"),
    _field("region", _("county or state"), "person",
           "region|state|province|county|billing state|billing province|billing province name|default address province code|card address state|home state|address 1 - region|bundesland|departement|provincia|provincie|wojewodztwo|estado|shipping province|shipping state|shipping address state|business state|billing.state|state/province|billingstate|work state|state (billing)"),
    _field("country", _("country"), "person",
           "country|country code|country_code|billing country|billing_country|default address country code|default address country|card address country|home country|address 1 - country|land|pays|pais|paese|nazione|kraj|maa|shipping country|shipping address country|business country|home country/region|business country/region|billing.country|country_id|cc|country (billing)|work country|billingcountry|country/region"),
    _field("house_number", _("number of the house"), "person"),
    _field("street_b", _("second address: street"), "person"),
    _field("street_2_b", _("second address: another line"), "person"),
    _field("city_b", _("second address: town"), "person"),
    _field("postcode_b", _("second address: postcode"), "person"),
    _field("region_b", _("second address: county or state"), "person"),
    _field("country_b", _("second address: country"), "person"),
    _field("street_c", _("third address: street"), "person"),
    _field("street_2_c", _("third address: another line"), "person"),
    _field("city_c", _("third address: town"), "person"),
    _field("postcode_c", _("third address: postcode"), "person"),
    _field("region_c", _("third address: county or state"), "person"),
    _field("country_c", _("third address: country"), "person"),
    _field("anniversary", _("anniversary"), "person"),
    _field("language", _("language"), "person", "language|locale|lang|sprache|langue|idioma|lingua|taal|sprak|customer_locale|preferred language"),
    _field("birthday", _("birthday"), "person",
           "birthday|birth date|birthdate|date of birth|dob|born|bday|geburtstag|geburtsdatum|date de naissance|anniversaire|fecha de nacimiento|cumpleanos|data di nascita|compleanno|geboortedatum|verjaardag|fodelsedag|fodelsedatum|data urodzenia|birthday (yyyy-mm-dd)|syntymaaika|nascimento"),
    _field("birth_year", _("year of birth"), "person", "birth year|birthyear|year of birth"),
    _field("birth_month", _("month of birth"), "person", "birth month|month of birth"),
    _field("birth_day", _("day of birth"), "person", "birth day|day of birth"),
    _field("deceased_on", _("day of death"), "person", "deceased date|date of death|deceased|sterbedatum|date de deces"),
    _field("note", _("note"), "person",
           "note|notes|customer note|comment|comments|remark|remarks|notiz|notizen|bemerkung|bemerkungen|kommentar|commentaire|remarque|nota|notas|observaciones|opmerking|opmerkingen|anteckning|uwagi|huomautus|anything we should know?|notes about"),
    _field("tags", _("tags"), "person", "tags|tag|labels|label|groups|group|kategorien|gruppe|gruppen|etiquetas|etichette|etiketten|taggar|group membership|segments|groups (x,y,z...)|customer group"),
    _field("accepts_email", _("wants e-mails (yes or no)"), "consent",
           "accepts marketing|accepts email marketing|email marketing consent|email opt in|email opt-in|email_opt_in|newsletter|newsletter (0/1)|marketing consent|marketing opt in|opt in email|newsletter opt in|newsletter subscription|subscribed to emails|subscribed_to_emails|accepts_marketing|buyer_accepts_marketing|wants newsletter|email subscribed|subscribed|newsletter angemeldet|werbeeinwilligung|nyhetsbrev|nieuwsbrief|boletin|checkout promotional consent|email consent|consent email|gdpr consent"),
    _field("accepts_text", _("wants text messages (yes or no)"), "consent",
           "accepts sms marketing|sms marketing consent|sms opt in|sms opt-in|accepts text messages|sms consent|text opt in"),
    _field("mail_status", _("mailing status"), "consent",
           "subscription status|email status|email marketing status|subscriber status|mailing status|member status|newsletter status|marketing status|email permission status|email_status|opt in status"),
    _field("opted_in_at", _("day they said yes"), "consent",
           "optin time|opt in time|optin_time|opt-in date|optin date|subscribed at|subscribed_at|subscribed on|subscription date|confirm time|confirm_time|consent date|opt_in_at|email opt in date|email marketing status updated on"),
    _field("left_at", _("day they left"), "consent",
           "unsub time|unsub_time|unsubscribed at|unsubscribed_at|unsubscribe date|unsubscribed date|unsubscribed on|opted out at|opt out date|optout date|deleted at"),
    _field("cleaned_at", _("day their address failed"), "consent", "clean time|clean_time|bounced at|bounced_at|bounce date|cleaned at"),
    _field("mail_disabled", _("must not be mailed (yes or no)"), "consent",
           "email disabled|email_disabled|do not email|do_not_email|donotemail|unsubscribed|has opted out of email|opted out|opt out|email opt out|no email|blacklisted|blocklisted|do not contact|do not mail"),
    _field("order_id", _("order number"), "order",
           "order id|order_id|order number|order no|order no.|order #|order|order name|order reference|orderid|ordernumber|transaction id|transaction_id|invoice number|invoice no|invoice|receipt number|receipt no|receipt id|sale id|sale number|booking id|booking number|payment id|bestellnummer|bestellnr|bestell-nr|auftragsnummer|rechnungsnummer|rechnungsnr|belegnummer|bonnummer|numero de commande|n de commande|commande|reference commande|numero de pedido|pedido|numero ordine|ordine|ordernummer|bestelnummer|factuurnummer|numer zamowienia|zamowienie|tilausnumero|increment_id|increment id|number|reference|nr|no|transaction|receipt|basket id"),
    _field("bought_on", _("day of purchase"), "order",
           "order date|order_date|date|purchase date|purchase_date|purchased on|purchased at|bought on|date of purchase|created at|created_at|created|created date|order created|sale date|sold on|transaction date|transaction_date|date created|date_created|invoice date|paid at|paid on|payment date|processed at|datetime|date time|timestamp|time|day|bestelldatum|datum|kaufdatum|rechnungsdatum|belegdatum|auftragsdatum|date de commande|date commande|date d'achat|fecha|fecha de pedido|fecha de compra|data|data ordine|data acquisto|besteldatum|orderdatum|kopdatum|data zamowienia|data zakupu|pvm|paivays|date (utc)|created (utc)|created date (utc)|created_utc|completed at|date completed|date_add|appointment date|visit date"),
    _field("bought_time", _("time of purchase"), "order", "order time|purchase time|sale time|uhrzeit|heure|hora|ora|tijd|godzina|zeit|time of sale"),
    _field("bought_zone", _("time zone"), "order", "time zone|timezone|zeitzone|fuseau horaire|zona horaria|fuso orario|tijdzone"),
    _field("amount", _("what was paid"), "order",
           "total|order total|order_total|grand total|grand_total|total amount|total paid|amount paid|paid amount|paid|total price|total_price|order amount|order total amount|order value|amount|total sales|gross|gross amount|gross sales|revenue|sales|sum|value|dollar_value|dollar value|price paid|spend|payment amount|total incl. tax|total (incl. tax)|total ttc|total tax incl|grand total (purchased)|grand total (base)|betrag|gesamt|gesamtbetrag|gesamtsumme|summe|rechnungsbetrag|bruttobetrag|brutto|umsatz|endbetrag|montant|montant total|total de la commande|importe|importe total|monto|importo|totale|totale ordine|bedrag|totaal|totaalbedrag|belopp|summa|total belopp|kwota|wartosc|suma|razem|summa yhteensa|valor|valor total|net sales|charged"),
    _field("currency", _("currency"), "order", "currency|currency code|currency_code|order currency|wahrung|waehrung|devise|moneda|divisa|valuta|moeda|waluta|valuutta|customer facing currency"),
    _field("tax", _("tax"), "order", "tax|taxes|tax amount|total tax|total_tax|vat|vat amount|sales tax|order tax|steuer|mwst|mehrwertsteuer|tva|iva|btw|moms|podatek|tax_amount|order_tax"),
    _field("shipping", _("shipping"), "order", "shipping|shipping amount|shipping cost|shipping total|shipping_amount|shipping_total|order shipping|order shipping amount|shipping and handling|shipping and handling amount|delivery|delivery cost|postage|versand|versandkosten|frais de port|livraison|envio|gastos de envio|spedizione|verzendkosten|frakt|wysylka"),
    _field("discount", _("discount"), "order", "discount|discount amount|total discounts|total_discounts|discount total|discount_amount|cart discount amount|coupon amount|rabatt|remise|reduction|descuento|sconto|korting|rabat"),
    _field("refunded", _("refunded"), "order",
           "refunded amount|refund amount|amount refunded|amount_refunded|total refunded|total_refunded|refunded|refund|refund total|order refund amount|refunded_amount|erstattet|erstattung|erstattungsbetrag|rembourse|montant rembourse|reembolso|reembolsado|rimborso|rimborsato|terugbetaald|aterbetalt|zwrot"),
    _field("was_refunded", _("refunded (yes or no)"), "order", "is refunded|was refunded|fully refunded"),
    _field("refunded_on", _("day of refund"), "order", "refunded at|refunded_at|refund date|refunded date|refunded date (utc)|refunded on|date refunded"),
    _field("cancelled_at", _("day of cancellation"), "order", "cancelled at|canceled at|cancelled_at|canceled_at|cancelled on|cancellation date|cancelled date|storniert am|date d'annulation"),
    _field("status", _("status of the order"), "order",
           "financial status|financial_status|payment status|payment_status|order status|order_status|status|state|order state|bestellstatus|zahlungsstatus|etat|statut|estado|stato|statut de la commande|betaalstatus|orderstatus"),
    _field("outstanding", _("still to be paid"), "order", "outstanding balance|amount due|balance due|total due|due amount|outstanding|offener betrag|reste a payer"),
    _field("converted_amount", _("paid, in your currency"), "order", "converted amount|converted_amount|amount in base currency|base amount|grand total base|settlement amount|exchanged amount"),
    _field("converted_refunded", _("refunded, in your currency"), "order", "converted amount refunded"),
    _field("converted_currency", _("your currency"), "order", "converted currency|base currency|settlement currency"),
    _field("rate", _("exchange rate"), "order", "exchange rate|exchange_rate|conversion rate|wechselkurs|taux de change|tipo de cambio"),
    _field("channel", _("where it was sold"), "order", "channel|sales channel|source|source name|location|purchase point|store|shop|filiale|boutique|tienda|negozio|winkel|verkaufskanal"),
    _field("served_by", _("served by"), "order", "employee|served by|staff|sales person|salesperson|cashier|stylist|seller|verkaufer|mitarbeiter|vendeur|kassierer"),
    _field("captured", _("collected (yes or no)"), "order", "captured"),
    _field("mode", _("live or test"), "order", "mode|livemode|is test|test mode|payment method"),
    _field("order_note", _("note on the order"), "order", "order note|order notes|order_note|memo"),
    _field("disputed", _("disputed amount"), "order", "disputed amount"),
    _field("dispute_status", _("outcome of the dispute"), "order", "dispute status"),
    _field("kind", _("kind of row"), "row", "type|transaction type|row type|record type|entry type|reporting_category|reporting category|typ|tipo|transaktionstyp"),
    _field("refers_to", _("the payment it belongs to"), "row", "reference txn id|original order|original transaction|parent order|parent id|refers to|refund of|original order number|source_id|charge_id|charge id"),
    _field("impact", _("money in or out"), "row", "balance impact|impact|direction|debit/credit|credit/debit"),
    _field("item", _("what was bought"), "line",
           "lineitem name|line item|item|item name|item title|product|product name|product title|service|service name|treatment|article|artikel|artikelname|produkt|produktname|leistung|produit|article name|prestation|producto|articulo|prodotto|articolo|dienst|produktnamn|behandling|produkt nazwa|description|item description|products|items|lineitem.name|lineitem.title|event|event name|checkout line item summary|bezeichnung|designation|beschreibung"),
    _field("sku", _("article number"), "line", "lineitem sku|sku|item sku|product sku|product code|item number|item id|article number|artikelnummer|artikelnr|reference produit|referencia|codice articolo|artikelnummer|lineitem.sku|barcode|ean"),
    _field("quantity", _("how many"), "line", "lineitem quantity|quantity|qty|item quantity|units|number of items|number_of_cds|pieces|menge|anzahl|stuck|quantite|cantidad|quantita|aantal|antal|ilosc|maara|lineitem.quantity|pcs"),
    _field("price", _("price of one"), "line", "lineitem price|unit price|unit_price|item price|price|price each|einzelpreis|stuckpreis|preis|prix unitaire|prix|precio|precio unitario|prezzo|prezzo unitario|prijs|stuksprijs|pris|styckpris|cena|lineitem.price|item cost|rate each"),
    _field("line_discount", _("discount on the line"), "line", "lineitem discount|item discount|line discount"),
    _field("line_amount", _("amount of the line"), "line", "line total|line amount|line_total|item total|row total|lineitem total|extended price|positionsbetrag|zeilensumme|total ligne|importe linea|totale riga|regeltotaal|lineitem.total|subtotal line|item subtotal"),
)}  # fmt: skip

FIELDS |= {
    key: replace(FIELDS[key], names=(*FIELDS[key].names, *(name_key(name) for name in names.split("|"))))
    for key, names in MORE_NAMES.items()
}
NAMES: dict[str, str] = {}
for _candidate in FIELDS.values():
    for _name in _candidate.names:
        NAMES.setdefault(_name, _candidate.key)
ANY_ID = frozenset(
    name_key(name)
    for name in ("id", "entity_id", "_entity_id", "uid", "uuid", "guid", "address id", "record id", "key")
)
ORDER_WORDS = frozenset({"status", "state", "estado", "etat", "stato", "typ", "type", "tipo"})


def key_of(header: str) -> str:
    """Return the comparable name of a column, the number that was added to a repeated one left out."""
    return name_key(NUMBERED.sub("", header))


def is_known(header: str) -> bool:
    """Say whether shops use this as a column name."""
    key = key_of(header)
    return key in NAMES or key in ANY_ID or key_of(without_unit(header)[0]) in NAMES


def without_unit(header: str) -> tuple[str, str]:
    """A column's name without the currency and the word for tax included behind it, and the currency: Total (EUR)."""
    bare, found = header.strip(), ""
    if unit := UNIT.search(bare):
        written = (unit["inside"] or unit["behind"]).strip()
        code = AMOUNT_SIGNS.get(written.lower(), written.upper())
        if is_currency(code) or written in NAMELESS:
            bare, found = bare[: unit.start()], code if is_currency(code) else ""
    return TAX_INCLUDED.sub("", bare).strip(" _-:"), found
