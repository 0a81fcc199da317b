"""The link by which a person leaves: unguessable, their own, and never stored where it could be read."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from regulars.kit.business import business
from regulars.kit.secrets import keyed_hash, new_token
from regulars.outreach.channels.email.letters import WayOut
from regulars.outreach.models import LeavingToken, Purpose, SendingAccount, Touch

PURPOSE = "outreach.leaving"


def _token(nonce: str) -> str:
    return keyed_hash(nonce, PURPOSE)[:40]


def _lookup(token: str) -> str:
    return keyed_hash(token, f"{PURPOSE}.lookup")


def tokens_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The token of each person, made where there is none. At most three queries."""
    wanted = set(person_ids)
    known = dict(LeavingToken.objects.filter(person_id__in=wanted).values_list("person_id", "nonce"))
    if missing := wanted - set(known):
        fresh = [(person_id, new_token()) for person_id in missing]
        LeavingToken.objects.bulk_create(
            [LeavingToken(person_id=pk, nonce=nonce, lookup=_lookup(_token(nonce))) for pk, nonce in fresh],
            ignore_conflicts=True,
        )
        known |= dict(LeavingToken.objects.filter(person_id__in=missing).values_list("person_id", "nonce"))
    return {person_id: _token(nonce) for person_id, nonce in known.items()}


def person_behind(token: str) -> int | None:
    """Whose way out this is; None for a link nobody was given. One query, by the hash."""
    if not token or len(token) > 80:
        return None
    return LeavingToken.objects.filter(lookup=_lookup(token)).values_list("person_id", flat=True).first()


def ways_out(touches: Iterable[Touch], account: SendingAccount | None) -> dict[int, WayOut]:
    """How the reader of each letter can leave; none for what is strictly about a purchase."""
    rows = [touch for touch in touches if touch.purpose != Purpose.SERVICE]
    public = business().public_address.rstrip("/")
    tokens = tokens_of(touch.person_id for touch in rows) if public else {}
    answer_to = (account.reply_to or account.from_address) if account else ""
    return {
        touch.pk: WayOut(
            link=f"{public}{reverse('outreach:leave', args=[tokens[touch.person_id]])}" if public else "",
            answer_to=answer_to,
        )
        for touch in rows
    }
