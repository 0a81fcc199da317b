"""Letters of the house to its staff leave by whatever way is connected."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage

from regulars.outreach import services
from regulars.outreach.tests import esp_server
from regulars.outreach.tests.builders import a_shop
from regulars.web.mailbox import _post


@pytest.mark.django_db
def test_a_letter_to_a_colleague_goes_through_a_service_too_and_its_failure_is_said():
    a_shop()
    with esp_server.running() as web:
        new = services.NewAccount(
            "maya@boutique.example", "postmark", keys={"server_token": esp_server.KEY}, service_url=web.url("postmark")
        )
        account = services.connect_account(new, None)
        _post(account, EmailMessage("A new password", "Here it is.", "", ["sam-1@example.org"]))
        assert web.sent == ["sam-1@example.org"]
        with pytest.raises(OSError, match="inactive"):
            _post(account, EmailMessage("A new password", "Here it is.", "", ["gone-1@example.org"]))
