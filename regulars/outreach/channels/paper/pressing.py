"""Hand a job to the press, a child process, and take the printed matter from it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

from . import glyphs
from .elements import Item
from .imposing import Place
from .pieces import PLAIN, Printer

HERE = Path(__file__).parent
PATIENCE_SECONDS = 300
KINDS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"RIFF": "webp",
}


class Unfit(Exception):
    """Words that do not fit their place: pairs of face and item."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        super().__init__(places)
        self.places = places


@dataclass
class Job:
    """Pages to be drawn. Faces are given once each and placed by their number."""

    width: float
    height: float
    pictures: Mapping[str, bytes]
    printer: Printer = PLAIN
    helpers: Sequence[Path] = ()
    faces: list[str] = field(default_factory=list)
    pages: list[list[Place]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def take(self, face: Item) -> int:
        """Return the number of a face, the same for the same face."""
        for item in face["items"]:
            if item["kind"] == "qr" and isinstance(item["qr"], str):
                item["qr"] = self.codes.setdefault(item["qr"], len(self.codes))
        text = json.dumps(face)
        if text not in self.numbers:
            self.numbers[text] = len(self.faces)
            self.faces.append(text)
        return self.numbers[text]

    def face(self, number: int) -> Item:
        """Return a face that was taken."""
        face: Item = json.loads(self.faces[number])
        return face


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
    fonts.mkdir()
    for number, path in enumerate(job.helpers):
        (fonts / f"{number}{path.suffix}").symlink_to(path)
    head = {
        "media": [job.width, job.height], "fonts": glyphs.STACKS, "printer": _printer(job.printer),
        "pages": job.pages, "pictures": names,
    }  # fmt: skip
    text = json.dumps(head)[:-1] + ', "faces": [' + ", ".join(job.faces) + "]}"
    run = {"format": out, "ppi": ppi, "qrs": list(job.codes), "fonts": [str(glyphs.FOLDER), str(fonts)]}
    (folder / "job.json").write_text(text)
    (folder / "run.json").write_text(json.dumps(run))
    shutil.copy(HERE / "draw.typ", folder)


def press(job: Job, *, out: str = "pdf", ppi: int = 110) -> bytes:
    """Return the drawn pages. Raises `Unfit` when words do not fit, and refuses what the press cannot do."""
    with tempfile.TemporaryDirectory(prefix="press-") as name:
        folder = Path(name)
        _lay_out(folder, job, out, ppi)
        command = [sys.executable, "-I", str(HERE / "press.py"), str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Refusal(_("Making these pages took too long. Print fewer at a time.")) from None
        if done.returncode:
            _refuse(done.stderr.decode(errors="replace"))
        unfit = json.loads(done.stdout)["unfit"]
        if unfit:
            raise Unfit([(face, item) for face, item in unfit])
        return (folder / f"out.{out}").read_bytes()


def _refuse(words: str) -> None:
    if "decode image" in words or "image format" in words:
        raise Refusal(
            _("One of the pictures is damaged and cannot be printed. Choose it again, as a JPEG or PNG file.")
        )
    raise RuntimeError("The press stopped: " + words[-2000:])
