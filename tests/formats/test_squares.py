"""The fast cut against the plain one: the same numbers."""

import torch

from lca.formats.photos import GREY, cut_out
from lca.formats.squares import cut_squares


def test_it_is_the_matrix_product_of_cut_out():
    image, mask = (torch.randint(256, (4, channels, 40, 50), dtype=torch.uint8) for channels in (3, 1))
    boxes = torch.tensor(
        [[3.3, 2.1, 35.9, 34.7], [-9.0, -12.5, 41.0, 37.5], [20.0, 10.0, 26.0, 16.0], [-70.0, -60.0, 90.0, 100.0]]
    )
    colour, cover = cut_squares(image.numpy(), mask.numpy(), boxes.numpy(), 24, GREY)
    wanted, alpha = cut_out(image / 255, mask / 255, boxes, 24)
    torch.testing.assert_close(torch.from_numpy(colour), wanted, atol=2e-6, rtol=0)
    torch.testing.assert_close(torch.from_numpy(cover), alpha, atol=2e-6, rtol=0)
    assert (colour[3, :, 0] == GREY).all(), "grey where there is no picture"
