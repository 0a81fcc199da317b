"""Who changed what of somebody lately, as the log tells it."""

from __future__ import annotations

from regulars.staff import queries

OF_THE_PLACE = ("lines", "postcode", "city", "region", "country", "place_label")


def who_changed(person_id: int) -> dict[str, str]:
    """Return, for each field of the form changed lately, who did it and how long ago, in words. One query."""
    found = queries.who_changed("change", person_id=person_id)
    return found | dict.fromkeys(OF_THE_PLACE, found["places"]) if "places" in found else found
