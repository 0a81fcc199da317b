"""Orders of the shop systems, in invented files of the shape that each really writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.people.models import Consent, Email, Person, PostalAddress
from regulars.purchases.models import Order, PersonTotals, Refund

pytestmark = pytest.mark.django_db

SHOPIFY = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Billing Name,Billing Street,Billing City,Billing Zip,Billing Country,Cancelled at,Payment Method,Refunded Amount,Outstanding Balance,Id
#1001,ann@lindenblatt.example,paid,2026-01-03 10:00:00 +0100,fulfilled,yes,EUR,60.00,5.00,10.38,58.00,WELCOME,7.00,2026-01-03 09:59:00 +0100,2,Linen scarf,25.00,LS-1,0.00,Ann Abel,Weg 1,Bonn,'53111,DE,,PayPal,0.00,0.00,1
#1001,ann@lindenblatt.example,,,,,,,,,,,,,1,Gift box,10.00,GB,7.00,,,,,,,,,,
#1002,bo@lindenblatt.example,partially_refunded,2026-01-04 10:00:00 +0100,fulfilled,no,EUR,40.00,0.00,0.00,40.00,,0.00,2026-01-04 10:00:00 +0100,1,"Bowl, blue
with rim",40.00,BB,0.00,Bo Berg,Weg 2,Bonn,'53111,DE,,card,15.50,0.00,2
#1003,cy@lindenblatt.example,refunded,2026-01-05 10:00:00 +0100,,no,EUR,30.00,0.00,0.00,30.00,,0.00,2026-01-05 10:00:00 +0100,1,Cup,30.00,C,0.00,Cy Claes,,,,DE,2026-01-06 08:00:00 +0100,card,30.00,0.00,3
#1004,di@lindenblatt.example,voided,,,no,EUR,20.00,0.00,0.00,20.00,,0.00,2026-01-06 10:00:00 +0100,1,Cup,20.00,C,0.00,Di Dahl,,,,DE,2026-01-06 11:00:00 +0100,card,0.00,0.00,4
#1005,eva@lindenblatt.example,pending,,,no,EUR,99.00,0.00,0.00,99.00,,0.00,2026-01-07 10:00:00 +0100,2,Lamp,49.50,L,0.00,Eva Ek,,,,DE,,Bank Deposit,0.00,99.00,5
#1005,eva@lindenblatt.example,,,,,,,,,,,,,1,Bulb,0.00,B,0.00,,,,,,,,,,
#1006,ann@lindenblatt.example,paid,2026-01-31 23:30:00 +0000,fulfilled,yes,EUR,12.00,0.00,0.00,12.00,,0.00,2026-01-31 23:30:00 +0000,1,Soap,12.00,S,0.00,Ann Abel,Weg 1,Bonn,'53111,DE,,card,0.00,0.00,6
#1007,test@lindenblatt.example,paid,2026-02-01 10:00:00 +0100,,no,EUR,1.00,0.00,0.00,1.00,,0.00,2026-02-01 10:00:00 +0100,1,Soap,1.00,S,0.00,Te St,,,,DE,,(for testing) Bogus Gateway,0.00,0.00,7
#1008,fay@lindenblatt.example,partially_paid,2026-02-02 10:00:00 +0100,,no,EUR,80.00,0.00,0.00,80.00,,0.00,2026-02-02 10:00:00 +0100,1,Vase,80.00,V,0.00,Fay Falk,,,,DE,,card,0.00,30.00,8
#1009,gus@lindenblatt.example,paid,2026-02-03 10:00:00 +0100,,no,USD,80.00,0.00,0.00,80.00,,0.00,2026-02-03 10:00:00 +0100,1,Vase,80.00,V,0.00,Gus Gran,,,,US,,card,0.00,0.00,9
#1010,ivo@lindenblatt.example,paid,2026-02-03 10:00:00 +0100,,no,EUR,free,0.00,0.00,eighty,,0.00,2026-02-03 10:00:00 +0100,1,Vase,80.00,V,0.00,Ivo Ivar,,,,DE,,card,0.00,0.00,10
#1010,ivo@lindenblatt.example,,,,,,,,,,,,,1,Cup,1.00,C,0.00,,,,,,,,,,
"""


