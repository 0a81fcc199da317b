"""What to say on the telephone: the owner's wording for it, or a few plain lines, with the person's facts filled in."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from regulars.kit.business import in_our_language
from regulars.outreach.models import Channel, Wording, WordingVersion
from regulars.outreach.services.drafting import draft_for

KEY = "call"


def script_in_force() -> WordingVersion:
    """The owner's words for a call, the latest that were changed; else ours. One query."""
    wording = (
        Wording.objects.filter(channel=Channel.CALL, is_archived=False, latest__isnull=False)
        .select_related("latest")
        .order_by("-latest_id")
        .first()
    )
    if wording is not None and wording.latest is not None:
        return wording.latest
    with in_our_language():
        return WordingVersion(body=_plain_script())


def _plain_script() -> str:
    return _(
        "Hello{% if first_name %} {{ first_name }}{% endif %}, this is"
        "{% if owner %} {{ owner }} from{% endif %} {{ shop }}. Is this a good moment?\n\n"
        "{% if bought %}You took this home the last time: {{ bought }}. Are you happy with it?"
        "{% else %}I only wanted to hear how you are.{% endif %}\n\n"
        "Is there anything we could do better for you?"
    )


def scripts_for(person_ids: Collection[int]) -> dict[int, str]:
    """The words for each of these people. Set-based; whoever lacks a fact the words insist on gets none."""
    drafts = draft_for(script_in_force(), person_ids)
    return {pk: draft.text for pk, draft in drafts.ready.items()}
