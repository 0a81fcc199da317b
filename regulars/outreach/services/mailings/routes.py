"""The ways of a mailing: which words go which way, as they are now or, once it has begun, as they were then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regulars.kit.business import business
from regulars.outreach.models import Mailing, Recipient, WordingVersion
from regulars.outreach.queries.variants import Variants, tag, variants_of
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.planning import effective_purpose
from regulars.outreach.services.versions import versions_in_force

Way = Recipient.Way
# In the order in which they are tried, for whoever told us nothing else.
IN_TURN = (Way.FIRST, Way.TEXT, Way.CARD, Way.SECOND)


@dataclass(frozen=True)
class Route:
    """One wording, in its languages, and the way it goes."""

    way: str
    version: WordingVersion
    channel: str
    purpose: str
    variants: Variants

    @classmethod
    def of(cls, way: str, key: str, versions: Mapping[str, int] | None = None) -> Route:
        """The words in force, or those of a mailing that has begun."""
        version, variants = _as_it_began(key, versions or {}) or _in_force(key)
        wording = version.wording
        return cls(way, version, wording.channel, effective_purpose(wording.purpose, wording.has_offer), variants)


def _in_force(key: str) -> tuple[WordingVersion, Variants]:
    version = latest(key)
    return version, variants_of(version)


def _as_it_began(key: str, versions: Mapping[str, int]) -> tuple[WordingVersion, Variants] | None:
    ids = {name.partition("/")[2]: pk for name, pk in versions.items() if name.partition("/")[0] == key}
    if "" not in ids:
        return None
    rows = WordingVersion.objects.select_related("wording").in_bulk(ids.values())
    version = rows[ids[""]]
    main = tag(version.language or business().language)
    return version, Variants(main, {tag(code) or main: rows[pk] for code, pk in ids.items()})


def as_they_are(keys: Iterable[str]) -> dict[str, int]:
    """The versions in force in every language, to go on with whatever is written meanwhile.

    Words as they came are written down: from now on they have a version too.
    """
    found: dict[str, int] = {}
    for key in keys:
        variants = variants_of(latest(key))
        for code, words in variants.by_language.items():
            name = key if code == variants.main else f"{key}/{code}"
            found[name] = words.pk or versions_in_force({(key, code)})[key, code]
    return found


def key_of(mailing: Mailing, way: str) -> str:
    """The key of the words that go a way; nothing where the mailing does not go it."""
    return {
        Way.FIRST: mailing.wording,
        Way.TEXT: mailing.text_wording,
        Way.CARD: mailing.card_wording,
        Way.SECOND: mailing.second_wording,
    }.get(Way(way), "")


def routes_of(mailing: Mailing) -> list[Route]:
    """Its ways in the order in which they are tried, with the words in force."""
    return [Route.of(str(way), key) for way in IN_TURN if (key := key_of(mailing, way))]
