"""Files as nobody should write them and somebody does: for each what the right answer is was decided before looking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from regulars.intake.tests.builders import a_business, a_file, reasons, taken_in
from regulars.kit.errors import Refusal
from regulars.people.models import Email, Person, Phone
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """A file, and what its owner would count in it. `holds` names people, addresses and numbers that must be there."""

    about: str
    content: str | bytes
    orders: int = 0
    people: int = 0
    refused: tuple[int, ...] = ()
    net: str = ""
    cancelled: int = 0
    refunds: int = 0
    currency: str = "EUR"
    country: str = "DE"
    name: str = "export.csv"
    encoding: str = "utf-8"
    days: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    asks: str = ""
    refusal: str = ""


def found() -> set[str]:
    mails = Email.objects.values_list("address", flat=True)
    numbers = (phone.e164 or phone.as_typed for phone in Phone.objects.all())
    return {*(mail.casefold() for mail in mails), *numbers, *Person.objects.values_list("full_name", flat=True)}


H = "Order,Date,Email,Total\n"
A = "A1,2026-01-01,a@x.example,10.00\n"
B = "B,2026-01-02,b@x.example,20.00\n"
# fmt: off
CASES = [
    # Languages, units and signs
    Case("German with short days", "Bestellnr;Datum;Kunde;E-Mail;Gesamtbetrag\n100;3.5.24;Änne Öztürk;aenne@x.example;1.234,56 €\n101;14.5.24;Änne Öztürk;aenne@x.example;12,- €\n",
         2, 1, net="1246.56", encoding="cp1252", days=("2024-05-03", "2024-05-14"), holds=("Änne Öztürk",)),
    Case("German with the euro in the header", "Bestellung;Datum;E-Mail;Betrag in €\nA;01.02.2026;a@x.example;10,00\n", 1, 1, net="10.00"),
    Case("French with tax included", "N° de commande;Date de commande;Prénom;Nom;Courriel;Montant total TTC\n1;3 mai 2024;Zoé;Lefèvre;zoe@x.example;1\u202f234,56 €\n2;04/05/2024;Léa;Noël;lea@x.example;12,00 €\n",
         2, 2, net="1246.56", holds=("Zoé Lefèvre",), country="FR"),
    Case("Spanish", "Nº de pedido;Fecha;Nombre;Apellidos;Correo electrónico;Importe total\n1;25/05/2024;Íñigo;Pérez Núñez;i@x.example;1.234,56\n2;03/05/2024;Ana;Ruiz;ana@x.example;3,5\n",
         2, 2, net="1238.06", days=("2024-05-03", "2024-05-25"), holds=("Íñigo Pérez Núñez",), country="ES"),
    Case("Portuguese", "Número do pedido;Data do pedido;Nome do cliente;E-mail;Valor total\n1;03/05/2024;João da Silva;j@x.example;R$ 1.234,56\n2;25/05/2024;Maria;m@x.example;R$ 5,00\n",
         2, 2, net="1239.56", currency="BRL", days=("2024-05-03", "2024-05-25"), holds=("João da Silva",), country="BR"),
    Case("Dutch", "Ordernummer;Besteldatum;Naam;E-mailadres;Totaalbedrag\n1;3 mei 2024;Joost van der Berg;j@x.example;€ 1.234,56\n2;4 maart 2024;Bo;b@x.example;€ 10,-\n",
         2, 2, net="1244.56", days=("2024-03-04", "2024-05-03"), country="NL"),
    Case("Polish with gross", "Numer zamówienia;Data zamówienia;Imię i nazwisko;Adres e-mail;Wartość brutto\n1;2024-05-03;Łucja Żak;l@x.example;1 234,56 zł\n",
         1, 1, net="1234.56", currency="PLN", encoding="cp1250", country="PL", holds=("Łucja Żak",)),
    Case("Swiss", "Bestellung;Datum;E-Mail;Total\n1;03.05.2024;a@x.example;CHF 1'234.50\n2;04.05.2024;b@x.example;CHF 1’000.--\n", 2, 2, net="2234.50", currency="CHF", country="CH"),
    Case("Indian", 'Order,Date,Email,Total\n1,15/05/2024,a@x.example,"₹1,23,456.00"\n', 1, 1, net="123456.00", currency="INR", country="IN"),
    Case("Japanese", 'Order,Date,Email,Total\n1,2024年5月3日,a@x.example,"￥12,345"\n2,2024年5月4日,a@x.example,"1,000円"\n', 2, 1, net="13345", currency="JPY", country="JP", days=("2024-05-03", "2024-05-04")),
    Case("American", 'Order #,Order Date,Customer Name,Email,Order Total\n1,5/3/24,Ann Abel,a@x.example,"$1,234.56"\n2,12/31/24 11:30 PM,Bo Berg,b@x.example,$5.00\n',
         2, 2, net="1239.56", currency="USD", country="US", days=("2024-05-03", "2024-12-31")),
    Case("a currency in brackets in the header", "Order No.,Order Date,E-Mail Address,Total (EUR)\nA,2026-01-01,a@x.example,10.00\n", 1, 1, net="10.00"),
    Case("a currency behind the name in the header", "ORDER_NO,ORDER_DATE,CUSTOMER_EMAIL,TOTAL_AMOUNT_EUR\nA,2026-01-01,a@x.example,10.00\n", 1, 1, net="10.00"),
    Case("another currency in the header of a later file", "Order,Date,Email,Total (USD)\nA,2026-01-01,a@x.example,10.00\n", 1, 1, net="10.00", currency="USD", asks="business_currency"),
    Case("an amount under a name of its own", "Order ID,Order date,Email,What it came to\nA,2026-01-01,a@x.example,10.00\nB,2026-01-02,b@x.example,5.50\n", 2, 2, net="15.50"),
    Case("sales that do not say what was paid", "Order ID,Order date,Email,Colour\nA,2026-01-01,a@x.example,red\n", 0, 1, asks="no_amounts"),
    Case("net, tax and gross", "Rechnungsnr;Datum;E-Mail;Netto;MwSt;Brutto\nA;01.02.2026;a@x.example;10,00;1,90;11,90\n", 1, 1, net="11.90"),
    Case("two currencies", "Order,Date,Email,Total,Currency\nA,2026-01-01,a@x.example,30.00,EUR\nB,2026-01-01,b@x.example,20.00,USD\nC,2026-01-01,c@x.example,10.00,eur\n", 2, 2, (3,), net="40.00"),
    Case("amounts in words and without cents", H + "A,2026-01-01,a@x.example,free\nB,2026-01-01,a@x.example,0.00\nC,2026-01-01,a@x.example,EUR 5\nD,2026-01-01,a@x.example,5 €\nE,2026-01-01,a@x.example,€5.-\n", 4, 1, (2,), net="15.00"),
    # Days and moments
    Case("days as a spreadsheet counts them", H + "1,45415,a@x.example,10\n2,45416.5,a@x.example,10.50\n", 2, 1, net="20.50", days=("2024-05-03", "2024-05-04")),
    Case("seconds and thousandths since 1970", H + "1,1714739400,a@x.example,10.5\n2,1714825800000,a@x.example,1\n", 2, 1, net="11.50", days=("2024-05-03", "2024-05-04")),
    Case("a night elsewhere", H + "1,2024-05-03T23:30:00-05:00,a@x.example,10\n2,2024-05-03 23:30:00 UTC,a@x.example,10\n", 2, 1, net="20.00", days=("2024-05-04", "2024-05-04")),
    Case("every way to write a day", H + 'A,"May 3rd, 2024",a@x.example,1.50\nB,3-May-24,a@x.example,1\nC,"Fri, 3 May 2024 10:00:00 +0000",a@x.example,1\nD,20240503,a@x.example,1\nE,2024/5/3,a@x.example,1\nF,3. Mai 2024,a@x.example,1\n',
         6, 1, net="6.50", days=("2024-05-03",) * 6),
    Case("days that never were", H + "A,0000-00-00,a@x.example,10.00\nB,2026-02-30,b@x.example,10.00\nC,2026-01-05,c@x.example,10.00\nD,1900-01-00,c@x.example,10.00\nE,2126-01-01,c@x.example,1.00\n", 1, 1, (2, 3, 5, 6), net="10.00"),
    # Rows that are none, are bad, or take back
    Case("totals without a word", H + A + B + ",,,30.00\n", 2, 2, (4,), net="30.00"),
    Case("totals with their count", "Nr;Datum;E-Mail;Betrag\n1;01.02.2026;a@x.example;10,00\n2;02.02.2026;b@x.example;5,00\nGesamt (2);;;15,00\n", 2, 2, (4,), net="15.00"),
    Case("three bad rows of ten", H + "".join(f"A{n},2026-01-{n:02},p{n}@x.example,10.00\n" for n in range(1, 8)) + "B,2026-02-30,b@x.example,1\nC,2026-02-03,c@x.example,12..5.0\nD,2026-01-03,d@x.example,1,2,3\n", 7, 7, (9, 10, 11), net="70.00"),
    Case("brackets take back and a dash is nothing", H + "A,2026-01-01,a@x.example,30.00\nA,2026-01-03,a@x.example,(12.00)\nB,2026-01-01,b@x.example,-\n", 1, 1, (4,), net="18.00", refunds=1),
    Case("refunds on rows of their own without a minus", "Order,Type,Date,Email,Amount\n1,Sale,2026-01-01,a@x.example,50.00\n1,Refund,2026-01-05,a@x.example,20.00\n2,sale,2026-01-02,b@x.example,5.00\n", 2, 2, net="35.00", refunds=1),
    Case("a line that takes one back", "Order,Date,Email,Item,Qty,Price\nA,2026-01-01,a@x.example,Cup,2,10.00\nA,2026-01-01,a@x.example,Cup,-1,10.00\nA,2026-01-01,a@x.example,Voucher,1,-2.50\n", 1, 1, net="7.50"),
    Case("cancelled in German", "Bestellnr;Datum;E-Mail;Betrag;Status\nA;01.01.2026;a@x.example;10,00;bezahlt\nB;02.01.2026;b@x.example;5,00;storniert\n", 2, 2, net="10.00", cancelled=1),
    Case("sales to nobody in particular", "Order,Date,Total\nA,2026-01-01,10.00\nB,2026-01-02,5.00\n", 2, 0, net="15.00"),
    Case("numbers of orders that a spreadsheet rounded", H + "1.23457E+11,2026-01-01,a@x.example,10.00\n1.23457E+11,2026-01-02,b@x.example,5.00\n1.23457E+11,2026-01-03,c@x.example,5.00\n", 3, 3, net="20.00", asks="rounded_numbers"),
    Case("amounts too large for a shop", H + "A,2026-01-01,a@x.example,99999999999999999999999\nB,2026-01-01,a@x.example,1.2E+03\n", 1, 1, (2,), net="1200.00"),
    # Layouts and letters
    Case("columns without a name", ",,Date,,Email,,Total,,\n,,2026-01-01,,a@x.example,,10.00,,\n,,2026-01-02,,b@x.example,,10.00,,\n", 2, 2, net="20.00"),
    Case("names of columns twice", "Order,Date,Date,Email,Email,Total,Total\nA,2026-01-01,,a@x.example,a2@x.example,10.00,10.00\nB,2026-01-02,,,b2@x.example,5.00,5.00\n", 2, 2, net="15.00", holds=("a@x.example", "b2@x.example")),
    Case("a thousand columns", ",".join(f"c{n}" for n in range(997)) + ",Email,Date,Total\n" + "," * 997 + "a@x.example,2026-01-01,10.00\n", 1, 1, net="10.00"),
    Case("UTF-16 without a mark", (H + "A,2026-01-01,jörg@x.example,10.00\n").encode("utf-16-le"), 1, 1, net="10.00", holds=("jörg@x.example",)),
    Case("Japanese in UTF-16 without a mark", "名前,メール,電話\n山田太郎,t@x.example,090-1234-5678\n佐藤花子,h@x.example,090-1234-5679\n".encode("utf-16-le"), 0, 2, country="JP", holds=("山田太郎", "+819012345678")),
    Case("three kinds of line ends", H.replace("\n", "\r\n") + A + B.replace("\n", "\r") + "C,2026-01-02,c@x.example,1.00\r\n", 3, 3, net="31.00"),
    Case("zeros between the letters", "Name,Email,Phone\nAn\0n,an\0n@x.example,030\0 123456\n", 0, 1, holds=("Ann", "ann@x.example", "+4930123456")),
    Case("a name on two lines", 'Order,Date,Email,Name,Address,Total\nA,2026-01-01,a@x.example,"Ann\nAbel","Gasse 1\r\n10115 Berlin",10.00\n', 1, 1, net="10.00", holds=("Ann Abel",)),
    Case("quotation marks in the middle", 'Name,Email\nAnn "Annie" Abel,ann@x.example\nBo 5" Berg,bo@x.example\n', 0, 2, holds=('Ann "Annie" Abel', 'Bo 5" Berg')),
    Case("titles and blank lines above", "Sales report\nLindenblatt GmbH,,,\n\nfrom 2026-01-01 to 2026-01-31\n" + H + A + ",,,\n", 1, 1, net="10.00"),
    Case("a mark and a hint on top", "\ufeffsep=;\n" + H.replace(",", ";") + A.replace(",", ";"), 1, 1, net="10.00"),
    Case("no header", "ann@x.example,2026-01-01,10.00\nbo@x.example,2026-01-02,5.50\n", 2, 2, net="15.50"),
    Case("a header alone", H, net="0.00"),
    Case("nothing at all", b"", refusal="is empty"),
    Case("blank lines alone", b"\n\n  \n", refusal="blank lines"),
    Case("a page that calls itself a workbook", "<html><body><table><tr><th>Order</th><th>Date</th><th>Email</th><th>Total</th></tr><tr><td>A</td><td>2026-01-01</td><td>a@x.example</td><td>10.00</td></tr></table></body></html>", 1, 1, net="10.00", name="orders.xls"),
    Case("a page without a table", "<html><body><p>You have been signed out.</p></body></html>", refusal="web page without a table", name="orders.xls"),
    Case("a page that was cut off in a tag", "<html><table><tr><td>" + "<a " * 2_000_000, refusal="damaged", name="orders.xls"),
    Case("cells longer than any column", "Order,Date,Email,Name,Total,Item,SKU,Channel,Note\n" + "R" * 900 + ",2026-01-01,a@x.example," + "N" * 5000 + ",10.00," + "I" * 3000 + "," + "S" * 900 + "," + "C" * 900 + "," + "N" * 90000 + "\n", 1, 1, net="10.00"),
    # Ways to reach somebody
    Case("letters beyond ASCII in addresses", "Name,Email\nJürgen,jürgen@müller.example\nÖ,info@xn--mller-kva.example\n", 0, 2, holds=("jürgen@müller.example",)),
    Case("addresses in disguise", "Name,Email\nAnn, Ann Abel <ANN@X.example> \nBo,mailto:bo@x.example\nCy,\u200bcy@x.example\u00a0\nDi,'di@x.example\nEd,ed@x.example.\nFi,fi@x.example | fi@y.example\n", 0, 6,
         holds=("ann@x.example", "bo@x.example", "cy@x.example", "di@x.example", "ed@x.example", "fi@x.example", "fi@y.example")),
    Case("Arabic and Persian figures", "Name,Phone\nAli,٠٣٠ ١٢٣٤٥٦٧\nBea,۰۱۷۰ ۱۲۳۴۵۶۷\n", 0, 2, holds=("+49301234567", "+491701234567")),
    Case("numbers that lost their zero or their plus", "Name,Phone\nAli,1701234567\nBea,491701234568\nCem,491701234569.0\nDoa,4.91701E+11\n", 0, 4, holds=("+491701234567", "+491701234568", "+491701234569", "4.91701E+11")),
    Case("numbers as a spreadsheet is kept from them", "Name,Email,Phone\n" + 'Ann,ann@x.example,"=""01701234567"""\n' + "Bo,bo@x.example,'+49 170 1234568\n", 0, 2, holds=("+491701234567", "+491701234568")),
    Case("old prefixes of Mexico", "Name,Phone\nAna,044 55 1234 5678\nBeto,045 33 1234 5678\nCarla,+52 1 81 1234 5678\n", 0, 3, country="MX", holds=("+525512345678", "+523312345678", "+528112345678")),
    Case("formulas for names", "Name,Email\n=cmd|' /C calc'!A0,a@x.example\n@SUM(1+1),c@x.example\n", 0, 2, holds=("=cmd|' /C calc'!A0", "@SUM(1+1)")),
    # JSON
    Case("letters that are none in JSON", '[{"name":"A\\u0000nn \\ud800","email":"ann@x.example"},{"name":"Bo \\ud83d\\ude00","email":"bo@x.example"}]', 0, 2, name="people.json", holds=("Bo 😀", "ann@x.example")),
    Case("numbers that are none in JSON", '[{"order":"A","date":"2026-01-01","email":"a@x.example","total":NaN},{"order":"B","date":"2026-01-01","email":"b@x.example","total":Infinity},{"order":"C","date":"2026-01-01","email":"c@x.example","total":1e2}]',
         1, 1, (1, 2), net="100.00", name="orders.json"),
    Case("JSON without a bottom", b"[" * 200_000 + b"]" * 200_000, refusal="nested too deep", name="deep.json"),
    Case("an order without a bottom beside one with it", '{"id":"A","date":"2026-01-01","email":"a@x.example","total":"10.00"}\n{"id":"B","meta":' + '{"a":' * 5000 + "1" + "}" * 5000 + "}\n", 1, 1, (2,), net="10.00", name="orders.json"),
    Case("JSON as lists of cells", '[["Order","Date","Email","Total"],["A","2026-01-01","a@x.example",10],["B","2026-01-02","b@x.example",2.5]]', 2, 2, net="12.50", name="orders.json"),
    Case("customers in JSON who bring their orders", json.dumps({"customers": [
        {"name": "Ann Abel", "email": "ann@x.example", "orders": [{"number": "A", "date": "2026-01-01", "total": "10.00", "lines": [{"name": "Cup", "quantity": 1, "price": "10.00"}]}, {"number": "B", "date": "2026-01-02", "total": "2.50"}]},
        {"name": "Bo Berg", "email": "bo@x.example", "orders": [{"number": "C", "date": "2026-01-03", "total": "1.00"}]}]}),
         3, 2, net="13.50", name="customers.json", holds=("Ann Abel", "Bo Berg", "bo@x.example")),
    Case("orders of a shop's GraphQL", json.dumps({"data": {"orders": {"edges": [{"node": {"id": "gid://shop/Order/1", "name": "#1001", "createdAt": "2026-01-01T10:00:00Z", "totalPriceSet": {"shopMoney": {"amount": "25.00", "currencyCode": "EUR"}},
        "customer": {"firstName": "Bob", "lastName": "Norman", "email": "bob@x.example"}, "lineItems": {"edges": [{"node": {"title": "Cup", "quantity": 1}}, {"node": {"title": "Bowl", "quantity": 2}}]}}}], "pageInfo": {"hasNextPage": False}}}}),
         1, 1, net="25.00", name="orders.json", holds=("Bob Norman",)),
    Case("orders by their number, some with more to say", json.dumps({"orders": {"1001": {"date": "2026-01-01", "email": "a@x.example", "total": "5.00"}, "1002": {"date": "2026-01-02", "email": "b@x.example", "total": "6.00", "note": "x"}}}), 2, 2, net="11.00", name="orders.json"),
    Case("orders below what an export says of itself", json.dumps({"export": {"shop": {"name": "X"}, "version": 3, "result": {"page": {"orders": [{"id": 1, "date": "2026-01-01", "customer": {"contact": {"email": "a@x.example"}}, "total": "5.00"}]}}}}), 1, 1, net="5.00", name="orders.json"),
    Case("an order deep in JSON", json.dumps({"data": {"orders": [{"id": 7, "created_at": "2026-01-01T10:00:00Z", "total": "12.50", "currency": "EUR", "customer": {"email": "a@x.example", "first_name": "Ann", "last_name": "Abel"}, "line_items": [{"name": "Cup", "quantity": 1, "price": "10.00"}, {"name": "Bowl", "quantity": 1, "price": "2.50"}]}]}}),
         1, 1, net="12.50", name="orders.json", holds=("Ann Abel",)),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.about.replace(" ", "-"))
def test_a_file_that_nobody_should_write_is_counted_as_its_owner_would(case: Case, tmp_path: Path) -> None:
    a_business("EUR" if case.asks == "business_currency" else case.currency, country=case.country)
    path = a_file(tmp_path, case.content, case.name, case.encoding)
    if case.refusal:
        with pytest.raises(Refusal, match=case.refusal):
            taken_in(path)
        return
    answer = taken_in(path)
    assert tuple(sorted(reasons(answer))) == case.refused
    assert (answer["orders"]["new"], answer["people"]["new"]) == (case.orders, case.people)
    assert (answer["orders"]["cancelled"], answer["refunds"]) == (case.cancelled, case.refunds)
    if case.net:
        assert answer["net_total"] == {"amount": case.net, "currency": case.currency}
    if case.days:
        assert tuple(sorted(map(str, Order.objects.values_list("bought_on", flat=True)))) == case.days
    assert set(case.holds) <= found()
    assert not case.asks or case.asks in {question["kind"] for question in answer["questions"]}
    again = taken_in(path)
    assert (again["people"]["new"], again["orders"]["new"], again["orders"]["updated"]) == (0, 0, 0)
