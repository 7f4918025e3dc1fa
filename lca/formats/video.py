"""Films: H.264 in an .mp4, frame by frame."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.atomic import writing


def to_bytes(image: Float[Tensor, "channels height width"]) -> np.ndarray:
    """An image in [0, 1], channels first -> uint8 (height, width, channels)."""
    return rearrange((image.detach().float().cpu().clamp(0, 1) * 255).round().byte().numpy(), "c h w -> h w c")


def write_video(path: str | Path, frames: Iterable[Float[Tensor, "3 height width"]], fps: float) -> int:
    """Write sRGB frames in [0, 1] of one even size as H.264, yuv420p, and return their number.

    Frames are taken one at a time, so a generator needs no memory.

    Raises:
        UserError: there is no frame, or a side is odd, or the path does not end in .mp4.
    """
    import imageio_ffmpeg

    if Path(path).suffix.lower() != ".mp4":
        raise UserError(f"expected a film ending in .mp4, got {path}: name it so")
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise UserError("expected at least one frame, got none: ask for more seconds")
    height, width = first.shape[-2:]
    if height % 2 or width % 2:
        raise UserError(f"expected even sides (H.264 needs them), got {width}x{height}: choose an even size")
    with writing(path) as temporary:
        writer = imageio_ffmpeg.write_frames(
            str(temporary),
            (width, height),
            fps=fps,  # pyright: ignore[reportArgumentType]  (fractions are fine)
            codec="libx264",
            quality=8,
            macro_block_size=2,
            ffmpeg_log_level="error",
        )
        writer.send(None)
        count = 0
        try:
            frame = first
            while frame is not None:
                writer.send(np.ascontiguousarray(to_bytes(frame)))
                count += 1
                frame = next(frames, None)
        finally:
            writer.close()
    return count