def test_a_shopify_export_is_counted_as_its_owner_would(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, "\ufeff" + SHOPIFY))
    assert answer["format"] == "shopify_orders"
    assert answer["rows"] == 13
    assert answer["orders"] == {"new": 6, "seen": 0, "updated": 0, "cancelled": 2, "refused": 4}
    assert answer["lines"] == 7
    assert answer["refunds"] == 2
    # 58 + (40 - 15.50) + 12 + (80 - 30); #1003 and #1004 are cancelled
    assert answer["net_total"] == {"amount": "144.50", "currency": "EUR"}
    assert answer["people"] == {"new": 5, "matched": 0, "refused": 0}
    assert sorted(reasons(answer)) == [7, 8, 10, 12, 13, 14]


def test_refused_shopify_rows_carry_the_reason_and_the_number_the_spreadsheet_shows(tmp_path: Path) -> None:
    a_business()
    told = reasons(taken_in(a_file(tmp_path, SHOPIFY)))
    assert "pending" in told[7]
    assert "pending" in told[8]
    assert "test order" in told[10]
    assert "USD" in told[12]
    assert "eighty" in told[13]
    assert "#1010" in told[14]
    assert "row 13" in told[14]


def test_an_order_on_two_lines_is_one_order_with_its_discounts_taken_off_the_lines(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SHOPIFY))
    order = Order.objects.get(reference="#1001")
    assert order.paid_amount == Decimal("58.00")
    assert [(line.name, line.quantity, line.amount) for line in order.lines.order_by("position")] == [
        ("Linen scarf", Decimal(2), Decimal(50)),
        ("Gift box", Decimal(1), Decimal(3)),
    ]
    assert order.bought_on == date(2026, 1, 3)
    assert PostalAddress.objects.get(person=order.person).postcode == "53111"


def test_a_purchase_at_night_counts_on_the_day_of_the_business(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SHOPIFY))
    assert Order.objects.get(reference="#1006").bought_on == date(2026, 2, 1)


def test_a_newer_export_updates_what_changed_and_sees_the_rest(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SHOPIFY))
    newer = SHOPIFY.replace(
        "#1005,eva@lindenblatt.example,pending,,", "#1005,eva@lindenblatt.example,paid,2026-01-09 10:00:00 +0100,"
    )
    newer = newer.replace("card,15.50,", "card,40.00,").replace(",99.00,5", ",0.00,5")
    answer = taken_in(a_file(tmp_path, newer, "newer.csv"))
    assert answer["orders"] == {"new": 1, "seen": 5, "updated": 1, "cancelled": 0, "refused": 3}
    assert Refund.objects.get(order__reference="#1002").amount == Decimal(40)
    assert PersonTotals.objects.get(person__emails__normalised="eva@lindenblatt.example").net_amount == Decimal(99)


def test_only_a_yes_in_the_file_is_consent_and_a_blank_box_is_no_objection(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SHOPIFY))
    said = {row.person.full_name: row.is_given for row in Consent.objects.select_related("person")}
    assert said == {"Ann Abel": True}


