import pytest

from regulars.people.addresses import e164, normalised_email


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        (" Ann.Baker@Example.ORG ", "ann.baker@example.org"),
        ("o'brien+shop@mail.example.co.uk", "o'brien+shop@mail.example.co.uk"),
        ("jörg@müller.example", "jörg@müller.example"),
    ],
)
def test_an_address_is_compared_without_capitals(typed, compared):
    assert normalised_email(typed) == compared


@pytest.mark.parametrize(
    "typed", ["", "ann", "ann@", "@example.org", "a b@example.org", "ann..b@example.org", "ann@ex ample.org"]
)
def test_what_is_no_address_is_told_apart(typed):
    assert normalised_email(typed) == ""


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("0171 5550188", "DE", "+491715550188"),
        ("+49 (0)171 5550188", "DE", "+491715550188"),
        ("+49 171 5550188", "", "+491715550188"),
        ("+44 020 7946 0018", "", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+39 06 1234 5678", "", "+390612345678"),
        ("0041 44 668 18 00", "CH", "+41446681800"),
        ("171 5550188", "", ""),
        ("ask Maya", "DE", ""),
        ("1", "DE", ""),
        ("", "DE", ""),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(typed, region, number):
    assert e164(typed, region) == number


def test_the_quick_reading_agrees_with_the_full_one():
    import phonenumbers

    from regulars.people.addresses import _read

    for region in (
        "DE",
        "GB",
        "US",
        "FR",
        "IT",
        "PL",
        "CH",
        "NL",
        "ES",
        "MX",
        "BR",
        "AR",
        "RU",
        "IN",
        "JP",
        "AU",
        "SE",
    ):
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        assert example is not None
        for style in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164):
            typed = phonenumbers.format_number(example, style)
            assert e164(typed, "") == _read(typed, ""), typed
