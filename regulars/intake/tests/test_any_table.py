"""Tables of no known shop: columns guessed, corrected, refused with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.intake.services import ImportOptions, import_files
from regulars.intake.tests.builders import a_business, a_file, a_workbook, reasons, taken_in
from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.people.models import ExternalId, Note, Person, PersonTag, Phone, Silence
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db


def test_a_german_till_with_semicolons_decimal_commas_and_lines_of_an_order(tmp_path: Path) -> None:
    a_business()
    text = """\
Bestellnummer;Datum;Kunde;E-Mail;Artikel;Menge;Einzelpreis;Betrag
B1;31.01.2026;Ann Abel;ann@lindenblatt.example;Schal;2;25,00;50,00
B1;31.01.2026;Ann Abel;ann@lindenblatt.example;Schachtel;1;1.010,50;1.010,50
B2;01.02.2026;Bo Berg;bo@lindenblatt.example;Tasse;1;12,00;12,00
"""
    answer = taken_in(a_file(tmp_path, text, encoding="cp1252"))
    assert (answer["format"], answer["orders"]["new"], answer["lines"]) == ("orders", 2, 3)
    assert answer["net_total"]["amount"] == "1072.50"
    assert Order.objects.get(reference="B1").bought_on == date(2026, 1, 31)


def test_a_total_repeated_on_every_line_is_counted_once(tmp_path: Path) -> None:
    a_business()
    text = "Order,Date,Email,Item,Total\nA,2026-01-01,a@x.example,Cup,30.00\nA,2026-01-01,a@x.example,Bowl,30.00\nB,2026-01-02,b@x.example,Cup,10.00\n"
    answer = taken_in(a_file(tmp_path, text))
    assert (answer["net_total"]["amount"], answer["lines"]) == ("40.00", 3)


def test_money_back_on_a_row_of_its_own_finds_its_order(tmp_path: Path) -> None:
    a_business()
    text = "Order,Date,Email,Total\nA,2026-01-01,a@x.example,30.00\nB,2026-01-02,b@x.example,10.00\nA,2026-01-05,a@x.example,-30.00\n,2026-01-06,b@x.example,-4.00\n"
    answer = taken_in(a_file(tmp_path, text))
    assert (answer["orders"]["new"], answer["refunds"], answer["net_total"]["amount"]) == (2, 2, "6.00")


def test_each_bad_row_is_named_and_the_others_come_in(tmp_path: Path) -> None:
    a_business()
    text = "Order,Date,Email,Total\nA,2026-01-01,a@x.example,10.00\nB,soon,b@x.example,10.00\nC,2026-01-01,c@x.example,\nD,2026-01-01,d@x.example,ten\nE,,e@x.example,5\nF,2026-01-01,f@x.example,10.00,extra\nG,2026-01-02,g@x.example,1.00\n"
    answer = taken_in(a_file(tmp_path, text))
    assert (answer["orders"]["new"], answer["orders"]["refused"]) == (2, 5)
    told = reasons(answer)
    assert sorted(told) == [3, 4, 5, 6, 7]
    assert "soon" in told[3]
    assert "no amount" in told[4]
    assert "ten" in told[5]
    assert "no date" in told[6]
    assert "more cells" in told[7]


def test_an_order_with_an_address_nobody_can_read_still_counts(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, "Order,Date,Email,Total\nA,2026-01-01,ann(at)x.example,10.00\n"))
    assert answer["orders"]["new"] == 1
    assert "ann(at)x.example" in Order.objects.get().note


def test_day_and_month_are_asked_when_the_file_cannot_tell_and_can_be_said(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, "Date,Email,Total\n03/04/2026,a@x.example,10.00\n05/06/2026,a@x.example,10.00\n")
    answer = taken_in(path, is_dry_run=True)
    question = next(one for one in answer["questions"] if one["kind"] == "date_order")
    assert question["taken"] == "dmy"
    assert "3 April" in question["text"]
    taken_in(path, date_order="mdy")
    assert set(Order.objects.values_list("bought_on", flat=True)) == {date(2026, 3, 4), date(2026, 5, 6)}


def test_one_day_above_twelve_answers_for_the_whole_file(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, "Date,Email,Total\n03/04/2026,a@x.example,1.00\n04/25/2026,a@x.example,1.00\n"))
    assert "date_order" not in {one["kind"] for one in answer["questions"]}
    assert Order.objects.filter(bought_on=date(2026, 3, 4)).exists()


def test_before_the_first_order_the_business_takes_the_currency_of_its_file(tmp_path: Path) -> None:
    a_business("EUR")
    answer = taken_in(a_file(tmp_path, "Order,Date,Email,Total,Currency\nA,2026-01-01,a@x.example,10.00,USD\n"))
    assert answer["net_total"] == {"amount": "10.00", "currency": "USD"}
    assert Business.objects.get(pk=1).currency == "USD"
    assert "business_currency" in {one["kind"] for one in answer["questions"]}
    other = taken_in(a_file(tmp_path, "Order,Date,Email,Total,Currency\nB,2026-01-01,a@x.example,10.00,EUR\n"))
    assert other["orders"]["refused"] == 1
    assert "EUR" in reasons(other)[2]


def test_an_amount_may_carry_its_currency(tmp_path: Path) -> None:
    a_business("GBP")
    answer = taken_in(
        a_file(tmp_path, "Order,Date,Email,Total\nA,2026-01-01,a@x.example,£10.00\nB,2026-01-01,a@x.example,€5.00\n")
    )
    assert (answer["orders"]["new"], list(reasons(answer))) == (1, [3])


def test_a_column_can_be_named_by_hand_by_name_number_or_letter(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, "A thing,When,Whom,Worth\nx,2026-01-01,a@x.example,10.00\n")
    answer = taken_in(path, mapping={"bought_on": "When", "email": "3", "amount": "D", "item": "a thing"})
    assert (answer["format"], answer["orders"]["new"], answer["lines"]) == ("orders", 1, 1)
    with pytest.raises(Refusal, match="no column"):
        taken_in(path, mapping={"email": "Nowhere"})
    with pytest.raises(Refusal, match="no field"):
        taken_in(path, mapping={"colour": "When"})


def test_a_table_that_says_nothing_is_refused_in_a_sentence(tmp_path: Path) -> None:
    a_business()
    with pytest.raises(Refusal, match="--map"):
        taken_in(a_file(tmp_path, "Colour,Size\nred,5\nblue,6\n"))


def test_one_unreadable_file_does_not_stop_the_others(tmp_path: Path) -> None:
    a_business()
    good = a_file(tmp_path, "Name,Email\nAnn,ann@x.example\n", "good.csv")
    answer = import_files([tmp_path / "missing.csv", good], ImportOptions())["files"]
    assert [file["people"]["new"] for file in answer] == [0, 1]
    assert "no such file" in answer[0]["refused_rows"][0]["reason"]
    with pytest.raises(Refusal, match="no such file"):
        import_files([tmp_path / "missing.csv"])


def test_amounts_in_cents_are_asked_about_and_can_be_said(tmp_path: Path) -> None:
    a_business()
    path = a_file(
        tmp_path, "Order,Date,Email,Total\n" + "".join(f"A{n},2026-01-01,a@x.example,{1000 + n}\n" for n in range(1, 9))
    )
    answer = taken_in(path, is_dry_run=True)
    assert "are_cents" in {one["kind"] for one in answer["questions"]}
    assert taken_in(path, are_cents=True)["net_total"]["amount"] == "80.36"


def test_test_and_draft_and_unpaid_rows_are_no_sales(tmp_path: Path) -> None:
    a_business()
    text = "Order,Date,Email,Total,Status\n" + "".join(
        f"{n},2026-01-01,a@x.example,10.00,{status}\n"
        for n, status in enumerate(
            [
                "Completed",
                "processing",
                "on-hold",
                "failed",
                "draft",
                "pending payment",
                "Storniert",
                "annulé",
                "bezahlt",
            ]
        )
    )
    answer = taken_in(a_file(tmp_path, text))
    assert answer["orders"] == {"new": 5, "seen": 0, "updated": 0, "cancelled": 2, "refused": 4}
    assert answer["net_total"]["amount"] == "30.00"


def test_hostile_and_odd_texts_come_in_as_plain_text(tmp_path: Path) -> None:
    a_business()
    names = [
        "=SUM(A1)",
        "-5",
        "+44 123",
        "@handle",
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE people;--",
        "𝒜𝓃𝓃",
        "O'Lunney",
        "'t Hooft",
    ]
    text = "Name,Email\n" + "".join(f'"{name}",p{n}@x.example\n' for n, name in enumerate(names))
    assert taken_in(a_file(tmp_path, text))["people"]["new"] == len(names)
    assert list(Person.objects.order_by("pk").values_list("full_name", flat=True)) == names


def test_what_is_known_of_a_person_comes_in_whole(tmp_path: Path) -> None:
    a_business(country="NL")
    text = 'Name,Email,Mobile,Home phone,Birthday,Tags,Notes,Address,City,Zip,Country,Date of death\nAnn Abel,ann@x.example,0612345678,0301234567,1604-05-06,"vip, ""silk""",likes tea,Laan 2,Gouda,2801AA,Netherlands,\nBo Berg,bo@x.example,,,,,,,,,,2020-01-01\n'
    taken_in(a_file(tmp_path, text))
    ann, bo = Person.objects.order_by("pk")
    assert set(Phone.objects.filter(person=ann).values_list("e164", flat=True)) == {"+31612345678", "+31301234567"}
    assert (ann.occasions.get().month, ann.occasions.get().year) == (5, None)
    assert set(PersonTag.objects.filter(person=ann).values_list("tag__name", flat=True)) == {"vip", "silk"}
    assert Note.objects.get(person=ann).text == "likes tea"
    assert ann.addresses.get().country == "NL"
    assert Silence.objects.get().person == bo


