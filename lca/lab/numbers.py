"""Numbers as cells of colour, with axes and a colour bar: what drives a body, frame by frame."""

import torch
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from lca.data.sample import Capture
from lca.lab.figures import CAPTION, INK, PAPER, column, to_image

EDGE = 30
"""Pixels left of the cells, for the numbers of their lines."""
BAR = 110
"""Pixels of the colour bar's length."""


def number_sheet(found: Capture, width: int = 900, line: int = 9) -> Image.Image:
    """What drives the body, a line for each frame: negative numbers are blue, positive red, the largest is darkest."""
    drives = {
        "theta: 51 joints x 3 (all but the pelvis)": (found.theta[:, 3:], "rad"),
        "actions: 52 facial actions": (found.actions, ""),
        "psi: yaw and pitch of the left eye, of the right eye": (found.psi, "rad"),
        "betas: shape of the body, 100 coefficients": (found.betas[None], ""),
    }
    return column([block(name, values, unit, width, line) for name, (values, unit) in drives.items()])


def block(name: str, values: Float[Tensor, "lines values"], unit: str, width: int, line: int) -> Image.Image:
    """Cells under their name and a colour bar; frames are counted down, numbers across, both from 1."""
    cells = heat(values, width - EDGE, line)
    sheet = Image.new("RGB", (width, cells.height + 2 * CAPTION), PAPER)
    sheet.paste(cells, (EDGE, CAPTION))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    pen.text((EDGE, CAPTION // 2), name, fill=INK, anchor="lm", font=font)
    most = f"{float(values.abs().max()):.2g} {unit}".strip()
    length = pen.textlength(most, font)
    pen.text((width, CAPTION // 2), most, fill=INK, anchor="rm", font=font)
    sheet.paste(heat(torch.linspace(-1.0, 1.0, BAR)[None], BAR, 10), (round(width - length - 6 - BAR), 4))
    pen.text((width - length - 12 - BAR, CAPTION // 2), f"-{most.split()[0]}", fill=INK, anchor="rm", font=font)
    lines, numbers = values.shape
    step = (width - EDGE) / numbers
    for number in sorted({1, numbers, *range(10, numbers - 5, 10)} if numbers > 10 else range(1, numbers + 1)):
        place = (EDGE + (number - 0.5) * step, CAPTION + cells.height + CAPTION // 2)
        last = {"xy": (width, place[1]), "anchor": "rm"} if number == numbers > 10 else {"xy": place, "anchor": "mm"}
        pen.text(text=str(number), fill=INK, font=ImageFont.load_default(10), **last)
    for frame in {1, lines} if lines > 1 else ():
        pen.text((EDGE - 6, CAPTION + (frame - 0.5) * line), str(frame), fill=INK, anchor="rm", font=font)
    return sheet


def heat(values: Float[Tensor, "lines values"], width: int, line: int) -> Image.Image:
    """Numbers as cells: white is 0, red positive, blue negative."""
    share = (values / values.abs().max().clamp(min=1e-6))[None]
    colours = torch.cat([1 + share.clamp(max=0), 1 - share.abs(), 1 - share.clamp(min=0)])
    return to_image(0.1 + 0.88 * colours).resize((width, line * len(values)), Image.Resampling.NEAREST)
