import pytest
import torch

from lca import precision


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv(precision.CHOICE, raising=False)
    precision.cpu_multiplies_bfloat16.cache_clear()
    yield
    precision.cpu_multiplies_bfloat16.cache_clear()


@pytest.mark.parametrize(
    ("able", "wanted"),
    [
        ({}, torch.float32),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.float32),
        ({"amx_bf16": True}, torch.bfloat16),
    ],
)
def test_a_cpu_computes_in_what_it_can_multiply(monkeypatch, able, wanted):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert precision.number_format("cpu") == wanted
    with precision.mixed_precision("cpu"):
        assert (torch.ones(4, 4) @ torch.ones(4, 4)).dtype == wanted


def test_a_gpu_computes_in_bfloat16():
    assert precision.number_format("cuda") == torch.bfloat16


def test_the_environment_overrules(monkeypatch):
    for name, wanted in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        monkeypatch.setenv(precision.CHOICE, name)
        assert precision.number_format("cpu") == wanted and precision.name_of("cpu") == name
    monkeypatch.setenv(precision.CHOICE, "fp8")
    with pytest.raises(ValueError, match="expected LCA_NUMBER_FORMAT to be bf16 or fp32, got 'fp8'"):
        precision.number_format("cpu")
