"""Files that shops really exported, against what a person counted by hand. Skipped where the files are not at hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from regulars.intake.tests.builders import REAL, a_business, taken_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL.exists(), reason="the real exports are not on this machine"),
]

# file: format, rows, people new, people refused
PEOPLE = {
    "exports/chatwoot_contacts.csv": ("people", 6, 6, 0),
    "exports/civicrm_dates_4digit_year.csv": ("people", 4, 4, 0),
    "exports/civicrm_dates_dd_or_mm_2digit_year.csv": ("people", 3, 3, 0),
    "exports/civicrm_unicode.csv": ("people", 1, 1, 0),
    "exports/ghost_members-formula-like-values.csv": ("people", 2, 2, 0),
    "exports/ghost_members-invalid-values.csv": ("people", 3, 1, 2),
    "exports/ghost_members-ragged-row.csv": ("people", 2, 2, 0),
    "exports/ghost_mg-beehiiv-members_members.csv": ("people", 9, 9, 0),
    "exports/ghost_mg-curated-members-csv_subscribers.csv": ("people", 20, 18, 2),
    "exports/ghost_mg-fs-utils_malformed.csv": ("people", 1, 0, 1),
    "exports/ghost_mg-mailchimp-members_cleaned.csv": ("mailchimp", 5, 5, 0),
    "exports/ghost_mg-mailchimp-members_subscribed.csv": ("mailchimp", 5, 5, 0),
    "exports/ghost_mg-substack-members-csv_fixtures_signup_emails.csv": ("people", 21, 21, 0),
    "exports/ghost_mg-substack-members-csv_fixtures_subscriber_emails.csv": ("people", 17, 17, 0),
    "exports/ghost_mg-substack-members-csv_invalid.csv": ("people", 3, 3, 0),
    "exports/ghost_mg-tinynews-members_subs-v1.csv": ("people", 3, 3, 0),
    "exports/ghost_mg-tinynews-members_subs-v2.csv": ("people", 2, 2, 0),
    "exports/listmonk_subs-domain-blocklist.csv": ("people", 4, 4, 0),
    "exports/listmonk_subs.csv": ("people", 100, 100, 0),
    "exports/magento_customers_to_import.csv": ("magento_customers", 6, 6, 0),
    "exports/magento_import_uk_address.csv": ("magento_customers", 1, 1, 0),
    "exports/mautic_10contacts.csv": ("people", 10, 10, 0),
    "exports/mautic_contacts.csv": ("people", 2, 2, 0),
    "exports/prestashop_addresses_import.csv": ("prestashop_addresses", 16, 12, 0),
    "exports/salesforce_dataloader_accounts.csv": ("people", 8, 7, 1),
    "exports/salesforce_dataloader_dates_timezone.csv": ("people", 1, 1, 0),
    "exports/thunderbird_basic_addressbook.csv": ("people", 2, 2, 0),
    "exports/thunderbird_semicolon.csv": ("people", 2, 2, 0),
    "exports/layouts/angle_mailto.csv": ("people", 2, 2, 0),
    "exports/layouts/dice_billetto.csv": ("people", 2, 2, 0),
    "exports/layouts/eventbrite_attendees.csv": ("people", 3, 3, 0),
    "exports/layouts/facebook_lead_ads.csv": ("people", 2, 2, 0),
    "exports/layouts/google_forms.csv": ("people", 2, 2, 0),
    "exports/layouts/icloud.csv": ("people", 2, 2, 0),
    "exports/layouts/kit_convertkit.csv": ("people", 2, 2, 0),
    "exports/layouts/linkedin.csv": ("people", 2, 1, 1),
    "exports/layouts/mailchimp_audience.csv": ("mailchimp", 2, 2, 0),
    "exports/layouts/outlook_contacts.csv": ("people", 2, 2, 0),
    "exports/layouts/pipedrive.csv": ("people", 2, 2, 0),
    "exports/layouts/ragged_blank_rows.csv": ("people", 3, 2, 1),
    "exports/layouts/semicolon_no_hint.csv": ("people", 2, 2, 0),
    "exports/layouts/shopify_customers_bom_apostrophes.csv": ("shopify_customers", 2, 1, 1),
    "exports/layouts/stripe_customers.csv": ("stripe_customers", 2, 2, 0),
    "exports/layouts/tab_separated.csv": ("people", 2, 2, 0),
    "exports/layouts/tito.csv": ("people", 2, 2, 0),
    "exports/layouts/utf8_bom.csv": ("people", 1, 1, 0),
}

# file: format, rows, people new, orders new, orders refused, lines, refunds, net total, currency
SALES = {
    "exports/hledger_monefy.csv": ("orders", 8, 0, 3, 5, 2, 0, "6364.80", "USD"),
    "exports/hledger_paypal-custom.csv": ("paypal", 7, 1, 1, 6, 1, 0, "10.00", "USD"),
    "exports/hledger_sample.fr.cp1252.csv": ("orders", 3, 0, 1, 2, 0, 0, "50.00", "EUR"),
    "exports/hledger_sample.fr.iso88591.csv": ("orders", 3, 0, 1, 2, 0, 0, "50.00", "EUR"),
    "exports/hledger_sample.fr.utf8.csv": ("orders", 3, 0, 1, 2, 0, 0, "50.00", "EUR"),
    "exports/hledger_stripe.csv": ("stripe_balance", 2, 0, 1, 0, 0, 1, "11.23", "USD"),
    "exports/stripe_unified_payments_masked.csv": ("stripe_payments", 1, 1, 1, 0, 1, 0, "15.00", "USD"),
    "exports/layouts/shopify_orders_bom_two_lines.csv": ("shopify_orders", 2, 1, 1, 0, 2, 0, "100.90", "EUR"),
    "orders/cdnow_sample.txt": ("orders", 6919, 2357, 6919, 0, 6919, 0, "244091.94", "EUR"),
    "orders/grocery.csv": ("orders", 10483, 1525, 10483, 0, 0, 0, "0.00", "EUR"),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_list_of_people_gives_the_people_counted_by_hand(name: str) -> None:
    a_business()
    expected = PEOPLE[name]
    answer = taken_in(REAL / name)
    people = answer["people"]
    assert (answer["format"], answer["rows"], people["new"], people["refused"]) == expected
    assert people["matched"] == 0
    assert len(answer["refused_rows"]) == expected[3]
    assert answer["orders"] == {"new": 0, "seen": 0, "updated": 0, "cancelled": 0, "refused": 0}
    again = taken_in(REAL / name)
    assert (again["people"]["new"], again["people"]["matched"]) == (0, expected[2])


@pytest.mark.parametrize("name", SALES)
def test_a_list_of_sales_gives_the_orders_and_the_total_counted_by_hand(name: str) -> None:
    a_business()
    format_, rows, people, orders, refused, lines, refunds, net, currency = SALES[name]
    answer = taken_in(REAL / name)
    assert (answer["format"], answer["rows"], answer["people"]["new"]) == (format_, rows, people)
    assert (answer["orders"]["new"], answer["orders"]["refused"]) == (orders, refused)
    assert (answer["lines"], answer["refunds"]) == (lines, refunds)
    assert answer["net_total"] == {"amount": net, "currency": currency}
    assert Decimal(answer["net_total"]["amount"]) == Decimal(net)
    again = taken_in(REAL / name)
    assert (again["orders"]["new"], again["orders"]["seen"], again["orders"]["updated"]) == (0, orders, 0)
    assert (again["people"]["new"], again["people"]["matched"]) == (0, people)
    assert again["net_total"] == answer["net_total"]
