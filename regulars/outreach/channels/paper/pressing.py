"""Hand a job to the press, a child process, and take the printed matter from it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Self

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

from . import glyphs
from .elements import Item
from .imposing import Place
from .pieces import PLAIN, Printer

HERE = Path(__file__).parent
PATIENCE_SECONDS = 300
FLOW = '{"kind": "flow"'
KINDS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"RIFF": "webp",
}


class Unfit(Exception):
    """Words that do not fit their place: the numbers of the items."""

    def __init__(self, items: list[int]) -> None:
        super().__init__(items)
        self.items = items


@dataclass
class Job:
    """Pages to be drawn. What is alike on many pages is told, measured and drawn once, and named by its number."""

    width: float
    height: float
    pictures: Mapping[str, bytes]
    printer: Printer = PLAIN
    helpers: Sequence[Path] = ()
    items: dict[str, int] = field(default_factory=dict)
    faces: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    pages: list[list[Place]] = field(default_factory=list)

    def take(self, face: Item) -> int:
        """Return the number of a face."""
        told = json.dumps(face | {"items": [self._take_item(item) for item in face["items"]]})
        return self.faces.setdefault(told, len(self.faces))

    def _take_item(self, item: Item) -> int:
        if item["kind"] == "qr":
            item = item | {"qr": self.codes.setdefault(item["qr"], len(self.codes))}
        return self.items.setdefault(json.dumps(item), len(self.items))


def suffix(picture: bytes) -> str:
    """Return the kind of a picture, or refuse it."""
    for start, kind in KINDS.items():
        if picture.startswith(start) and (kind != "webp" or picture[8:12] == b"WEBP"):
            return kind
    raise Refusal(_("This picture cannot be printed. Use a JPEG or PNG file."))


def _printer(printer: Printer) -> dict[str, Any]:
    plain = (printer.dx_mm, printer.dy_mm, printer.scale_x, printer.scale_y, printer.skew_deg) == (0, 0, 1, 1, 0)
    return {
        "plain": plain, "dx": printer.dx_mm, "dy": printer.dy_mm, "skew": printer.skew_deg,
        "scale-x": printer.scale_x, "scale-y": printer.scale_y,
    }  # fmt: skip


def _lay_out(folder: Path, job: Job, out: str, ppi: int) -> None:
    names = {}
    for name, picture in job.pictures.items():
        names[name] = "motif.svg" if name == "motif" else f"{name}.{suffix(picture)}"
        (folder / names[name]).write_bytes(picture)
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    for number, path in enumerate(job.helpers):
        shutil.copy(path, fonts / f"{number}{path.suffix}")
    head = {
        "media": [job.width, job.height], "fonts": glyphs.STACKS, "printer": _printer(job.printer),
        "pages": job.pages, "pictures": names,
    }  # fmt: skip
    lists = f', "items": [{", ".join(job.items)}], "faces": [{", ".join(job.faces)}]}}'
    text = json.dumps(head)[:-1] + lists
    flows = [item.startswith(FLOW) for item in job.items]
    run = {"format": out, "ppi": ppi, "flows": flows, "fonts": [str(glyphs.FOLDER), str(fonts)]}
    (folder / "job.json").write_text(text)
    (folder / "run.json").write_text(json.dumps(run))


class Press:
    """A child process that has begun to draw the codes and waits for the pages. Use it in a `with` statement."""

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self.codes = {code: number for number, code in enumerate(dict.fromkeys(codes))}

    def __enter__(self) -> Self:
        self._room = tempfile.TemporaryDirectory(prefix="press-")
        self.folder = Path(self._room.name)
        (self.folder / "codes.json").write_text(json.dumps(list(self.codes)))
        shutil.copy(HERE / "draw.typ", self.folder)
        command = [sys.executable, "-I", str(HERE / "press.py"), str(self.folder)]
        with (self.folder / "said").open("wb") as said:
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
        return self

    def __exit__(self, *_why: object) -> None:
        self._child.kill()
        self._child.communicate()
        self._room.cleanup()

    def print(self, job: Job, *, out: str = "pdf", ppi: int = 110) -> bytes:
        """Return the drawn pages. Raises `Unfit` when words do not fit, and refuses what the press cannot do."""
        _lay_out(self.folder, job, out, ppi)
        answer = self._answer()
        if not answer:
            self._refuse()
        if unfit := json.loads(answer)["unfit"]:
            raise Unfit(unfit)
        return (self.folder / f"out.{out}").read_bytes()

    def _answer(self) -> bytes:
        """Send the order and wait for its line; an empty one is a press that stopped, or was stopped for being slow."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self.is_late = False
        clock = threading.Timer(PATIENCE_SECONDS, self._too_late)
        clock.start()
        try:
            self._child.stdin.write(b"print\n")
            self._child.stdin.flush()
            return self._child.stdout.readline()
        except BrokenPipeError:
            return b""
        finally:
            clock.cancel()

    def _too_late(self) -> None:
        self.is_late = True
        self._child.kill()

    def _refuse(self) -> NoReturn:
        self._child.wait()
        said = (self.folder / "said").read_text(errors="replace")
        if self.is_late:
            raise Refusal(_("Making these pages took too long. Print fewer at a time."))
        if "decode image" in said or "image format" in said:
            raise Refusal(
                _("One of the pictures is damaged and cannot be printed. Choose it again, as a JPEG or PNG file.")
            )
        raise RuntimeError("The press stopped: " + said[-2000:])
