"""What a folder holds: captures that training reads as they are, a filmed person in NeuMan's layout, or photographs."""

from pathlib import Path

WORLD, NEUMAN, PHOTOGRAPHS = "captures", "NeuMan's layout", "photographs"
PARTS = {
    "pictures": ("images", "frames"),
    "masks": ("masks",),
    "cameras": ("sparse/cameras.txt", "cam_params"),
    "the SMPL-X shape": ("smplx_optimized/shape_param.json",),
    "SMPL-X poses": ("smplx_optimized/smplx_params_smoothed", "smplx_optimized/smplx_params"),
    "frames to train on": ("train_split.txt", "frame_list_train.txt"),
    "frames to validate on": ("val_split.txt", "frame_list_val.txt"),
}
"""Of NeuMan's layout: what is needed, and where it may lie (see `lca.data.neuman`)."""
TELLING = ("masks", "sparse", "cam_params", "smplx_optimized")
"""Folders that photographs alone do not come with."""


def layout_of(folder: Path) -> str:
    """`WORLD`, `NEUMAN` or `PHOTOGRAPHS`."""
    if (folder / "manifest.json").is_file():
        return WORLD
    return NEUMAN if any((folder / name).is_dir() for name in TELLING) else PHOTOGRAPHS


def lacks(folder: Path) -> list[str]:
    """What a folder in NeuMan's layout lacks, each with the places where it is looked for."""
    return [
        f"{what} ({' or '.join(places)})"
        for what, places in PARTS.items()
        if not any(is_there(folder / place) for place in places)
    ]


def is_there(path: Path) -> bool:
    """Whether there is a file, or a folder with something in it."""
    return path.is_file() or (path.is_dir() and any(path.iterdir()))
