"""The steps of `notebooks/01_data_preparation.ipynb`: what a capture holds, as pictures; stages, splits, batches."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from PIL import Image, ImageChops, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Batch
from lca.data.census import Table
from lca.data.circumstances import Circumstances, Surface
from lca.data.drawn import splits
from lca.data.sample import Capture
from lca.formats.captures import SCHEMA
from lca.geometry.body_file import load_body
from lca.lab.dashboard import bars, panels
from lca.lab.figures import CAPTION, INK, PAPER, column, dots, framed, position_colors, row, to_image
from lca.lab.following import anchor_sheet, cut_out, joint_errors, joint_sheet, person_box, tracking_sheet, unluckiest
from lca.model.template import Template

RED, BLUE = (230, 70, 40), (40, 90, 220)
SPLIT_COLOURS = {"train": (150, 190, 225), "validation": (250, 190, 80), "test": (215, 80, 70)}
PER_FRAME = [name for name, stored in SCHEMA.items() if stored.per == "frame"]


def spread(count: int, wanted: int) -> list[int]:
    """`wanted` (two or more) of `count` frames from the first to the last, evenly spread; all of them if there are no more."""
    if count <= wanted:
        return list(range(count))
    return [round(k * (count - 1) / (wanted - 1)) for k in range(wanted)]


def frontal(found: Capture) -> int:
    """The frame whose face crop shows most of the front of the head."""
    forward = found.face_canonical[:, 2] * found.face_canonical_mask[:, 0]
    return int(forward.mean((1, 2)).argmax())


def photo_strip(found: Capture, known: Circumstances, most: int = 8, height: int = 160) -> Image.Image:
    """Photos of a capture with the times at which they were taken."""
    frames = spread(len(found), most)
    return row([found.image[k] for k in frames], [f"{known.time[k]:.1f} s" for k in frames], height)


def field_sheet(found: Capture, frame: int, height: int = 200) -> Image.Image:
    """What is stored with every photo: boxes of body (red) and face (blue), mask and canonical map (both shown within the
    square round the body), and the same of the face."""
    photo = framed(to_image(found.image[frame]), found.body_box[frame].tolist(), RED)
    photo = framed(photo, found.face_box[frame].tolist(), BLUE)
    square = person_box(found, frame)
    mask = cut_out(to_image(1 - found.mask[frame]), square, height)
    points = coloured(found.canonical[frame], found.canonical_mask[frame])
    canonical = cut_out(to_image(points), square * points.shape[-1] / found.image.shape[-1], height, smooth=False)
    body = row([photo, ImageChops.invert(mask), canonical], ["image, boxes", "mask", "canonical"], height)
    points = coloured(found.face_canonical[frame], found.face_canonical_mask[frame])
    face = row([found.face[frame], found.face_mask[frame], points], ["face", "face_mask", "face_canonical"], height)
    return row([body, face], height=body.height)


def coloured(points: Float[Tensor, "3 side side"], known: Tensor) -> Tensor:
    """Canonical points as colours (x red, y green, z blue) on white."""
    colours = position_colors(points.movedim(0, -1), load_body().template).movedim(-1, 0)
    return torch.where(known, colours, torch.ones(()))


def surface_sheet(found: Capture, surface: Surface, frame: int, height: int = 200) -> Image.Image:
    """Photo, depth (nearer is lighter) and normals (x red, y green, z blue, world axes) of one frame."""
    depth, known = surface.depth[frame], surface.depth[frame] > 0
    near, far = depth[known].quantile(0.01), depth[known].quantile(0.99)
    shade = torch.where(known, 0.95 - 0.85 * ((depth - near) / (far - near)).clamp(0, 1), torch.ones(()))
    normals = torch.where(known, 0.5 + 0.5 * surface.normals[frame], torch.ones(()))
    span = f"depth, {float(near):.2f} to {float(far):.2f} m"
    return row([found.image[frame], shade, normals], ["image", span, "normals"], height)


def carried_sheet(found: Capture, surface: Surface, frame: int, other: int, height: int = 200) -> Image.Image:
    """One camera's pixels, carried by depth to where another camera stands, beside what that camera saw."""
    side = surface.depth.shape[-1]
    camera, depth = found.camera[frame].resized(side, side), surface.depth[frame, 0]
    inside = F.avg_pool2d(found.mask[frame], 2)[0] > 0.99  # at the outline colours are mixed with the background's
    known = (depth > 0) & inside
    points = camera.unproject(depth)[known]
    colours = F.avg_pool2d(found.image[frame][None], 2)[0].movedim(0, -1)[known]
    radius = float(depth[known].median() / camera.intrinsics[0, 0]) * 0.6
    moved = dots(points, colours, found.camera[other].resized(height, height), radius)
    pictures = [found.image[frame], moved, found.image[other]]
    return row(pictures, ["one camera", "carried to another", "what that one saw"], height)


