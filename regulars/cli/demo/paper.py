"""Cards of the boutique: their cost, a year that is begun, some written last month, and a run ready for the printer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from regulars.kit import clock
from regulars.kit.services import change_business
from regulars.outreach import services as outreach
from regulars.outreach.models import Channel, Purpose, Touch
from regulars.outreach.queries.printing import due_to_print
from regulars.outreach.services import printing, year
from regulars.outreach.services.printing.sheets import usual_sheet
from regulars.staff.models import User

WRITTEN, READY, AHEAD = 6, 4, timedelta(days=7)
COSTS = {"card_amount": Decimal("0.60"), "abroad_amount": Decimal("2.65"), "budget_amount": Decimal("40.00")}
LOOK = {"front_words": "Thinking of you", "accent": "#7a3b2e", "motif": "sprig", "qr": "tel"}
CALL = {"qr_to": "091 555 0142", "qr_says": "Ring us up"}


def add(ids: dict[str, int], on: date, owner: User, say: Callable[[str], None]) -> None:
    """Set up the cards as an owner would, and leave a run open on the table."""
    change_business(postage_amount=Decimal("1.65"))
    printing.change_stationery({**COSTS, **LOOK, **CALL}, owner)
    written_before(list(ids.values())[:WRITTEN], on, owner)
    year.write_month_letter(year.last_month(on))
    year.begin_year(owner)
    planned = year.plan_year(on)
    ready = begin_run(owner)
    say(f"a year of cards: {planned} planned, {ready} laid ready for the printer")


def written_before(person_ids: list[int], on: date, owner: User) -> None:
    """Thank-you cards written by hand last month."""
    day = year.last_month(on) + timedelta(days=11)
    new = [
        outreach.NewTouch(
            person_id=pk, programme="thank-you", occurrence=f"demo {day}", channel=Channel.CARD, purpose=Purpose.CARE,
            subject="Thank you", body="Thank you for coming by. It was good to see you.\n\nMaya",
            due_at=clock.start_of(day), cost_amount=Decimal("2.25"),
        )
        for pk in person_ids
    ]  # fmt: skip
    for touch in Touch.objects.filter(pk__in=outreach.plan_touches(new).ids):
        outreach.record_outcome(touch, "done", "", owner)
    # They were written then, not while the demo was built.
    Touch.objects.filter(programme="thank-you", occurrence=f"demo {day}").update(sent_at=clock.start_of(day))


def begin_run(owner: User) -> int:
    """Lay some of the cards of this week ready to print."""
    now = clock.now()
    due = list(due_to_print(now, now + AHEAD))
    touches = due[: min(READY, -(-len(due) // 2))]
    if not touches:
        return 0
    seen = {touch.pk: touch.draft_hash for touch in touches}
    run = printing.begin_run(printing.NewRun("demo", usual_sheet(printing.stationery()), seen), owner)
    return run.size
