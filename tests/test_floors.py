"""The house stands: what import-linter cannot see."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "regulars"
FLOORS = ["kit", "staff", "people", "rapport", "purchases", "intake", "standings", "outreach", "today", "cli", "web"]
PRIVATE = {"views", "forms", "handlers"}


@cache
def imports() -> list[tuple[str, Path, str, str]]:
    """Room, file, module and name of everything that is imported; the sources are read once for all who ask."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        if "migrations" not in path.parts:
            room = path.relative_to(HOUSE).parts[0]
            found += [(room, path, *one) for one in imported_modules(ast.parse(path.read_text()))]
    return found


def imported_modules(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""


def cross_room_keys() -> list[tuple[str, str, models.Field[object, object]]]:
    keys = []
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in FLOORS:
            continue
        for field in model._meta.get_fields(include_parents=False):
            if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.related_model:
                target = field.related_model._meta.app_label  # type: ignore[union-attr]
                if target in FLOORS and target != room:
                    keys.append((room, target, field))
    return keys


def test_every_installed_room_stands_on_the_floor_plan() -> None:
    rooms = {config.label for config in apps.get_app_configs() if config.name.startswith("regulars.")}
    assert rooms == set(FLOORS)


def test_keys_between_rooms_point_down() -> None:
    upward = [
        f"{room}.{field}" for room, target, field in cross_room_keys() if FLOORS.index(target) > FLOORS.index(room)
    ]
    assert upward == []


def test_keys_between_rooms_open_no_back_door() -> None:
    doors = [
        f"{field.model.__name__}.{field.name}"
        for _room, _target, field in cross_room_keys()
        if field.remote_field and not str(field.remote_field.related_name or "").endswith("+")
    ]
    assert doors == []


def test_views_forms_and_handlers_are_private_to_their_room() -> None:
    trespass = []
    for room, path, module, name in imports():
        parts = [*module.split("."), name]
        if parts[0] == "regulars" and len(parts) > 2 and parts[1] != room and PRIVATE & set(parts[2:4]):
            trespass.append(f"{path.relative_to(ROOT)} imports {module}.{name}")
    assert [line for line in trespass if not line.startswith("regulars/urls.py")] == []


def test_no_room_listens_to_model_signals() -> None:
    listeners = [
        str(path.relative_to(ROOT))
        for _room, path, module, _name in imports()
        if module.startswith("django.db.models.signals")
    ]
    assert listeners == []


def test_events_import_nothing_of_ours() -> None:
    borrowed = [
        f"{path.relative_to(ROOT)} imports {module}"
        for _room, path, module, _name in imports()
        if path.name == "events.py" and module.startswith("regulars") and module != "regulars.kit.bulletin"
    ]
    assert borrowed == []


def test_every_room_has_a_sign_on_its_door() -> None:
    unsigned = [
        room
        for room in [*FLOORS, "insight"]
        if len((ast.get_docstring(ast.parse((HOUSE / room / "__init__.py").read_text())) or "").split()) < 10
    ]
    assert unsigned == []


def test_rooms_that_hold_something_on_a_person_say_how_to_export_erase_and_merge_it() -> None:
    from regulars.people.models import Person
    from regulars.people.records import rooms

    holding = {
        model._meta.app_label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Person and model._meta.app_label in FLOORS
    }
    assert holding <= {records.room for records in rooms()}


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "misc.py", "common.py"])
def test_no_file_has_a_name_that_says_nothing(name: str) -> None:
    assert [str(path) for path in HOUSE.rglob(name)] == []


A_ROW = re.compile(r"\{\{ *[a-z_.]*\b(?:pk|id|[a-z]+_id) *\}\}")
NO_NUMBERS = {"{{ touch.message_id }}", "{{ field.auto_id }}", "{{ id }}"}


def test_no_template_writes_the_number_of_a_row_with_marks_between_thousands() -> None:
    """Person 1234 is value="1234" and never value="1,234": `|stringformat:"s"` after a pk."""
    marked = [
        f"{path.relative_to(HOUSE)}: {found}"
        for path in sorted(HOUSE.rglob("templates/**/*.html"))
        for found in A_ROW.findall(path.read_text())
        if found not in NO_NUMBERS
    ]
    assert marked == []
