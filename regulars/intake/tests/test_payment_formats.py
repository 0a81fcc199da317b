"""Payment services: what is a sale, what is money back, and what only moves money about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.purchases.models import Order, Refund

pytestmark = pytest.mark.django_db

PAYPAL = """\
"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email Address","Transaction ID","Reference Txn ID","Item Title","Quantity","Balance Impact"
"10/13/2025","23:30:00","PDT","Ann Abel","Express Checkout Payment","Completed","EUR","1,050.00","-36.00","1,014.00","ann@lindenblatt.example","shop@lindenblatt.example","T1","","Scarf","1","Credit"
"10/14/2025","10:00:00","PDT","Ann Abel","Payment Refund","Completed","EUR","-50.00","1.00","-49.00","shop@lindenblatt.example","ann@lindenblatt.example","T2","T1","","","Debit"
"10/15/2025","10:00:00","PDT","Bo Berg","Website Payment","Pending","EUR","20.00","0.00","20.00","bo@lindenblatt.example","shop@lindenblatt.example","T3","","Cup","1","Credit"
"10/16/2025","10:00:00","PDT","Cy Claes","Mobile Payment","Completed","USD","10.00","-0.50","9.50","cy@lindenblatt.example","shop@lindenblatt.example","T4","","Cup","1","Credit"
"10/16/2025","10:00:00","PDT","","General Currency Conversion","Completed","USD","-9.50","0.00","-9.50","","","T5","T4","","","Debit"
"10/16/2025","10:00:00","PDT","","General Currency Conversion","Completed","EUR","8.55","0.00","8.55","","","T6","T4","","","Credit"
"10/17/2025","10:00:00","PDT","","General Withdrawal","Completed","EUR","-900.00","0.00","-900.00","shop@lindenblatt.example","","T7","","","","Debit"
"10/18/2025","10:00:00","PDT","Paper Ltd","PreApproved Payment Bill User Payment","Completed","EUR","-7.00","0.00","-7.00","shop@lindenblatt.example","x@paper.example","T8","","","","Debit"
"10/18/2025","10:00:00","PDT","","Bank Deposit to PP Account","Completed","EUR","7.00","0.00","7.00","","shop@lindenblatt.example","T9","T8","","","Credit"
"10/19/2025","10:00:00","PDT","Di Dahl","General Payment","Completed","EUR","30.00","-1.00","29.00","di@lindenblatt.example","shop@lindenblatt.example","T10","","Bowl","1","Credit"
"10/19/2025","10:00:00","PDT","Di Dahl","Payment Hold","Completed","EUR","-29.00","0.00","-29.00","","","T11","T10","","","Debit"
"10/20/2025","10:00:00","PDT","Di Dahl","Payment Release","Completed","EUR","29.00","0.00","29.00","","","T12","T10","","","Credit"
"10/21/2025","10:00:00","PDT","Old Customer","Payment Reversal","Completed","EUR","-5.00","0.00","-5.00","shop@lindenblatt.example","","T13","T0","","","Debit"
"10/22/2025","10:00:00","PDT","Paper Ltd","Payment Refund","Completed","EUR","7.00","0.00","7.00","x@paper.example","shop@lindenblatt.example","T14","T8","","","Credit"
"10/23/2025","10:00:00","PDT","Eva Ek","Subscription Payment","Denied","EUR","9.00","0.00","9.00","eva@lindenblatt.example","shop@lindenblatt.example","T15","","","","Credit"
"10/24/2025","10:00:00","PDT","Eva Ek","General Authorization","Pending","EUR","9.00","0.00","9.00","eva@lindenblatt.example","shop@lindenblatt.example","T16","","","","Memo"
"""


def test_paypal_knows_three_sales_among_sixteen_rows(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, PAYPAL))
    assert answer["format"] == "paypal"
    assert (answer["rows"], answer["orders"]["new"], answer["refunds"]) == (16, 3, 1)
    # 1050 - 50 + 10 USD at 8.55/9.50 + 30
    assert answer["net_total"] == {"amount": "1039.00", "currency": "EUR"}
    assert answer["people"]["new"] == 3
    assert sorted(reasons(answer)) == [4, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17]
    assert answer["orders"]["refused"] == 12


def test_paypal_days_are_those_of_the_business_not_of_the_account(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, PAYPAL))
    assert Order.objects.get(reference="T1").bought_on == date(2025, 10, 14)


def test_a_refund_of_an_earlier_month_finds_its_payment_in_the_book(tmp_path: Path) -> None:
    a_business()
    header = PAYPAL.splitlines()[0]
    first = (
        header
        + '\n"10/01/2025","10:00:00","PDT","Old Customer","Website Payment","Completed","EUR","15.00","0.00","15.00","old@lindenblatt.example","shop@lindenblatt.example","T0","","","","Credit"\n"10/13/2025","10:00:00","PDT","Old Customer","Website Payment","Completed","EUR","1.00","0.00","1.00","old@lindenblatt.example","shop@lindenblatt.example","T00","","","","Credit"\n'
    )
    taken_in(a_file(tmp_path, first, "september.csv"))
    answer = taken_in(a_file(tmp_path, PAYPAL, "october.csv"))
    assert 14 not in reasons(answer)
    assert answer["refunds"] == 2
    assert Refund.objects.get(order__reference="T0").amount == Decimal(5)
    again = taken_in(a_file(tmp_path, PAYPAL, "october.csv"))
    assert (again["orders"]["new"], again["orders"]["seen"], again["orders"]["updated"]) == (0, 3, 0)
    assert Refund.objects.count() == 2


def test_a_german_paypal_account_writes_german(tmp_path: Path) -> None:
    a_business()
    text = """\
