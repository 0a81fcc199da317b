"""The report: one page that needs nothing else, in the look of the house, light and dark, on a phone and on paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from regulars.cli.insight import targets
from regulars.cli.insight.analysis import Answer
from regulars.cli.insight.answer import as_json
from regulars.cli.insight.faults import in_short
from regulars.cli.insight.pictures import pictures
from regulars.cli.insight.worth import money, worth_of
from regulars.kit.errors import Refusal
from regulars.kit.sheets import STATIC

SHEETS = ("reset", "tokens", "base", "layout", "table", "note", "chart", "chart-cells", "menu", "utilities")
FACES = (
    ("Fraunces", "100 900", "fraunces-latin-opsz-normal.woff2"),
    ("Source Sans 3", "200 900", "source-sans-3-latin-wght-normal.woff2"),
)
ORDER = "@layer reset, tokens, base, layout, components, rooms, utilities;"
OWN = """
@layer rooms {
  body { background: var(--paper); }
  .report { inline-size: min(100% - 2 * var(--s4), 46rem); margin: var(--s5) auto var(--s6); }
  .report > section { margin-block-start: var(--s5); padding-block-start: var(--s4); border-block-start: 1px solid var(--line); }
  .report h1 { font-size: 1.9rem; }
  .report .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: var(--s3); margin-block: var(--s4); }
  .report .facts b { display: block; font: 560 1.5rem/1.2 var(--serif); }
  .report li { margin-block-end: var(--s2); overflow-wrap: anywhere; }
  @media print { .report > section { break-inside: avoid; } }
}
"""


def check_page(path: Path, read: Sequence[Path]) -> None:
    """Refuse a page that could not be written, before anything is computed."""
    if path.suffix.lower() not in {".html", ".htm"}:
        raise Refusal(f"{path}: the report is a page; call it report.html.")
    targets.check(path, read)


def write_page(answer: Answer, path: Path, unit: str) -> None:
    """Write the report."""
    said = as_json(answer, unit)
    context = {
        "names": ", ".join(answer.names),
        "answer": answer,
        "facts": _facts(answer),
        "pictures": pictures(answer),
        "models": [_model(model) for model in said["models"]],
        "unit": unit,
        "spend": said["spend"],
        "warnings": [in_short(sentence) for sentence in answer.warnings],
        "style": style(),
    }
    page = render_to_string("cli/insight_report.html", context)
    with targets.writing(path):
        path.write_text(page, encoding="utf-8")


def _facts(answer: Answer) -> list[tuple[str, str]]:
    [(slipping,)] = answer.con.execute("SELECT count(*) FILTER (slipping) FROM people").fetchall()
    facts = [
        (f"{answer.customers:,}", "customers"),
        (f"{answer.counted.orders:,}", "orders"),
        (f"{slipping:,}", "silent for longer than usual for them"),
    ]
    if worth := worth_of(answer):
        sure = f"between {money(worth.low)} and {money(worth.high)} in 19 cases of 20"
        facts.append(
            (money(worth.value, answer.currency), f"worth over the next {answer.asked.horizon_days} days, {sure}")
        )
    if answer.counted.refunds_matched or answer.counted.refunds_unmatched:
        matched, unmatched = answer.counted.refunds_matched, answer.counted.refunds_unmatched
        facts.append((f"{matched:,}", f"refunds with their order, {unmatched:,} without"))
    return facts


def _model(model: dict[str, object]) -> dict[str, object]:
    params, errors = model["params"], model["standard_errors"]
    assert isinstance(params, dict)
    assert isinstance(errors, dict)
    words = []
    for name, value in params.items():
        spread = errors.get(name)
        words.append(f"{name} {value:.4g}" + (f" (± {spread:.2g})" if spread is not None else ""))
    log_likelihood = model["log_likelihood"]
    return {
        "name": model["name"],
        "params": ", ".join(words) or "none",
        "log_likelihood": f"{log_likelihood:,.2f}" if isinstance(log_likelihood, float) else "",
    }


def style() -> SafeString:
    """The sheets of the kit that the page needs, with its letters inside."""
    css = STATIC / "css"
    dark = (css / "tokens-dark.css").read_text()
    sheets = [(css / f"{name}.css").read_text() for name in SHEETS if (css / f"{name}.css").exists()]
    sheets.insert(2, f"@media screen and (prefers-color-scheme: dark) {{ {dark} }}")
    text = "\n".join([ORDER, *map(_face, FACES), *sheets, OWN])
    return mark_safe(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))  # noqa: S308  # our own sheets


def _face(face: tuple[str, str, str]) -> str:
    family, weights, name = face
    letters = base64.b64encode((STATIC / "vendor" / "fonts" / name).read_bytes()).decode()
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weights}; font-display: swap;'
        f' src: url(data:font/woff2;base64,{letters}) format("woff2"); }}'
    )
