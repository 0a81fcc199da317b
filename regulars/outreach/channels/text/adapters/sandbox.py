"""Trying it out: texts become files on this machine, whole or not at all, and a page shows them. Works offline."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from regulars.outreach.channels.text.adapters import Answer, Mark, Outgoing

FOLDER = "texts"


def folder() -> Path:
    return Path(settings.OUTBOX_DIR) / FOLDER


def path_of(key: str) -> Path:
    """The file of one text; its name follows from the key alone, so that a repeat writes the same file."""
    return folder() / ("".join(sign for sign in key if sign.isalnum() or sign == "-") + ".json")


class Sandbox:
    """Takes everything."""

    is_idempotent = True

    def send(self, text: Outgoing, mark: Mark) -> Answer:
        path = path_of(text.key)
        mark("handing over")
        half = path.with_suffix(".half")
        content = {"key": text.key, "to": text.to, "from": text.sender, "words": text.words}
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with half.open("w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as fault:
            return Answer("account", "handing over", fault.strerror or str(fault))
        return Answer("sent", "answered", path.name, text.key)


def was_written(key: str) -> bool:
    """Did this text leave? The file is there or it is not."""
    return path_of(key).exists()


def written(keys: Iterable[str]) -> list[dict[str, Any]]:
    """What stands in the files of these texts."""
    found = []
    for key in keys:
        try:
            found.append(json.loads(path_of(key).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
    return found


def forget(keys: Iterable[str]) -> None:
    """Take the files of these texts away."""
    for key in keys:
        path_of(key).unlink(missing_ok=True)
