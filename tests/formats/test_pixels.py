"""The fast way from picture files to numbers against the plain one."""

import io

import numpy as np
import pytest
from PIL import Image

from lca.errors import UserError
from lca.formats.captures import canonical_bytes, canonical_planes, decoded, mask_bytes, photo_bytes
from lca.formats.pixels import code_planes, mask_planes, photo_planes

DRAW = np.random.default_rng(0)


def test_photos_and_masks_are_what_pillow_decodes():
    photos = [photo_bytes(DRAW.random((40, 48, 3), np.float32), quality) for quality in (80, 95)]
    masks = [mask_bytes(DRAW.random((40, 48), np.float32)) for _ in range(2)]
    assert np.array_equal(photo_planes(photos), [decoded(file).transpose(2, 0, 1) for file in photos])
    assert np.array_equal(mask_planes(masks)[:, 0], [decoded(file) for file in masks])


def test_canonical_maps_keep_their_points_and_holes():
    points = DRAW.uniform(-1.2, 1.2, (2, 16, 16, 3)).astype(np.float32)
    points[0, :4] = np.nan
    files = [canonical_bytes(picture) for picture in points]
    codes = code_planes(files, 16)
    assert np.array_equal(codes.reshape(2, 48, 16), [decoded(file) for file in files])
    metres, known = canonical_planes(codes)
    assert not known[0, 0, :4].any() and known[1].all() and (metres[0, :, :4] == 0).all()
    planes = points.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(metres, np.where(known, planes, 0), atol=2.1e-5)


def test_a_grey_photo_is_told():
    buffer = io.BytesIO()
    Image.new("L", (64, 64)).save(buffer, "JPEG")
    with pytest.raises(UserError, match="expected a picture of mode RGB, got L"):
        photo_planes([buffer.getvalue()])


def test_pictures_of_two_sizes_are_told():
    files = [mask_bytes(np.zeros((size, size), np.float32)) for size in (64, 48)]
    with pytest.raises(UserError, match=r"one size, got \(64, 64\) and \(48, 48\)"):
        mask_planes(files)


def test_a_damaged_picture_is_told():
    whole = mask_bytes(DRAW.random((40, 48), np.float32))
    for coded in (whole[: len(whole) // 2], b"no picture"):
        with pytest.raises(UserError, match="expected a PNG file, got a damaged one"):
            mask_planes([coded])
    with pytest.raises(UserError, match="expected a JPEG file, got a damaged one"):
        photo_planes([whole])


def test_maps_of_another_side_than_their_pictures_have():
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((48, 16), np.uint16)).save(buffer, "png")
    with pytest.raises(UserError, match=r"expected canonical maps of 60 x 20 pixels, .* got 48 x 16: build"):
        code_planes([buffer.getvalue()] * 2, 20)
