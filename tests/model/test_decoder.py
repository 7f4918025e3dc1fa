import math

import torch

from lca.geometry.body_file import load_body
from lca.model.decoder import FAINTEST, STRETCH, CanonicalDecoder
from lca.model.template import Template, TemplateConfig
from lca.model.transport.evidence import Nothing


def test_gaussians_whose_place_is_uncertain_cannot_shrink_to_dust():
    """A decoder pushed as far as it goes still draws every Gaussian, and can find its way back."""
    template = Template(TemplateConfig(anchors=16, per_anchor=8), load_body())
    decoder = CanonicalDecoder(32, 8, channels=0, sources=1)
    turn, logit, log_scale = slice(-4, None), slice(-5, -4), slice(-8, -5)
    with torch.no_grad():
        decoder.heads.bias[log_scale] = -3.0
        decoder.heads.bias[logit] = -8.0
        decoder.heads.bias[turn] = 0.0
    gaussians = decoder(torch.randn(1, 16, 32), Nothing(1, 128, torch.device("cpu")), template, template.points[None])
    smallest = 0.35 * template.spacing * math.exp(-STRETCH)
    assert (gaussians.scales[0].amin(-1) >= 0.99 * smallest).all()
    assert gaussians.opacities.min() >= FAINTEST
    gaussians.scales.log().sum().backward()
    assert decoder.heads.bias.grad is not None
    assert (decoder.heads.bias.grad[log_scale] > 1e-3 * len(template.points)).all()
