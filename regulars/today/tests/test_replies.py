"""Answers to our letters on Today."""

from __future__ import annotations

import pytest

from regulars.outreach import services
from regulars.outreach.tests.builders import a_shop
from regulars.outreach.tests.test_inbound import a_mail
from regulars.outreach.tests.test_receiving import a_sent_letter, taken
from regulars.today.lines import replies

pytestmark = pytest.mark.django_db


def test_an_answer_is_a_line_of_today_until_it_is_settled():
    a_shop()
    a_sent_letter()
    mail = taken(a_mail("Do you have it in red?"))
    on = mail.received_at.date()
    (due,) = replies.due(on, 10)
    (line,) = replies.compose([due], {}, on)
    assert (line.page, line.way) == (f"/replies/{mail.pk}/", "place")
    assert "Do you have it in red?" in line.why_now
    services.settle_reply(mail, None, is_answered=False)
    assert replies.due(on, 10) == []
