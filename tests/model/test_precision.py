"""The number format follows the hardware, unless the environment says otherwise."""

import pytest
import torch

from lca.errors import UserError
from lca.model import precision
from lca.model.precision import multiplies


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    monkeypatch.delenv(precision.VARIABLE, raising=False)
    precision._chosen.cache_clear()
    yield
    precision._chosen.cache_clear()


def processor(monkeypatch, **capabilities):
    """A CPU of that kind; returns the list of questions it was asked."""
    asked = []
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: asked.append(1) or capabilities)
    return asked


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx2": True, "avx512_f": True}, torch.float32),
        ({"avx2": True, "avx512_bf16": False, "amx_bf16": False}, torch.float32),
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"neon": True, "bf16": True}, torch.bfloat16),
        ({"neon": True}, torch.float32),
    ],
)
def test_a_cpu_multiplies_what_its_instructions_can(monkeypatch, capabilities, expected):
    processor(monkeypatch, **capabilities)
    assert multiplies("cpu") == multiplies(torch.device("cpu")) == expected


def test_cuda_multiplies_bf16_whatever_the_cpu(monkeypatch):
    processor(monkeypatch)
    assert multiplies("cuda:1") == torch.bfloat16


def test_the_hardware_is_asked_once(monkeypatch):
    asked = processor(monkeypatch, amx_bf16=True)
    assert [multiplies("cpu") for _ in range(3)] == [torch.bfloat16] * 3 and len(asked) == 1


@pytest.mark.parametrize(("word", "expected"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_environment_decides(monkeypatch, word, expected, device):
    processor(monkeypatch, avx512_bf16=word == "fp32")
    monkeypatch.setenv("LCA_NUMBER_FORMAT", word)
    assert multiplies(device) == expected
    monkeypatch.delenv("LCA_NUMBER_FORMAT")
    assert multiplies("cpu") == (torch.bfloat16 if word == "fp32" else torch.float32)


@pytest.mark.parametrize("word", ["fp16", "BF16", " bf16"])
def test_another_word_is_one_line(monkeypatch, word):
    monkeypatch.setenv("LCA_NUMBER_FORMAT", word)
    with pytest.raises(UserError, match="expected LCA_NUMBER_FORMAT to be bf16 or fp32, got"):
        multiplies("cpu")
