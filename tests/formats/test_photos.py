"""Photos: resampling against torch and PIL, reading against files made here, every bad file one clear line."""

import numpy as np
import pytest
import torch
from PIL import Image

from lca.errors import UserError
from lca.formats.photos import Photos, crop_square, cut_out, mask_box, read_picture, read_pictures, square_box


def _picture(width: int = 96, height: int = 128, mode: str = "RGB") -> Image.Image:
    """Smooth colours, so that JPEG and resampling change little."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 / width, y * 255 / height, 255 - x * 255 / width]
    if mode == "RGBA":
        planes.append(255 * ((x - width / 2) ** 2 + (y - height / 2) ** 2 < (width / 3) ** 2))
    return Image.fromarray(np.stack(planes, -1).astype(np.uint8), mode)


@pytest.mark.parametrize("size", [16, 24, 64, 100])
def test_crop_equals_torch_antialias_inside(size):
    image = torch.rand(3, 64, 64)
    expected = torch.nn.functional.interpolate(image[None], size=(size, size), mode="bilinear", antialias=True)[0]
    rim = size // 16 + 2
    inside = (..., slice(rim, -rim), slice(rim, -rim))
    actual = crop_square(image, torch.tensor([0.0, 0.0, 64.0, 64.0]), size)
    torch.testing.assert_close(actual[inside], expected[inside], atol=2e-6, rtol=0)


def test_crop_copies_whole_pixels_and_fills_the_outside():
    image = torch.rand(1, 20, 30)
    cropped = crop_square(image, torch.tensor([-4.0, 5.0, 12.0, 21.0]), 16, fill=0.25)
    torch.testing.assert_close(cropped[:, :15, 4:], image[:, 5:20, :12])
    torch.testing.assert_close(cropped[:, :, :4], torch.full((1, 16, 4), 0.25))
    torch.testing.assert_close(cropped[:, 15:, :], torch.full((1, 1, 16), 0.25))


def test_crop_of_a_ramp_reads_the_position():
    ramp = (torch.arange(200) + 0.5).expand(1, 200, 200)
    box = torch.tensor([20.3, 40.0, 130.8, 150.5])
    expected = 20.3 + (torch.arange(32) + 0.5) * 110.5 / 32
    torch.testing.assert_close(crop_square(ramp, box, 32)[0, 7], expected, atol=0.02, rtol=0)


def test_crop_batches():
    images, boxes = torch.rand(2, 3, 40, 50), torch.tensor([[0.0, 0.0, 30.0, 30.0], [10.0, 5.0, 60.0, 55.0]])
    batched = crop_square(images, boxes, 8)
    for index in range(2):
        torch.testing.assert_close(batched[index], crop_square(images[index], boxes[index], 8))


def test_square_and_mask_box():
    mask = torch.zeros(1, 10, 20)
    mask[0, 2:7, 4:18] = 1
    box = mask_box(mask)
    assert box.tolist() == [4, 2, 18, 7]
    assert square_box(box, 0.5).tolist() == [-3, -9.5, 25, 18.5]
    assert mask_box(torch.zeros(1, 4, 4)).tolist() == [0, 0, 0, 0]


def test_cut_out_puts_grey_where_the_mask_is_zero():
    image, mask = torch.rand(3, 32, 32), torch.zeros(1, 32, 32)
    mask[:, 8:24, 8:24] = 1
    color, alpha = cut_out(image, mask, torch.tensor([0.0, 0.0, 32.0, 32.0]), 32)
    torch.testing.assert_close(color[:, 8:24, 8:24], image[:, 8:24, 8:24])
    assert (color[:, :8] == 0.5).all()
    assert (alpha == mask).all()


def test_exif_orientation_is_respected(tmp_path):
    upright = _picture()
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    upright.save(tmp_path / "upright.jpg", quality=95)
    turned, expected = read_picture(tmp_path / "turned.jpg"), read_picture(tmp_path / "upright.jpg")
    assert turned.image.shape == (3, 128, 96)
    assert (turned.image - expected.image).abs().mean() < 0.01


def test_alpha_is_kept_only_where_it_hides_something(tmp_path):
    _picture(mode="RGBA").save(tmp_path / "cut.png")
    _picture().convert("RGBA").save(tmp_path / "opaque.png")
    alpha = read_picture(tmp_path / "cut.png").alpha
    assert alpha is not None and alpha[0, 64, 48] == 1 and alpha[0, 0, 0] == 0
    assert read_picture(tmp_path / "opaque.png").alpha is None


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "LA"])
def test_other_colour_modes_become_rgb(tmp_path, mode):
    name = "photo.jpg" if mode == "CMYK" else "photo.png"
    _picture().convert("L" if mode == "LA" else "RGB").convert(mode).save(tmp_path / name)
    with Image.open(tmp_path / name) as saved:
        expected = np.asarray(saved.convert("RGB")) / 255
    image = read_picture(tmp_path / name).image.movedim(0, -1).numpy()
    assert image.std() > 0.1
    np.testing.assert_allclose(image, expected, atol=1e-3)


def test_large_photos_are_reduced(tmp_path):
    _picture(300, 5000).save(tmp_path / "large.jpg")
    assert max(read_picture(tmp_path / "large.jpg").image.shape) == 2048


def test_a_folder_is_read_in_order_of_name(tmp_path):
    for name in ("b.jpg", "a.png", "notes.txt"):
        (tmp_path / name).write_text("x") if name.endswith("txt") else _picture().save(tmp_path / name)
    assert [picture.name for picture in read_pictures([tmp_path])] == ["a.png", "b.jpg"]


def _write_bad(kind: str, folder) -> list:
    """Make the bad input `kind` in `folder` and return the paths to read."""
    photo = folder / "photo.jpg"
    _picture(10, 10).save(photo) if kind == "tiny" else _picture(640, 480).save(photo)
    if kind == "truncated":
        photo.write_bytes(photo.read_bytes()[:3000])
    if kind == "truncated png":
        photo = folder / "photo.png"
        _picture().save(photo)
        photo.write_bytes(photo.read_bytes()[:-200])
    if kind == "text":
        photo.write_text("not a picture")
    if kind == "empty file":
        photo.write_bytes(b"")
    if kind == "empty folder":
        photo.unlink()
    return {"missing": [folder / "none.jpg"], "empty folder": [folder], "17": [photo] * 17}.get(kind, [photo])


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "no such file.*none.jpg"),
        ("text", "expected a JPEG, PNG or WebP photo, got something else"),
        ("empty file", "got something else"),
        ("truncated", "damaged or truncated"),
        ("truncated png", "damaged or truncated"),
        ("empty folder", "expected 1 to 16 photos, got 0"),
        ("17", "expected 1 to 16 photos, got 17"),
        ("tiny", "at least 64 px a side, got 10 px"),
    ],
)
def test_bad_photos_are_one_clear_line(tmp_path, kind, message):
    with pytest.raises(UserError, match=message) as caught:
        read_pictures(_write_bad(kind, tmp_path))
    assert "\n" not in str(caught.value)


def test_photos_count_and_move():
    photos = Photos(torch.rand(2, 3, 8, 8), torch.rand(2, 1, 8, 8), torch.rand(2, 3, 4, 4), torch.rand(2, 1, 4, 4))
    assert len(photos) == 2
    moved = photos.to("meta")
    assert all(value.is_meta for value in (moved.body, moved.body_mask, moved.face, moved.face_mask))
