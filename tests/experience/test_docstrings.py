"""The examples in the docstrings of the published formulas are run."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["emodel", "emodel_fb", "g1030"])
def test_the_examples_of_a_formula_hold(module: str) -> None:
    loaded = importlib.import_module(f"sentio.experience.models.{module}")

    result = doctest.testmod(loaded)

    assert result.attempted > 0
    assert result.failed == 0
