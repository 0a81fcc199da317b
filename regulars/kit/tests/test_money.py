"""Amounts: rounded where it is said, divided without losing a cent, read as people write them."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.errors import Refusal
from regulars.kit.money import digits, is_currency, parse_amount, quantized, roughly, shown, split


@pytest.mark.parametrize(("currency", "count"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("USD", 2), ("TND", 3)])
def test_a_currency_has_its_digits(currency, count):
    assert digits(currency) == count


def test_halves_are_rounded_away_from_zero():
    assert quantized(Decimal("2.345"), "EUR") == Decimal("2.35")
    assert quantized(Decimal("-2.345"), "EUR") == Decimal("-2.35")
    assert str(quantized(Decimal("1234.5"), "JPY")) == "1235"
    assert str(quantized("1.2345", "KWD")) == "1.235"


def test_ten_euros_in_three_parts_lose_no_cent():
    assert split(Decimal("10.00"), [1, 1, 1], "EUR") == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


def test_the_largest_remainder_gets_the_odd_cent():
    assert split(Decimal("1.00"), [Decimal("0.334"), Decimal("0.339"), Decimal("0.327")], "EUR") == [
        Decimal("0.33"), Decimal("0.34"), Decimal("0.33"),
    ]  # fmt: skip


def test_a_refund_is_split_as_a_payment_is():
    assert split(Decimal("-10.00"), [1, 1, 1], "EUR") == [Decimal("-3.34"), Decimal("-3.33"), Decimal("-3.33")]


def test_without_weights_the_parts_are_equal():
    assert split(Decimal("9"), [0, 0], "JPY") == [Decimal("5"), Decimal("4")]


@pytest.mark.parametrize(("amount", "weights"), [("1.001", [1]), ("1.00", []), ("1.00", [1, -1])])
def test_what_cannot_be_split_is_a_fault(amount, weights):
    with pytest.raises(ValueError, match=r"\w"):
        split(Decimal(amount), weights, "EUR")


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=30),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_parts_add_up_and_each_is_within_one_unit_of_its_share(units, weights, currency):
    unit = Decimal(1).scaleb(-digits(currency))
    amount = units * unit
    parts = split(amount, weights, currency)
    total = sum(weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        share = amount * weight / total if total else amount / len(weights)
        assert abs(part - share) < unit
        assert part == 0 or (part > 0) == (amount > 0)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=2, max_size=8))
def test_a_larger_weight_never_gets_less(cents, weights):
    parts = split(Decimal(cents) / 100, weights, "EUR")
    ordered = sorted(zip(weights, parts, strict=True))
    for (light, small), (heavy, large) in pairwise(ordered):
        assert light == heavy or small <= large


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56 €", "1234.56"), ("(12.00)", "-12.00"),
        ("-5", "-5"), ("€ 12", "12"), ("12", "12"), ("12.5", "12.5"), ("0,99", "0.99"), (".50", "0.50"), (",5", "0.5"),
        ("1\u00a0234,56\u00a0€", "1234.56"), ("1\u202f234,56", "1234.56"), ("CHF 1'234.50", "1234.50"),
        ("1’234.–", "1234"), ("12,-", "12"), ("12-", "-12"), ("−12,50", "-12.50"), ("+7.25", "7.25"),
        ("$-3.10", "-3.10"),
        ("-$3.10", "-3.10"), ("($1,234.50)", "-1234.50"), ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1,23,456.00", "123456.00"), ("١٬٢٣٤٫٥٦", "1234.56"), ("۱۲۳", "123"), ("१२३.४५", "123.45"),
        ("１２３．４５", "123.45"),
        ("12.00 USD", "12.00"), ("kr 99", "99"), ("Rs. 1,200.50", "1200.50"), ("99 kr.", "99"),
        ("zł 12,30", "12.30"),
        ("0.500", "0.500"), ("1234.567", "1234.567"), ("1234,567", "1234.567"),
        ("0", "0"), ("(0.00)", "0"), ("-0", "0"),
        ("  12.00\n", "12.00"), ("12.345,6", "12345.6"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_written(text, amount):
    assert parse_amount(text, decimal=None) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.234", "12,345", "€ 1.500", "-1,000"])
def test_an_amount_that_can_be_read_two_ways_is_refused_unless_the_mark_is_known(text):
    with pytest.raises(Refusal, match="two ways"):
        parse_amount(text, decimal=None)
    assert parse_amount(text, decimal=".") != parse_amount(text, decimal=",")


def test_the_known_mark_decides():
    assert parse_amount("1.234", decimal=",") == 1234
    assert parse_amount("1.234", decimal=".") == Decimal("1.234")
    assert parse_amount("1.234,50", decimal=",") == Decimal("1234.50")


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "-", "€", "12.34.56", "1,2,3", "1..2", "12a34", "1e5", "NaN", "Infinity", "--5", "12 %", "5/6",
     "1.23,45.6", "(12", "²", "12:30", "9" * 20],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(text):
    with pytest.raises(Refusal):
        parse_amount(text, decimal=None)


@pytest.mark.parametrize("text", ["1,234.50", "12.34.56", "1.23,4"])
def test_a_text_that_contradicts_the_known_mark_is_refused(text):
    with pytest.raises(Refusal):
        parse_amount(text, decimal=",")


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([".", ","]))
def test_what_is_written_with_marks_is_read_back(amount, mark):
    text = f"{amount:,.2f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert parse_amount(text, decimal=mark) == amount


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_refusal(text):
    with contextlib.suppress(Refusal):
        assert isinstance(parse_amount(text, decimal=None), Decimal)


def test_an_estimate_is_said_in_three_figures_and_without_coins():
    assert roughly(Decimal("12345.67"), "EUR") == "€12,300"
    assert roughly(Decimal("128.40"), "EUR") == "€128"
    assert roughly(Decimal("12.40"), "EUR") == "€12"
    assert roughly(Decimal("3.456"), "EUR") == "€3.46"
    assert roughly(Decimal(0), "EUR") == "€0"
    assert roughly(Decimal("-4321"), "USD") == "-$4,320"
    assert roughly(Decimal("0.004"), "EUR") == "€0"
    assert roughly(Decimal("1234.5"), "JPY") == "¥1,230"
    with translation.override("de"):
        assert roughly(Decimal("12345.67"), "EUR") == "12.300\u00a0€"


def test_an_amount_is_shown_in_the_language_of_the_reader():
    assert shown(Decimal("1234.5"), "EUR") == "€1,234.50"
    assert shown(Decimal("-3"), "USD") == "-$3.00"
    assert shown(Decimal("1234"), "JPY") == "¥1,234"
    assert shown(Decimal("1.5"), "KWD") == "KWD\u00a01.500"
    assert shown(Decimal("1234.5"), "EUR", with_currency=False) == "1,234.50"
    with translation.override("de"):
        assert shown(Decimal("1234.5"), "EUR") == "1.234,50\u00a0€"


def test_only_currencies_in_use_are_currencies():
    assert is_currency("EUR")
    assert not is_currency("DEM")
    assert not is_currency("eur")
