"""A clip in one HTML file that needs no network: `lca/assets/player` with the Gaussians and the motion in it.

The page poses the Gaussians itself, frame by frame: canonical + correction, then linear blend skinning, as `Avatar.drive`. The
pose branch is not run in the page; its corrections are stored as a sum of a few parts whose amplitudes change with time.
Everything is rounded to 16 bits: what is canonical to its range / 65535, the parts of the corrections to `STEPS`. With the
tolerance of `lca.lab.baking` the page shows each frame of the motion within 0.5 mm, 0.01 of colour and 4% of the covariance of
what `Avatar.drive` gives: that is tested with corrections of centimetres; an avatar of the shipped model that walks is met
within 0.1 mm, 0.002 and 1.2%. Between frames everything is mixed linearly.
"""

import base64
import gzip
import html
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.splats import as_splats
from lca.geometry.gaussians import Gaussians

ASSETS = Path(__file__).parent.parent / "assets" / "player"
LARGEST = 6_000_000
"""bytes of a page"""
STEPS = torch.tensor([1e-3] * 3 + [5e-5] * 3 + [1e-3] * 4 + [5e-3] * 3)
"""What a correction is rounded to: colour, mean (0.05 mm), quaternion, logarithm of the scales."""


@dataclass(frozen=True)
class Opening:
    """A camera on a sphere about `target`, as `lca.geometry.camera.orbit` takes it: metres and radians."""

    target: tuple[float, float, float]
    azimuth: float
    elevation: float
    distance: float
    field_of_view: float


@dataclass(frozen=True)
class Clip:
    """A motion of one person, ready to be played.

    `transforms` are `posed_from_rest` of every joint. Corrections of the pose branch, in the order of `STEPS`, are
    `amplitudes` @ `components`; `loops` says that the first frame follows the last.
    """

    canonical: Gaussians
    skin_indices: Int[Tensor, "gaussians influences"]
    skin_weights: Float[Tensor, "gaussians influences"]
    transforms: Float[Tensor, "frames joints 3 4"]
    amplitudes: Float[Tensor, "frames components"]
    components: Float[Tensor, "components gaussians 13"]
    fps: float
    loops: bool
    view: Opening


def write_player(path: str | Path, clip: Clip, title: str, background: Float[Tensor, "3"]) -> int:
    """Write the page and return its size in bytes; `background` is sRGB in [0, 1].

    Raises:
        UserError: the page would be larger than 6 MB, or the Gaussians are no set of splats.
    """
    packed = base64.b64encode(gzip.compress(pack(clip, background.tolist()), mtime=0)).decode()
    page = (ASSETS / "page.html").read_text()
    for script in ("engine", "painter", "stage"):
        page = page.replace(f"{{{{{script}}}}}", (ASSETS / f"{script}.js").read_text())
    page = page.replace("{{background}}", f"rgb({' '.join(str(round(255 * c)) for c in background.tolist())})")
    page = page.replace("{{clip}}", packed).replace("{{title}}", html.escape(title))
    data = page.encode()
    if len(data) > LARGEST:
        raise UserError(
            f"expected a page of at most {LARGEST / 1e6:g} MB, got {len(data) / 1e6:.1f} MB: fewer --seconds, or a lower --fps"
        )
    with writing(path) as temporary:
        temporary.write_bytes(data)
    return len(data)


def pack(clip: Clip, background: list[float]) -> bytes:
    """Length of the header (4 bytes), header as JSON, arrays one after the other."""
    splats = as_splats(clip.canonical)
    frames, influences = len(clip.transforms), clip.skin_indices.shape[-1]
    arrays = [
        _fixed("means", splats.means),
        _fixed("quats_wxyz", splats.quats_wxyz),
        _fixed("log_scales", np.log(splats.scales)),
        _fixed("opacities", splats.opacities[:, None]),
        _fixed("colors", splats.colors),
        _fixed("skin_weights", clip.skin_weights.float().cpu().numpy()),
        _fixed("components", rearrange(clip.components, "k g c -> (k g) c").float().cpu().numpy(), STEPS.numpy()),
        ({"name": "skin_indices", "kind": "bytes"}, clip.skin_indices.to(torch.uint8).cpu().numpy().tobytes()),
        _floats("transforms", clip.transforms),
        _floats("amplitudes", clip.amplitudes),
    ]
    facts = {"gaussians": len(splats), "influences": influences, "frames": frames, "fps": clip.fps, "loops": clip.loops}
    facts |= {"background": background, "view": asdict(clip.view)}
    header = {"facts": facts, "arrays": [entry | {"bytes": len(data)} for entry, data in arrays]}
    text = json.dumps(header).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *(data for _, data in arrays)])


def _fixed(name: str, values: ndarray, steps: ndarray | None = None) -> tuple[dict, bytes]:
    """Each column as low + step * (0 to 65535): first the low bytes of all numbers, then the high ones (gzip likes that)."""
    low = values.min(0, initial=np.inf) if len(values) else np.zeros(values.shape[1])
    step = np.maximum((values.max(0) - low) / 65535, 1e-12) if steps is None else steps
    numbers = np.rint((values - low) / step).astype("<u2").T
    planes = np.stack([numbers & 255, numbers >> 8]).astype(np.uint8)
    entry = {"name": name, "kind": "fixed", "low": low.astype(float).tolist(), "step": step.astype(float).tolist()}
    return entry, planes.tobytes()


def _floats(name: str, values: Float[Tensor, "..."]) -> tuple[dict, bytes]:
    """float32, exactly."""
    return {"name": name, "kind": "float32"}, values.detach().float().cpu().numpy().astype("<f4").tobytes()
