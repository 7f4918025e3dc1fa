"""A card for every dataset, for the body and for the checkpoint; columns are the loader's."""

import re

from datasets import Features
from huggingface_hub import DatasetCard, ModelCard
from PIL import Image

from lca.data.schema import FEATURES
from lca.formats.captures import SPLITS
from lca.world.stages.capture import STAGES, TEST_ONLY
from tests.house.tree import ROOT, files, nothing_breaks_it

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


def dataset_cards():
    return [(path, DatasetCard.load(path)) for path in DATASETS]


def stage_cards():
    """(stage, its file, its card)."""
    paths = {stage: CARDS / f"{stage}.md" for stage in sorted(STAGES)}
    return [(stage, path, DatasetCard.load(path)) for stage, path in paths.items()]


def listed_splits(card):
    """The splits of a card's only configuration."""
    (config,) = card.data.to_dict()["configs"]
    return [file["split"] for file in config["data_files"]]


def test_front_matter_is_complete():
    missing = [(path, key) for path, card in dataset_cards() for key in FRONT if not card.data.to_dict().get(key)]
    nothing_breaks_it((path, f"front matter says no {key}") for path, key in missing)


def test_sections_are_the_prescribed_ones():
    cards = [(path, card, SECTIONS) for path, card in dataset_cards()]
    cards += [(path, ModelCard.load(path), MODEL_SECTIONS) for path in MODELS]
    got = [(path, list(sections(card)), wanted) for path, card, wanted in cards]
    nothing_breaks_it((path, f"expected {wanted}, got {titles}") for path, titles, wanted in got if titles != wanted)


def test_no_section_is_empty():
    texts = [(path, title, text.strip()) for path, card in dataset_cards() for title, text in sections(card).items()]
    nothing_breaks_it((path, f"{title} says nothing") for path, title, text in texts if len(text) < 20)


def test_features_are_the_loaders():
    listed = [(path, card.data.to_dict()["dataset_info"]["features"]) for _, path, card in stage_cards()]
    wrong = [path for path, features in listed if Features._from_yaml_list(features) != FEATURES]
    nothing_breaks_it((path, "its features are not those of lca.data.schema") for path in wrong)


def test_splits_are_the_stages():
    wanted = {stage: ["test"] if stage in TEST_ONLY else list(SPLITS) for stage in STAGES}
    found = [(stage, path, listed_splits(card)) for stage, path, card in stage_cards()]
    wrong = [
        (path, f"expected the splits {wanted[s]}, got {splits}") for s, path, splits in found if splits != wanted[s]
    ]
    nothing_breaks_it(wrong)


def test_every_column_is_described():
    described = [(path, sections(card)["Fields"]) for _, path, card in stage_cards()]
    missing = [(path, c) for path, text in described for c in FEATURES if not re.search(rf"\b{c}\b", text)]
    nothing_breaks_it((path, f"Fields does not describe {column}") for path, column in missing)


def test_model_cards_have_the_licence():
    nothing_breaks_it((p, "no licence") for p in MODELS if ModelCard.load(p).data.to_dict()["license"] != "apache-2.0")


def test_model_cards_link_cards_that_are_there():
    cards = {p.name for p in DATASETS}
    links = [(p, link) for p in MODELS for link in re.findall(r"\]\(([^):]+\.md)\)", ModelCard.load(p).text)]
    nothing_breaks_it((path, f"links {link}") for path, link in links if link not in cards)


def test_pictures_are_there_and_shown():
    """Each picture that a card names exists, and no file lies there that nothing shows."""
    texts = [path.read_text() for path in (*CARDS.glob("*.md"), ROOT / "README.md")]
    shown = {name for text in texts for name in re.findall(r"pictures/([\w.]+)", text)}
    there = {path.name for path in (CARDS / "pictures").iterdir()}
    nothing_breaks_it((CARDS / "pictures" / name, "linked but missing, or shown nowhere") for name in shown ^ there)


def test_what_breaks_of_drawings_is_shown():
    picture = CARDS / "pictures/stylised_avatars.jpg"
    with Image.open(picture) as sheet:
        assert sheet.height * 2 == 8 * (256 + 36), "four styles, each above the same person in the wild"
    assert picture.stat().st_size <= 150_000 and "worst" in (CARDS / "model-small.md").read_text()
