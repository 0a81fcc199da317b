"""The text message of a mailing stood under its words; now each mailing has its own, as it was last looked up with."""

from django.db import migrations

ENDING = "-as-text"
SETTINGS = ("name", "channel", "purpose", "has_offer")
WORDS = ("language", "subject", "body", "blocks", "created_by_id", "used_at")
USES = ("wording", "other_wording", "second_wording")


def own_words(apps, schema_editor):
    """Give every mailing a copy of its text message; what nobody uses any more is put away."""
    mailings, wordings = _rows(apps, "Mailing"), _rows(apps, "Wording")
    for shared in wordings.filter(key__endswith=ENDING, channel="text", mailing=None).exclude(latest=None):
        stem = shared.key.removesuffix(ENDING)
        for mailing in mailings.filter(second_wording=shared.key, wording__startswith=stem).order_by("pk"):
            if mailing.wording[: 60 - len(ENDING)] == stem:
                _give(apps, mailing, shared)
        used = (mailings.filter(**{field: shared.key}).exists() for field in USES)
        if not any(used):
            wordings.filter(pk=shared.pk).update(is_archived=True)


def keep_languages(apps, schema_editor):
    """What is under way goes on with the languages its words have now."""
    for mailing in _rows(apps, "Mailing").filter(stage__in=("sampled", "going")):
        ours = _rows(apps, "WordingVariant").filter(wording__key__in=[*mailing.versions])
        languages = {f"{one.wording.key}/{one.language}": one.latest_id for one in ours.select_related("wording")}
        if languages:
            mailing.versions |= languages
            mailing.save(update_fields=["versions"])


def _rows(apps, name):
    return apps.get_model("outreach", name).objects


def _give(apps, mailing, shared):
    """A copy of the words as they are to go, in each of their languages; and the people counted under the new name."""
    settings = {name: getattr(shared, name) for name in SETTINGS}
    own = _rows(apps, "Wording").create(key=f"_mailing-{mailing.pk}-text", mailing=mailing, **settings)
    own.latest = _copied(apps, _version_of(apps, mailing, shared), own, 1)
    own.save(update_fields=["latest"])
    variants = _rows(apps, "WordingVariant")
    for number, variant in enumerate(variants.filter(wording=shared).order_by("language"), 2):
        copy = _copied(apps, variant.latest, own, number)
        variants.create(wording=own, language=variant.language, latest=copy)
    if mailing.versions.pop(shared.key, None):
        mailing.versions[own.key] = own.latest.pk
    ways = mailing.found.get("ways", {})
    if "second" in ways:
        ways["text"] = ways.pop("second")
    mailing.text_wording, mailing.second_wording = own.key, ""
    mailing.save(update_fields=["text_wording", "second_wording", "versions", "found"])
    _rows(apps, "Recipient").filter(mailing=mailing, way="second").update(way="text")


def _version_of(apps, mailing, shared):
    """The one it began with; before that, the one that was in force when it was last looked up."""
    versions = _rows(apps, "WordingVersion").filter(wording=shared)
    begun_with = versions.filter(pk=mailing.versions.get(shared.key)).first()
    if begun_with is not None:
        return begun_with
    then = versions.filter(language="", created_at__lte=mailing.gathered_at) if mailing.gathered_at else versions.none()
    return then.order_by("-version").first() or shared.latest


def _copied(apps, version, own, number):
    versions = _rows(apps, "WordingVersion")
    words = {name: getattr(version, name) for name in WORDS}
    copy = versions.create(wording=own, version=number, **words)
    versions.filter(pk=copy.pk).update(created_at=version.created_at)
    return copy


class Migration(migrations.Migration):
    dependencies = [("outreach", "0021_words_of_a_mailing")]

    operations = [
        migrations.RunPython(own_words, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(keep_languages, migrations.RunPython.noop, elidable=True),
    ]
