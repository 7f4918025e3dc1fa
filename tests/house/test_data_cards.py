"""A card for every dataset, for the body and for the checkpoint; columns are the loader's."""

import re

import pytest
from datasets import Features
from huggingface_hub import DatasetCard, ModelCard

from lca.data.schema import FEATURES
from lca.formats.captures import SPLITS
from lca.world.stages.capture import STAGES, TEST_ONLY
from tests.house.tree import ROOT, files, name

CARDS = ROOT / "data_cards"
DATASETS = [p for p in files(".md", under="data_cards") if not p.stem.startswith("model-")]
MODELS = [p for p in files(".md", under="data_cards") if p.stem.startswith("model-")]
SECTIONS = [
    *("Summary", "Fields", "Units and conventions", "Splits", "Source and consent"),
    *("Licence and access", "Bias and limits", "Not for", "Citation"),
]
MODEL_SECTIONS = [
    *("Summary", "Training data", "Training", "Quality", "Units and conventions"),
    *("Licence and access", "Bias and limits", "Not for", "Citation"),
]
FRONT = (
    "pretty_name",
    "license",
    "size_categories",
    "task_categories",
    "source_datasets",
    "annotations_creators",
    "tags",
)


def sections(card):
    """Second-level headings and the text below each."""
    parts = re.split(r"^## (.+)$", card.text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_stage_the_body_and_the_checkpoint_have_a_card():
    assert {*STAGES, "body"} <= {p.stem for p in DATASETS}
    assert {p.stem for p in MODELS} == {"model-small"}


@pytest.mark.parametrize("path", DATASETS, ids=name)
def test_dataset_card(path):
    card = DatasetCard.load(path)
    front = card.data.to_dict()
    assert [key for key in FRONT if not front.get(key)] == []
    assert list(sections(card)) == SECTIONS
    assert [title for title, text in sections(card).items() if len(text.strip()) < 20] == []


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_columns_are_the_loaders(stage):
    front = DatasetCard.load(CARDS / f"{stage}.md").data.to_dict()
    assert Features._from_yaml_list(front["dataset_info"]["features"]) == FEATURES
    (config,) = front["configs"]
    assert [f["split"] for f in config["data_files"]] == (["test"] if stage in TEST_ONLY else list(SPLITS))
    described = sections(DatasetCard.load(CARDS / f"{stage}.md"))["Fields"]
    assert [column for column in FEATURES if not re.search(rf"\b{column}\b", described)] == []


@pytest.mark.parametrize("path", MODELS, ids=name)
def test_model_card(path):
    card = ModelCard.load(path)
    assert card.data.to_dict()["license"] == "apache-2.0"
    assert list(sections(card)) == MODEL_SECTIONS
    assert set(re.findall(r"\]\(([^):]+\.md)\)", card.text)) <= {p.name for p in DATASETS}
