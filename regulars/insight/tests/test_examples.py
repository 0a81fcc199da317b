import doctest
import importlib
import pkgutil
import sys
from types import ModuleType

import pytest

import regulars.insight

ROOT = "regulars.insight."
MODULES = [
    module.name.removeprefix(ROOT)
    for module in pkgutil.walk_packages(regulars.insight.__path__, ROOT)
    if not module.name.startswith(f"{ROOT}tests")
]


def _module(name: str) -> ModuleType:
    importlib.import_module(f"regulars.insight.{name}")
    return sys.modules[f"regulars.insight.{name}"]  # a function of the same name hides the module on the package


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(_module(name)).failed == 0


@pytest.mark.parametrize("name", [n for n in regulars.insight.__all__ if callable(getattr(regulars.insight, n))])
def test_every_public_name_has_a_docstring_with_an_example_or_parameters(name: str) -> None:
    doc = getattr(regulars.insight, name).__doc__ or ""
    assert "Examples" in doc or "Parameters" in doc or name == "Estimate"