def test_a_prestashop_grid_with_semicolons_decimal_commas_and_french_words(tmp_path: Path) -> None:
    a_business(country="FR")
    text = """\
ID;Référence;Nouveau client;Livraison;Client;Total;Paiement;État;Date
5;XKBKNABJK;1;France;J. DUPONT;1 061,80 €;Chèque;Paiement accepté;13/03/2026 10:11:12
4;OHSATSERP;0;France;M. MARTIN;69,90 €;Chèque;Annulé;12/03/2026 10:11:12
3;UOYEVOLI;0;France;M. MARTIN;14,90 €;Virement;Remboursé;11/03/2026 10:11:12
2;FFATNOMMJ;0;France;M. MARTIN;20,00 €;Virement;En attente du paiement par virement;10/03/2026 10:11:12
1;QWERTYUIO;0;France;M. MARTIN;9,90 €;Carte;En attente de réapprovisionnement (payé);09/03/2026 10:11:12
"""
    answer = taken_in(a_file(tmp_path, text))
    assert answer["format"] == "prestashop_orders"
    assert answer["orders"] == {"new": 4, "seen": 0, "updated": 0, "cancelled": 1, "refused": 1}
    assert answer["net_total"]["amount"] == "1071.70"
    assert answer["refunds"] == 1
    assert list(reasons(answer)) == [5]
    assert answer["people"]["new"] == 2
    assert Order.objects.get(reference="XKBKNABJK").bought_on == date(2026, 3, 13)


def test_a_magento_grid_counts_closed_orders_as_refunded_and_pending_ones_not_at_all(tmp_path: Path) -> None:
    a_business("USD", country="US", zone="America/New_York")
    text = """\
ID,"Purchase Point","Purchase Date","Bill-to Name","Ship-to Name","Grand Total (Base)","Grand Total (Purchased)",Status,"Customer Email","Total Refunded"
000000001,"Main Website","Mar 5, 2026 10:11:12 AM","Veronica Costello","Veronica Costello","$1,236.25","$1,236.25",complete,roni@lindenblatt.example,"$36.25"
000000002,"Main Website","Mar 6, 2026 10:11:12 PM","Ann Abel","Ann Abel",39.6400,39.6400,closed,ann@lindenblatt.example,39.64
000000003,"Main Website","Mar 7, 2026 10:11:12 AM","Bo Berg","Bo Berg",10.0000,10.0000,pending,bo@lindenblatt.example,
000000004,"Main Website","Mar 8, 2026 10:11:12 AM","Cy Claes","Cy Claes",20.0000,20.0000,canceled,cy@lindenblatt.example,
000000005,"Main Website","Mar 9, 2026 10:11:12 AM","Di Dahl","Di Dahl",30.0000,30.0000,processing,di@lindenblatt.example,
"""
    answer = taken_in(a_file(tmp_path, text))
    assert answer["format"] == "magento_orders"
    assert answer["orders"] == {"new": 4, "seen": 0, "updated": 0, "cancelled": 1, "refused": 1}
    assert answer["refunds"] == 2
    assert answer["net_total"]["amount"] == "1230.00"
    assert list(reasons(answer)) == [4]


def test_prestashop_customers_keep_birthdays_newsletters_and_the_inactive_one(tmp_path: Path) -> None:
    a_business(country="FR")
    text = """\
Customer ID;Active (0/1);Titles ID (Mr = 1, Ms = 2, else 0);Email*;Password*;Birthday (yyyy-mm-dd);Last Name*;First Name*;Newsletter (0/1);Opt-in (0/1);Registration date (yyyy-mm-dd);Groups (x,y,z...);Default group ID
1;1;1;peter@lindenblatt.example;123456789;1980-05-31;Pan;Peter;1;0;2013-01-01;Customer,Guest;3
2;1;2;wendy@lindenblatt.example;123456789;1900-01-01;Darling;Wendy Moira;0;1;2013-01-02;Customer;3
3;0;0;hook@lindenblatt.example;123456789;;Hook;James;0;0;2013-01-03;Customer;3
"""
    answer = taken_in(a_file(tmp_path, text))
    assert answer["format"] == "prestashop_customers"
    assert answer["people"] == {"new": 3, "matched": 0, "refused": 0}
    peter = Person.objects.get(family_name="Pan")
    assert (peter.salutation, peter.occasions.get().year) == ("Mr", 1980)
    assert Person.objects.get(family_name="Darling").occasions.get().year is None
    assert [row.person_id for row in Consent.objects.filter(is_given=True)] == [peter.pk]
    assert not Email.objects.filter(address__contains="123456789").exists()