"Datum","Uhrzeit","Zeitzone","Name","Typ","Status","Währung","Brutto","Entgelt","Netto","Absender E-Mail-Adresse","Empfänger E-Mail-Adresse","Transaktionscode","Artikelbezeichnung","Zugehöriger Transaktionscode","Auswirkung auf Guthaben"
"13.10.2025","10:00:00","CEST","Ann Abel","PayPal Express-Zahlung","Abgeschlossen","EUR","1.234,50","-36,00","1.198,50","ann@lindenblatt.example","laden@lindenblatt.example","G1","Schal","","Haben"
"14.10.2025","10:00:00","CEST","Ann Abel","Rückzahlung","Abgeschlossen","EUR","-34,50","0,00","-34,50","laden@lindenblatt.example","ann@lindenblatt.example","G2","","G1","Soll"
"15.10.2025","10:00:00","CEST","","Allgemeine Abbuchung","Abgeschlossen","EUR","-500,00","0,00","-500,00","laden@lindenblatt.example","","G3","","","Soll"
"16.10.2025","10:00:00","CEST","","Bankgutschrift auf PayPal-Konto","Abgeschlossen","EUR","7,00","0,00","7,00","","laden@lindenblatt.example","G4","","","Haben"
"17.10.2025","10:00:00","CEST","Bo Berg","Website-Zahlung","Ausstehend","EUR","8,00","0,00","8,00","bo@lindenblatt.example","laden@lindenblatt.example","G5","","","Haben"
"""
    answer = taken_in(a_file(tmp_path, text))
    assert answer["format"] == "paypal"
    assert (answer["orders"]["new"], answer["orders"]["refused"], answer["refunds"]) == (1, 3, 1)
    assert answer["net_total"]["amount"] == "1200.00"


STRIPE = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,Converted Currency,Description,Fee,Mode,Status,Customer ID,Customer Email,Card Name,Refunded date (UTC),Disputed Amount,Dispute Status
ch_1,2026-01-31 23:30:00,100.00,0.00,eur,true,100.00,0.00,eur,Haircut,3.00,Live,Paid,cus_1,ann@lindenblatt.example,Ann Abel,,,
ch_2,2026-02-01 10:00:00,50.00,20.00,eur,true,50.00,20.00,eur,Colour,1.00,Live,Partial Refund,cus_2,bo@lindenblatt.example,Bo Berg,2026-02-03 10:00:00,,
ch_3,2026-02-02 10:00:00,40.00,40.00,eur,true,40.00,40.00,eur,Colour,1.00,Live,Refunded,cus_2,bo@lindenblatt.example,Bo Berg,2026-02-04 10:00:00,,
ch_4,2026-02-03 10:00:00,60.00,0.00,eur,false,60.00,0.00,eur,Cut,0.00,Live,Failed,cus_3,cy@lindenblatt.example,Cy Claes,,,
ch_5,2026-02-04 10:00:00,70.00,0.00,eur,false,70.00,0.00,eur,Cut,0.00,Live,Uncaptured,cus_3,cy@lindenblatt.example,Cy Claes,,,
ch_6,2026-02-05 10:00:00,10.00,0.00,usd,true,9.10,0.00,eur,Cut,0.00,Live,Paid,cus_4,di@lindenblatt.example,Di Dahl,,,
ch_7,2026-02-06 10:00:00,30.00,0.00,eur,true,30.00,0.00,eur,Cut,0.00,Test,Paid,cus_5,te@lindenblatt.example,Te St,,,
ch_8,2026-02-07 10:00:00,25.00,0.00,eur,true,25.00,0.00,eur,Cut,0.00,Live,Paid,cus_6,eva@lindenblatt.example,Eva Ek,,25.00,lost
"""


