"""The same words in several languages: which there are, and which of them a person reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language_info

from regulars.kit.business import business
from regulars.outreach.models import Wording, WordingVariant, WordingVersion
from regulars.outreach.starters import STARTERS


@dataclass(frozen=True)
class Variants:
    """A wording in every language there is of it; `main` is that of the business, read where there is none."""

    main: str
    by_language: Mapping[str, WordingVersion]

    def chosen(self, language: str) -> tuple[str, str]:
        """The language somebody is written to in, and the one they would have wanted where it is another."""
        spoken = tag(language)
        for code in (spoken, spoken.partition("-")[0]):
            if code in self.by_language:
                return code, ""
        is_same = not spoken or spoken.partition("-")[0] == self.main.partition("-")[0]
        return self.main, "" if is_same else spoken


def tag(language: str) -> str:
    """A language as we compare them: de_AT is de-at."""
    return language.strip().lower().replace("_", "-")


def is_ours(language: str) -> bool:
    """Is it the language of the business (or none named)?"""
    return not language or tag(language) == tag(business().language)


def language_name(code: str) -> str:
    """A language as the reader calls it; its code where nobody knows it."""
    try:
        return str(get_language_info(tag(code))["name_translated"])
    except KeyError:
        return code


def other_languages() -> list[str]:
    """The languages of the house but that of the business."""
    return [code for code, _name in settings.LANGUAGES if not is_ours(code)]


def variants_of(version: WordingVersion) -> Variants:
    """Every language these words can be read in. At most one query.

    A starter nobody changed speaks every language of the house; an earlier version only its own.
    """
    return variants_of_each({"": version})[""]


def variants_of_each(versions: Mapping[str, WordingVersion]) -> dict[str, Variants]:
    """The same of several, by the keys that were given. At most one query."""
    wordings = {key: wording for key, version in versions.items() if (wording := _in_force(version))}
    saved: dict[str, list[WordingVariant]] = {}
    if wordings:
        keys = {wording.key for wording in wordings.values()}
        for row in WordingVariant.objects.filter(wording__key__in=keys).select_related("wording", "latest"):
            saved.setdefault(row.wording.key, []).append(row)
    return {key: _variants(version, wordings.get(key), saved) for key, version in versions.items()}


def _in_force(version: WordingVersion) -> Wording | None:
    """The wording of a version that may have others beside it."""
    wording = version.wording if version.wording_id or "wording" in version._state.fields_cache else None
    is_in_force = wording is not None and (_is_as_it_came(wording, version) or wording.latest_id == version.pk)
    return wording if is_in_force else None


def _variants(
    version: WordingVersion, wording: Wording | None, saved: Mapping[str, Sequence[WordingVariant]]
) -> Variants:
    main = tag(version.language or business().language)
    found = {main: version}
    if wording is None:
        return Variants(main, found)
    for row in saved.get(wording.key, ()):
        row.latest.wording = wording
        found.setdefault(tag(row.language), row.latest)
    if _is_as_it_came(wording, version):
        for code in set(other_languages()) - set(found):
            subject, body = STARTERS[wording.key].words_in(code)
            found[code] = WordingVersion(wording=wording, version=1, language=code, subject=subject, body=body)
    return Variants(main, found)


def _is_as_it_came(wording: Wording, version: WordingVersion) -> bool:
    starter = STARTERS.get(wording.key) if version._state.adding else None
    return starter is not None and not version.blocks and starter.words == (version.subject, version.body)
