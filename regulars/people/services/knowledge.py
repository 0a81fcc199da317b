"""Notes, tags, likes and dislikes, and the parts somebody plays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.people import bulk
from regulars.people.models import Kind, Note, Person, PersonKind, PersonTag, Preference, Tag
from regulars.people.services.changing import touch
from regulars.people.services.finding import rewrite_words
from regulars.people.services.satellites import tag_word, tags_named
from regulars.staff.models import User
from regulars.staff.services import note_audit


@transaction.atomic
def add_note(person: Person, text: str, by: User | None) -> Note:
    """Write down what was said or seen; refuses an empty note."""
    if not text.strip():
        raise Refusal(_("Please write a few words."), field="text")
    note = Note.objects.create(person=person, text=text.strip(), at=clock.now(), by=by)
    touch(person.pk, "notes")
    return note


@transaction.atomic
def add_tag(person_ids: Sequence[int], name: str) -> list[int]:
    """Tag people and return those who had it not before, so that it can be taken back from exactly these. Set-based."""
    word = tag_word(name)
    if not word:
        raise Refusal(_("Please write a tag."), field="tag")
    tag_id = tags_named([name])[word]
    ids = Person.objects.here().filter(pk__in=bulk.among(dict.fromkeys(person_ids)))
    had = PersonTag.objects.filter(tag_id=tag_id, person__in=bulk.among(person_ids)).values("person_id")
    fresh = list(ids.exclude(pk__in=had).values_list("pk", flat=True))
    bulk.insert(PersonTag, ("person", "tag"), [(pk, tag_id) for pk in fresh], skip_known=True)
    _retagged(fresh)
    return fresh


@transaction.atomic
def remove_tag(person_ids: Sequence[int], name: str) -> int:
    """Take a tag off people and return off how many. A tag nobody wears is forgotten. Set-based."""
    tag = Tag.objects.filter(word=tag_word(name)).first()
    if tag is None:
        return 0
    rows = PersonTag.objects.filter(tag=tag, person__in=bulk.among(person_ids))
    wore = list(rows.values_list("person_id", flat=True))
    rows.delete()
    if not PersonTag.objects.filter(tag=tag).exists():
        tag.delete()
    _retagged(wore)
    return len(wore)


@transaction.atomic
def set_tags(person: Person, names: Iterable[str], by: User | None = None) -> None:
    """Let one person wear exactly these tags."""
    wanted = {tag_word(name): name for name in names if tag_word(name)}
    held = dict(person.tags.values_list("tag__word", "tag__name"))
    for word, name in held.items():
        if word not in wanted:
            remove_tag([person.pk], name)
    for word, name in wanted.items():
        if word not in held:
            add_tag([person.pk], name)
    _note(by, person, [("tags", list(held.values()), list(person.tags.values_list("tag__name", flat=True)))])


@transaction.atomic
def set_preferences(person: Person, likes: Iterable[str], dislikes: Iterable[str], by: User | None = None) -> None:
    """Write down exactly these likes and dislikes."""
    wanted = [
        (taste, text.strip()[:200]) for taste, texts in (("like", likes), ("dislike", dislikes)) for text in texts
    ]
    before = _tastes(person) if by else {}
    person.preferences.all().delete()
    rows = [Preference(person=person, taste=taste, text=text) for taste, text in dict.fromkeys(wanted) if text]
    Preference.objects.bulk_create(rows)
    after = _tastes(person) if by else {}
    _note(by, person, [(f"{taste}s", before[taste], after[taste]) for taste in before])
    touch(person.pk, "preferences")


@transaction.atomic
def set_kinds(person: Person, kinds: Iterable[str], by: User | None = None) -> None:
    """Say what this person is to the business; at least one of the kinds listed."""
    wanted = [kind for kind in dict.fromkeys(kinds) if kind in Kind.values]
    if not wanted:
        raise Refusal(_("Please choose at least one."), field="kinds")
    before = list(person.kinds.values_list("kind", flat=True))
    person.kinds.exclude(kind__in=wanted).delete()
    held = set(before) & set(wanted)
    PersonKind.objects.bulk_create([PersonKind(person=person, kind=kind) for kind in wanted if kind not in held])
    touch(person.pk, "kinds")
    _note(by, person, [("kinds", before, wanted)])


def _tastes(person: Person) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"like": [], "dislike": []}
    for taste, text in person.preferences.order_by("pk").values_list("taste", "text"):
        found[taste].append(text)
    return found


def _note(by: User | None, person: Person, changes: list[tuple[str, list[str], list[str]]]) -> None:
    """Let the log say what somebody changed by hand; what a file or the house does stands elsewhere."""
    differs = [(name, before, after) for name, before, after in changes if sorted(before) != sorted(after)]
    if by is not None and differs:
        text = ", ".join(name for name, _before, _after in differs)
        note_audit(
            by, "change", room="people", kind="person", object_id=person.pk, person_id=person.pk, text=text,
            changes=differs,
        )  # fmt: skip


def _retagged(person_ids: Sequence[int]) -> None:
    if not person_ids:
        return
    rewrite_words(person_ids)
    Person.objects.filter(pk__in=bulk.among(person_ids)).update(change_number=next_change_number())