def test_stripe_counts_what_was_collected_and_takes_off_what_went_back(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, STRIPE))
    assert answer["format"] == "stripe_payments"
    assert answer["orders"] == {"new": 5, "seen": 0, "updated": 0, "cancelled": 0, "refused": 3}
    assert answer["refunds"] == 3
    # 100 + 30 + 0 + 9.10 + 0
    assert answer["net_total"] == {"amount": "139.10", "currency": "EUR"}
    assert sorted(reasons(answer)) == [5, 6, 8]
    assert Order.objects.get(reference="ch_1").bought_on == date(2026, 2, 1)
    assert Refund.objects.get(order__reference="ch_2").refunded_on == date(2026, 2, 3)


def test_a_stripe_balance_report_links_refunds_to_their_charges(tmp_path: Path) -> None:
    a_business()
    text = """\
id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description
txn_1,charge,ch_A,"1,200.00",35.10,"1,164.90",eur,2026-01-01 10:00,2026-01-03 00:00,Ring
txn_2,charge,ch_B,80.00,2.00,78.00,eur,2026-01-02 10:00,2026-01-04 00:00,Chain
txn_3,refund,re_1,-80.00,0.00,-80.00,eur,2026-01-05 10:00,2026-01-05 00:00,REFUND FOR CHARGE (Chain)
txn_4,payout,po_1,-1000.00,0.00,-1000.00,eur,2026-01-06 10:00,2026-01-06 00:00,STRIPE PAYOUT
txn_5,stripe_fee,,-2.00,0.00,-2.00,eur,2026-01-07 10:00,2026-01-07 00:00,Radar
txn_6,adjustment,du_1,-200.00,15.00,-215.00,eur,2026-01-08 10:00,2026-01-08 00:00,Chargeback withdrawal for ch_A
"""
    answer = taken_in(a_file(tmp_path, text))
    assert answer["format"] == "stripe_balance"
    assert (answer["orders"]["new"], answer["orders"]["refused"], answer["refunds"]) == (2, 2, 2)
    assert answer["net_total"]["amount"] == "1000.00"
    assert set(Order.objects.values_list("reference", flat=True)) == {"ch_A", "ch_B"}


def test_charges_straight_from_stripes_programs_are_in_cents_and_seconds(tmp_path: Path) -> None:
    a_business()
    text = """{"object": "list", "data": [
      {"id": "ch_9", "object": "charge", "amount": 1999, "amount_refunded": 500, "created": 1767261600, "currency": "eur", "captured": true, "livemode": true, "status": "succeeded", "description": "Tea", "billing_details": {"name": "Ann Abel", "email": "ann@lindenblatt.example"}},
      {"id": "ch_10", "object": "charge", "amount": 2500, "amount_refunded": 0, "created": 1767261700, "currency": "eur", "captured": true, "livemode": true, "status": "failed", "description": "Tea", "billing_details": {"name": "Bo Berg", "email": "bo@lindenblatt.example"}}]}"""
    answer = taken_in(a_file(tmp_path, text, "charges.json"))
    assert (answer["format"], answer["orders"]["new"], answer["orders"]["refused"]) == ("stripe_payments", 1, 1)
    assert answer["net_total"]["amount"] == "14.99"
    assert Order.objects.get().bought_on == date(2026, 1, 1)
