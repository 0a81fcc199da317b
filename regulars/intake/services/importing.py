"""Take in files here and now: what the terminal does, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services.holding import taken_up
from regulars.intake.services.opening import sheets_worth_taking
from regulars.intake.services.running import begin, carry_out, fail
from regulars.intake.services.unpacking import Part, unpacked
from regulars.intake.staging.pipeline import Staged
from regulars.kit import money
from regulars.kit.errors import Refusal
from regulars.staff.models import User


class NothingRead(Refusal):
    """None of the files could be read; `answer` names each with its reason, in the usual shape."""

    def __init__(self, sentence: str, answer: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.answer = answer


def import_files(
    paths: Sequence[Path | str], options: ImportOptions | None = None, by: User | None = None
) -> dict[str, Any]:
    """Take in files one after the other and say what became of each, as `regulars import --json` prints it.

    A bad row never stops the others; a file that cannot be read is named. Refused with one sentence when none could be.
    """
    chosen = options or ImportOptions()
    answers: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for path in map(Path, paths):
        for found in _each_of(path, chosen, by):
            if isinstance(found, Refusal):
                refusals.append(found)
            answers.append(_unread(path, found) if isinstance(found, Refusal) else found)
    if refusals and len(refusals) == len(answers):
        raise NothingRead(refusals[0].sentence, {"files": answers})
    return {"files": answers}


def _each_of(path: Path, options: ImportOptions, by: User | None) -> Iterator[dict[str, Any] | Refusal]:
    """What became of a file, or of each file that is packed in it, or of each sheet that holds people or sales."""
    try:
        if path.is_dir():
            raise Refusal(_("%(file)s is a folder. Name the files in it.") % {"file": path.name or str(path)})
        if not path.is_file():
            raise Refusal(_("%(file)s: there is no such file.") % {"file": path.name})
        with unpacked(path) as parts:
            for part in parts:
                yield from _sheets_of(part, options, by)
    except Refusal as refusal:
        yield refusal
    except OSError:
        yield Refusal(_("%(file)s cannot be opened.") % {"file": path.name})


def _sheets_of(part: Part, options: ImportOptions, by: User | None) -> Iterator[dict[str, Any] | Refusal]:
    try:
        for name, one in sheets_worth_taking(part.path, part.name, options):
            yield _import_one(Part(name, part.path), one, by)
    except Refusal as refusal:
        yield Refusal(refusal.sentence.replace(f"{part.path.name}: ", f"{part.name}: ", 1))


def _import_one(part: Part, options: ImportOptions, by: User | None) -> dict[str, Any]:
    return _rehearsed(part, options, by) if options.is_dry_run else _carried_out(part, options, by)


@transaction.atomic
def _rehearsed(part: Part, options: ImportOptions, by: User | None) -> dict[str, Any]:
    """Do everything and then nothing of it."""
    point = transaction.savepoint()
    try:
        return _written(begin(part.path, part.name, options, by=by), part)
    finally:
        transaction.savepoint_rollback(point)


def _carried_out(part: Part, options: ImportOptions, by: User | None) -> dict[str, Any]:
    """Take the file in, from where it had come to if the same command was killed in the middle of it."""
    with taken_up(part.path, part.name, options, by) as run:
        return _written(run, part)


def _written(run: ImportRun, part: Part) -> dict[str, Any]:
    try:
        staged = carry_out(run, part.path)
    except Refusal as refusal:
        fail(run, refusal.sentence)
        raise
    run.refresh_from_db()
    return as_answer(run, staged)


def as_answer(run: ImportRun, staged: Staged) -> dict[str, Any]:
    """What became of one file, in the shape that `--json` promises."""
    return {
        "file": run.name,
        "format": run.format,
        "rows": run.rows,
        "people": {"new": run.people_new, "matched": run.people_matched, "refused": run.people_refused},
        "orders": {
            "new": run.orders_new,
            "seen": run.orders_seen,
            "updated": run.orders_updated,
            "cancelled": run.orders_cancelled,
            "refused": run.orders_refused,
        },
        "lines": run.lines,
        "refunds": run.refunds,
        "net_total": {"amount": str(money.quantized(run.net_amount or 0, run.currency)), "currency": run.currency},
        "refused_rows": [{"row": number, "reason": reason} for number, reason in sorted(staged.refused)],
        "questions": [
            {
                "kind": one.kind,
                "text": one.text,
                "why": one.why,
                "taken": one.usual,
                "choices": [key for key, _label in one.choices],
            }
            for one in staged.questions
        ],
    }


def _unread(path: Path, refusal: Refusal) -> dict[str, Any]:
    nothing = {"new": 0, "seen": 0, "updated": 0, "cancelled": 0, "refused": 0}
    return {
        "file": path.name,
        "format": "",
        "rows": 0,
        "people": {"new": 0, "matched": 0, "refused": 0},
        "orders": nothing,
        "lines": 0,
        "refunds": 0,
        "net_total": {"amount": "0", "currency": ""},
        "refused_rows": [{"row": 0, "reason": refusal.sentence}],
        "questions": [],
    }
