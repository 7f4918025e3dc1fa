"""How a notebook comes by an avatar of somebody."""

from collections.abc import Sequence

from lca.formats.picture_file import Picture
from lca.matting.cutout import Finder, cut_out_people
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.tracking.likeness import refine_on_photos


def avatar_of(model: LCA, finder: Finder, pictures: Sequence[Picture], refined: bool = True) -> Avatar:
    """The avatar of the person in some photographs: the feed-forward pass, then refined on the very photos if that is asked for.

    Raises:
        UserError: nobody is found in one of them.
    """
    if not refined:
        return model.reconstruct(cut_out_people(pictures, finder))
    return refine_on_photos(model, pictures, [finder(picture) for picture in pictures]).avatar
