"""The worlds of a study: built where they are missing, under a name that says what they are."""

from pathlib import Path

from lca.errors import UserError
from lca.formats.shards import Manifest, read_manifest
from lca.world.folders.builder import Build, build


def world_folder(what: Build, root: Path) -> Path:
    """Where a world lies: `wild-208-11-128` has 208 identities of seed 11 in pictures of 128 px."""
    return root / f"{what.stage}-{what.identities}-{what.seed}-{what.size}"


def ready(what: Build, root: Path, workers: int = 1) -> Manifest:
    """Build a world, or go on building it, unless it is whole; a whole one may be of another version of the world's code, which
    the report says.

    Raises:
        UserError: the folder holds something else, or cannot be written.
    """
    folder = world_folder(what, root)
    if (folder / "manifest.json").is_file():
        found = read_manifest(folder)
        same = all(
            getattr(found, name) == getattr(what, name) for name in ("stage", "identities", "seed", "size", "people_of")
        )
        if not same:
            raise UserError(
                f"expected {folder.name} to be what its name says, got another world in {folder}: delete it"
            )
        if found.finished:
            return found
    return build(what, folder, workers)
