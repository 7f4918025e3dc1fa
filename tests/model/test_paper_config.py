"""The paper's sizes build on the meta device: every shape fits, no memory is needed."""

from dataclasses import replace
from pathlib import Path

import torch
import yaml

from lca.model.checkpoint import parse_config
from lca.model.network import LCA

CONFIG = Path(__file__).parents[2] / "configs" / "paper_pretrain.yaml"


def test_the_papers_sizes_build_on_the_meta_device():
    config = parse_config(yaml.safe_load(CONFIG.read_text())["model"]["network"])
    assert (config.fusion.depth, config.fusion.width, config.transport) == (8, 1024, False)
    assert config.encoder.backbone
    few = replace(config.template, anchors=256)  # placing all anchors takes a minute and checks nothing more
    encoder = replace(config.encoder, backbone=None, width=1024, depth=24, heads=16)
    with torch.device("meta"):
        network = LCA(replace(config, encoder=encoder, template=few))
    assert all(p.is_meta for p in network.parameters())
    assert len(network.fusion.layers) == 8
    assert sum(p.numel() for p in network.fusion.parameters()) > 200e6
