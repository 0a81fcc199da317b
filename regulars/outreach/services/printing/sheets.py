"""Between the book and the paper engine: what a run holds, made into sheets, the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit import effects
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.models import CardPicture, Printer, PrintPiece, PrintRun, Stationery
from regulars.outreach.pictures import Checked, size_of
from regulars.outreach.services.printing.pieces import OnPaper
from regulars.outreach.services.printing.stationery import content_of, keep_picture

if TYPE_CHECKING:
    from regulars.outreach.channels import paper

PRINTER_FIELDS = ("dx_mm", "dy_mm", "scale_x", "scale_y", "skew_deg", "flips_long_edge", "envelope_turn")
SERVICE_SHEET, SERVICE_BLEED_MM = "postcard-4x6", 3.175  # an eighth of an inch, as such services ask
NEEDS_ADDRESS = frozenset({"postcard", "envelope", "label"})


def engine() -> Any:
    """The paper engine, fetched when it is needed."""
    from regulars.outreach.channels import paper

    return paper


def sheet_of(key: str) -> Any:
    found = engine().SHEETS.get(key)
    if found is None:
        raise Refusal(_("Please choose what to print on."), field="sheet")
    return found


def usual_sheet(paper_row: Stationery) -> str:
    """The sheet chosen last; else the folded card for the usual paper."""
    sheets: Mapping[str, Any] = engine().SHEETS
    if paper_row.sheet in sheets:
        return paper_row.sheet
    return next((key for key in sheets if key.endswith(paper_here().lower())), next(iter(sheets)))


def paper_here() -> str:
    """The paper that lies in printers of our country."""
    return "Letter" if business().country in {"US", "CA", "MX", "PH"} else "A4"


def look_now(paper_row: Stationery) -> dict[str, Any]:
    """What the cards look like today, without their pictures, as a run keeps it."""
    shop = business()
    lines = [line.strip() for line in shop.postal_address.splitlines() if line.strip()]
    return {
        "shop": shop.name,
        "lines": lines,
        "accent": paper_row.accent,
        "font": str(paper_row.font),
        "motif": str(paper_row.motif),
    }


def printer_now(printer: Printer | None) -> dict[str, Any]:
    return {name: getattr(printer, name) for name in PRINTER_FIELDS} if printer else {}


def logo_now(paper_row: Stationery) -> CardPicture | None:
    """The shop's logo of today, kept so that the run is the same again when the shop has another one."""
    name = business().logo.name if paper_row.has_logo else ""
    if not name:
        return None
    path = settings.MEDIA_ROOT / name
    if not path.is_file():
        return None
    content = path.read_bytes()
    return keep_picture(Checked(content, *size_of(content, "logo")), CardPicture.Kind.LOGO, None)


def look_of(
    kept: Mapping[str, Any], front: CardPicture | None, signature: CardPicture | None, logo: CardPicture | None
) -> paper.Look:
    """The engine's look from what is kept."""
    return engine().Look(  # type: ignore[no-any-return]  # fetched lazily
        shop=kept["shop"],
        lines=tuple(kept["lines"]),
        accent=kept["accent"],
        font=kept["font"],
        motif=kept["motif"],
        front=content_of(front),
        signature=content_of(signature),
        logo=content_of(logo),
    )


def as_pieces(rows: Iterable[OnPaper | PrintPiece]) -> list[paper.Piece]:
    """The engine's pieces; their key is the touch."""
    return [
        engine().Piece(
            key=str(row.touch_id),
            **{name: getattr(row, name) for name in PrintPiece.SNAPSHOT if name != "to_lines"},
            to_lines=tuple(row.to_lines),
        )
        for row in rows
    ]


def made(
    sheet: str, rows: Iterable[OnPaper | PrintPiece], look: paper.Look, printer: Mapping[str, Any], **more: Any
) -> paper.Made | None:
    """Draw the sheets; in a simulation nothing is drawn."""
    device = engine().Printer(**printer)
    return effects.perform(  # type: ignore[no-any-return]  # fetched lazily
        "print", lambda: engine().make(sheet, as_pieces(rows), look, device, **more), instead=None, sheet=sheet
    )


def made_again(run: PrintRun, *, sheet: str = "", start_at: int | None = None) -> paper.Made | None:
    """The sheets of a run, or envelopes and labels for the same people: the same file whenever it is asked for."""
    chosen = sheet or run.sheet
    page = sheet_of(chosen)
    rows = run.pieces.exclude(state=PrintPiece.State.LEFT_OUT)
    wanted = [row for row in rows if row.to_lines or page.kind not in NEEDS_ADDRESS]
    first = (run.start_at if not sheet else 1) if start_at is None else start_at
    first = first if page.per_sheet > 1 else 1  # an envelope has one place, whatever was typed for labels
    look = look_of(run.look, run.front, run.signature, run.logo)
    return made(chosen, wanted, look, run.printer, start_at=first, marks=run.has_marks)


def posted(piece: OnPaper | PrintPiece, look: paper.Look) -> tuple[bytes, bytes]:
    """Both sides of a card for a service: the drawing or picture, and the words in the shop's hand, to be cut."""
    one = as_pieces([piece])[0]
    sides = [
        engine().finished(SERVICE_SHEET, name, one, look, bleed=SERVICE_BLEED_MM) for name in ("picture", "message")
    ]
    return sides[0], sides[1]


def drawn(sheet: str, piece: OnPaper | PrintPiece, look: paper.Look) -> bytes:
    """One card as a picture, all its faces."""
    return engine().preview(sheet, as_pieces([piece])[0], look)  # type: ignore[no-any-return]  # fetched lazily
