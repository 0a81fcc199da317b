"""Where letters go while no mailbox is connected: files one can read, one a letter, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction

from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.carrying import Envelope, Mark, Result
from regulars.outreach.models import Touch

DOMAIN = "outbox.invalid"


def is_local(touch: Touch) -> bool:
    """Is this letter written to a file? Said by its number, which is fixed before it leaves."""
    return touch.account_id is None and touch.message_id.endswith(f"@{DOMAIN}>")


def name_for(touch: Touch) -> str:
    """The file's name under the outbox folder; it follows from the letter alone: a repeat writes the same file."""
    token = "".join(sign for sign in touch.message_id.strip("<>").partition("@")[0] if sign.isalnum() or sign in "-_")
    return f"{touch.created_at:%Y-%m}/{touch.pk}-{token}.eml"


def path_of(kept_as: str) -> Path:
    """The file, refused when the name points outside the folder."""
    folder = Path(settings.OUTBOX_DIR).resolve()
    path = (folder / kept_as).resolve()
    if not path.is_relative_to(folder):
        raise Refusal("This file is not in the outbox.")
    return path


def forget_letters(touches: Sequence[Touch]) -> None:
    """After the commit, take away the files of these letters, also half-written ones."""
    paths = [path_of(name_for(touch)) for touch in touches if is_local(touch)]

    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)
            path.with_suffix(".half").unlink(missing_ok=True)

    if paths:
        transaction.on_commit(remove)


class LocalOutbox:
    """Looks like a line to a mail server."""

    is_stale = False

    def carry(self, envelope: Envelope, mark: Mark) -> Result:
        return self.deliver(envelope.kept_as, envelope.content, mark)

    def deliver(self, kept_as: str, letter: bytes, mark: Mark) -> Result:
        path = path_of(kept_as)
        mark("handing over")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            half = path.with_suffix(".half")
            with half.open("wb") as file:
                file.write(letter)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as fault:
            return Result("account", "handing over", 0, fault.strerror or str(fault))
        return Result("sent", "answered", 250, path.name)

    def close(self) -> None:
        """Files need no good-bye."""