def stage_sheet(rows: Mapping[str, Mapping[str, Any]], most: int = 8, height: int = 128) -> Image.Image:
    """A strip of each stage under a line that says what the stage promises."""
    optional = [name for name in PER_FRAME if any(len(found[name]) == 0 for found in rows.values())]
    strips = []
    for stage, found in rows.items():
        frames = spread(len(found["image"]), most)
        strip = row(list(Capture.read(found, frames).image), height=height)
        strips.append(titled(strip, f"{stage}: {promises(found, optional)}"))
    return column(strips)


def promises(found: Mapping[str, Any], optional: Sequence[str] = ()) -> str:
    """How much a capture holds, whether its poses are exact, and which of the `optional` columns it fills."""
    known = Circumstances.read(found, [0])
    poses = "exact poses" if "tracked_theta" in known.exact else "tracked poses, with noise"
    cameras = len(set(found["camera_index"]))
    more = [name for name in optional if len(found[name]) > 0]
    return ", ".join([f"{len(found['image'])} photos", f"{cameras} camera{'s'[: cameras > 1]}", poses, *more])


def titled(image: Image.Image, text: str) -> Image.Image:
    """The picture under a line of text."""
    sheet = Image.new("RGB", (image.width, image.height + CAPTION), PAPER)
    sheet.paste(image, (0, CAPTION))
    font = ImageFont.load_default(12)
    ImageDraw.Draw(sheet).text((0, CAPTION // 2), text, fill=INK, anchor="lm", font=font)
    return sheet


def split_sheet(people: int = 60, cell: int = 15) -> Image.Image:
    """The first people of every stage as squares: for training (blue), validation (yellow) or testing (red)."""
    lines = []
    for stage, members in splits(people).items():
        line = Image.new("RGB", (people * cell, cell), PAPER)
        pen = ImageDraw.Draw(line)
        for index, split in enumerate(members):
            pen.rectangle([index * cell, 0, (index + 1) * cell - 3, cell - 2], fill=SPLIT_COLOURS[split])
        lines.append(titled(line, stage))
    return column(lines)


def batch_sheet(batch: Batch, height: int = 128) -> Image.Image:
    """A line for each example of a batch: photos that the model will see, then targets that it has to match."""
    targets = batch.targets.image * batch.targets.mask + (1 - batch.targets.mask)
    lines = []
    for photos, wanted in zip(batch.photos.body, targets, strict=True):
        words = [*(["photo"] * len(photos)), *(["target"] * len(wanted))]
        lines.append(row([*photos, *wanted], words, height))
    return column(lines)


def summary(rows: Mapping[str, Mapping[str, Any]], people: Table, template: Template, height: int = 150) -> Image.Image:
    """The notebook in one picture: fields, overlays and tracking of a wild capture, every stage, who lives in the world."""
    wild = rows["wild"]
    found, known = Capture.read(wild), Circumstances.read(wild, range(len(wild["image"])))
    (unlucky, sure), front = unluckiest(found, known), frontal(found)
    overlays = [joint_sheet(found, [front], height), anchor_sheet(found, template, [front], height)]
    overlays.append(tracking_sheet(unlucky, sure, [front, int(joint_errors(unlucky).argmax())], height))
    lines = [
        field_sheet(found, front, height),
        row(overlays, height=overlays[0].height),
        stage_sheet(rows, 7, 128),
        bars(panels(people)[:8], 4, 228, 150),
    ]
    return column(lines)
