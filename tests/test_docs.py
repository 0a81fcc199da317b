"""What exists is written down, and what is written down exists."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"


def test_every_setting_has_its_paragraph() -> None:
    settings = (ROOT / "regulars" / "settings.py").read_text()
    names = {f"REGULARS_{name}" for name in re.findall(r'_(?:text|flag|number|words)\(\s*"([A-Z_]+)"', settings)}
    told = (REFERENCE / "settings.md").read_text()
    assert len(names) > 10
    assert {name for name in names if f"`{name}`" not in told} == set()
    assert set(re.findall(r"^### `(REGULARS_[A-Z_]+)`", told, re.MULTILINE)) == names


def test_every_event_has_its_paragraph() -> None:
    told = (REFERENCE / "events.md").read_text()
    missing = []
    for path in sorted((ROOT / "regulars").glob("*/events.py")):
        module = importlib.import_module(f"regulars.{path.parent.name}.events")
        for name, thing in inspect.getmembers(module, dataclasses.is_dataclass):
            if thing.__module__ == module.__name__ and f"`{path.parent.name}.{name}`" not in told:
                missing.append(f"{path.parent.name}.{name}")
    assert missing == []


def test_every_command_has_its_paragraph_and_its_help() -> None:
    from regulars.cli.main import commands

    told = (REFERENCE / "commands.md").read_text()
    names = [command.name for command in commands() if not command.is_hidden]
    assert {
        "setup",
        "serve",
        "work",
        "demo",
        "import",
        "grade",
        "today",
        "export",
        "backup",
        "restore",
        "check",
        "set-password",
    } <= set(names)
    assert [name for name in names if f"## regulars {name}" not in told] == []


def test_every_public_function_of_insight_has_a_page() -> None:
    import regulars.insight as insight

    pages = "\n".join(page.read_text() for page in (ROOT / "docs" / "insight").glob("*.md"))
    public = [
        name for name in insight.__all__ if callable(getattr(insight, name)) or inspect.isclass(getattr(insight, name))
    ]
    assert len(public) > 3
    assert [name for name in public if f"`{name}" not in pages] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_the_readme_leads_with_the_two_commands() -> None:
    head = (ROOT / "README.md").read_text()[:1500]
    assert "bin/demo" in head
    assert "bin/test" in head


def test_no_document_or_program_names_a_machine_path() -> None:
    files = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "regulars").rglob("*.py"),
        *(ROOT / "bin").iterdir(),
    ]
    assert [str(file) for file in files if re.search(r"(?<![\w.])/(work|root|home)/", file.read_text())] == []