def test_numbers_of_two_systems_are_not_mixed_up(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, "id,first_name,last_name,email\n1,Ann,Abel,ann@x.example\n", "one.csv"))
    taken_in(a_file(tmp_path, "cust,date\n1,2026-01-01\n", "two.csv"))
    assert ExternalId.objects.count() == 2
    assert Person.objects.count() == 2


def test_a_number_that_several_addresses_share_identifies_nobody(tmp_path: Path) -> None:
    a_business()
    text = "Id,Name,Email\n7,Ann,ann@x.example\n7,Bo,bo@x.example\n8,Cy,cy@x.example\n"
    assert taken_in(a_file(tmp_path, text))["people"]["new"] == 3
    assert list(ExternalId.objects.values_list("external_id", flat=True)) == ["8"]


def test_equal_sales_without_a_number_are_all_kept_and_known_again(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, "Customer number,Date,Total\n1,2026-01-01,5.00\n1,2026-01-01,5.00\n2,2026-01-01,5.00\n")
    assert taken_in(path)["orders"]["new"] == 3
    assert taken_in(path)["orders"]["seen"] == 3
    assert sum(Order.objects.values_list("paid_amount", flat=True)) == Decimal(15)


def test_an_excel_workbook_gives_days_amounts_and_the_right_sheet(tmp_path: Path) -> None:
    a_business()
    sales: list[list[str | float | date]] = [
        ["Order", "Date", "Email", "Total"],
        [1, date(2026, 1, 1), "a@x.example", 10.5],
        [2, date(2026, 1, 2), "b@x.example", 20],
    ]
    answer = taken_in(a_workbook(tmp_path, {"Notes": [["Remember"], ["buy milk"]], "Sales": sales}))
    assert (answer["orders"]["new"], answer["net_total"]["amount"]) == (2, "30.50")
    assert "sheet" in {one["kind"] for one in answer["questions"]}
    assert set(Order.objects.values_list("bought_on", flat=True)) == {date(2026, 1, 1), date(2026, 1, 2)}


def test_a_shops_own_json_is_taken_in(tmp_path: Path) -> None:
    a_business()
    text = '{"orders": [{"name": "#1", "created_at": "2026-01-01T10:00:00+01:00", "total_price": "30.00", "currency": "EUR", "financial_status": "paid", "email": "ann@x.example", "customer": {"first_name": "Ann", "last_name": "Abel"}, "line_items": [{"name": "Cup", "quantity": 2, "price": "10.00"}, {"name": "Bowl", "quantity": 1, "price": "10.00"}]}]}'
    answer = taken_in(a_file(tmp_path, text, "orders.json"))
    assert (answer["orders"]["new"], answer["lines"], answer["net_total"]["amount"]) == (1, 2, "30.00")
    assert Person.objects.get().full_name == "Ann Abel"
