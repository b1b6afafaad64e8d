"""`benchmarks.published`: the recipes as they stand against what is published of them."""

import sys

import pytest

from benchmarks import published
from cnn.data import datasets
from cnn.errors import DataNotFound
from cnn.training.recipes import RECIPES
from tests.networks import trained


def test_a_row_names_its_data():
    """Where the digits of scikit-learn stood in for MNIST, the row says so."""
    recipe = RECIPES["conv32"]
    assert published.row(recipe, trained())[:2] == ["conv32", "MNIST"]
    assert published.row(recipe, trained(data_name="uci_digits"))[:2] == ["conv32", "UCI digits"]


def test_a_recipe_without_its_data_is_said(monkeypatch, capsys):
    """The others are trained all the same; at the end stands in a sentence what is missing."""

    def load(name):
        if name == "cifar10":
            raise DataNotFound("{name} is not here.", name=name)
        return name

    monkeypatch.setattr(datasets, "load", load)
    monkeypatch.setattr(published, "fit", lambda config, name: trained(config=config, data_name=name))
    monkeypatch.setattr(sys, "argv", ["published", "lenet-cifar10", "conv32"])
    with pytest.raises(SystemExit, match=r"^lenet-cifar10: cifar10 is not here\.$"):
        published.main()
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == ["recipe", ":--", "conv32"]
