"""Numbers of rows as they come back from pages."""

import pytest

from regulars.kit.numbers import place_number, row_number, row_numbers


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("0", 0), ("999999999999999999", 999_999_999_999_999_999)])
def test_figures_are_a_number(text, number):
    assert row_number(text) == number


@pytest.mark.parametrize("text", ["", " 7", "-1", "²", "١٢", "1.0", "1e3", "9" * 19, "9" * 5000, "nobody"])
def test_whatever_else_stands_there_is_none(text):
    assert row_number(text) is None


def test_of_many_those_that_are_none_are_left_out():
    assert row_numbers(["3", "x", "²", "1"]) == [3, 1]


def test_nobody_reads_further_down_than_a_list_can_be():
    assert [place_number(text, most=50) for text in ("", "x", "20", "9999")] == [0, 0, 20, 50]
