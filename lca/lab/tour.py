"""The steps of `notebooks/00_tour.ipynb`: each intermediate result of the chain, and its picture."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lca.data.example import Example
from lca.formats.photos import GREY, Photos, Picture
from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.motion import Motion
from lca.lab.figures import (
    column,
    dots,
    flakes,
    pca_colors,
    position_colors,
    row,
    to_image,
    token_pictures,
    view,
)
from lca.lab.overlays import marked
from lca.lab.playing import body_camera, drive, still
from lca.matting.cutout import Finder, FoundPerson, cut_out_people
from lca.model.avatar import Avatar
from lca.model.encoder import ImageTokens
from lca.model.network import LCA
from lca.render import render

HEAD = (0.0, 0.6, 0.06)
"""Where the head of a person of mean height is in rest pose, metres."""


def front(size: int = 256, azimuth: float = 0.0) -> Camera:
    """The whole person, `azimuth` radians round from the front."""
    return orbit(azimuth, size=size)


def portrait(size: int = 256, azimuth: float = 0.0, head: Sequence[float] = HEAD) -> Camera:
    """The head, from a little over a metre."""
    x, y, z = (float(v) for v in head)
    return orbit(azimuth, distance=1.2, target=(x, y, z), field_of_view=0.34, size=size)


def photo_sheet(pictures: Sequence[Picture], people: Sequence[FoundPerson], height: int = 220) -> Image.Image:
    """Each photo with the body's box (red) and the head's box (blue), its background faded by the mask that was found."""
    pairs = list(zip(pictures, people, strict=True))
    captions = [f"{picture.name}, {person.confidence:.2f}" for picture, person in pairs]
    return row([marked(*pair) for pair in pairs], captions, height)


def crop_sheet(photos: Photos, height: int = 160) -> Image.Image:
    """What the model sees: body squares above face squares, over grey."""
    return column([row(list(photos.body), height=height), row(list(photos.face), height=height)])


@torch.no_grad()
def tokens_of(model: LCA, photos: Photos) -> tuple[ImageTokens, ImageTokens]:
    """Image tokens of the body pictures and of the face crops, before any photo has met another."""
    return model.tokenise(photos[None])


def token_sheet(model: LCA, photos: Photos, height: int = 160) -> Image.Image:
    """T_i = F_proj(E(I_i)): body tokens above face tokens; colours are the first three principal components over all photos."""
    return column([row(projected_pictures(model, kind), height=height) for kind in tokens_of(model, photos)])


@torch.no_grad()
def projected_pictures(model: LCA, tokens: ImageTokens) -> list[Image.Image]:
    """Tokens of body pictures or of face crops after the shared projection."""
    return token_pictures(model.fusion.project_image(tokens.grid.float()), tokens.foreground.float())


def correspondence_sheet(model: LCA, photos: Photos, height: int = 160) -> Image.Image:
    """Where on the body the model thinks each pixel lies: canonical x, y, z as red, green, blue."""
    with torch.no_grad():
        maps = model.correspondences(photos[None])
    if not maps:
        raise ValueError("expected a model with transport, got one without: load the default checkpoint")
    colors = position_colors(maps[0].canonical.movedim(1, -1), model.template.points).movedim(-1, 1)
    mask = F.avg_pool2d(photos.body_mask, 2)
    return row([*(colors * mask + (1 - mask))], height=height)


def anchor_sheet(model: LCA, size: int = 256) -> Image.Image:
    """Anchors X on the template, coloured by the part of the body; then the Gaussians' places round them, by anchor."""
    template = model.template
    palette = torch.rand(len(PARTS), 3, generator=torch.Generator().manual_seed(3)) * 0.8
    per_anchor = template.config.per_anchor
    anchor_colors = palette[template.part[::per_anchor]]
    shuffled = torch.rand(len(template.anchors), 3, generator=torch.Generator().manual_seed(4)) * 0.85
    point_colors = shuffled.repeat_interleave(per_anchor, 0)
    pictures = [
        dots(template.anchors, anchor_colors, front(size), 0.012),
        dots(template.points, point_colors, front(size), 0.004),
        dots(template.points, point_colors, portrait(size), 0.0025),
    ]
    return row(pictures, [f"{len(template.anchors)} anchors", f"{len(template.points)} places", "the head"], size)


def token_dots(model: LCA, avatar: Avatar, size: int = 256) -> Image.Image:
    """The fused geometry tokens at their anchors, coloured by their principal components."""
    return dots(model.template.anchors, pca_colors(avatar.tokens), front(size), 0.02)


def canonical_sheet(avatar: Avatar, size: int = 256) -> Image.Image:
    """Canonical Gaussians from the front, from the side, and shrunk so that each is seen."""
    own = avatar.canonical
    turned = front(size, azimuth=0.9)
    head = portrait(size, head=head_of(avatar))
    pictures = [view(own, front(size)), view(own, turned), view(flakes(own), turned), view(flakes(own), head)]
    return row(pictures, ["canonical", "from the left", "Gaussians", "the head"], size)


def head_of(avatar: Avatar) -> list[float]:
    """The middle of the avatar's head in rest pose, metres."""
    return avatar.canonical.means[avatar.on_head].mean(0).tolist()


def largest_change(avatar: Avatar) -> float:
    """How much a zero drive (theta = eps = psi = 0) changes any number of the canonical Gaussians: nothing."""
    still_driven = avatar.driven(avatar.signals(torch.zeros(156)))[0]
    pairs = zip(still_driven.tensors(), avatar.canonical.tensors(), strict=True)
    return max(float((after - before).abs().max()) for after, before in pairs)


def named_actions(*prefixes: str) -> Float[Tensor, "52"]:
    """The 52 facial actions with those at 1 whose names start with one of `prefixes`."""
    names = load_body().expression_names
    return torch.tensor([float(bool(prefixes) and name.startswith(prefixes)) for name in names])


def moved(before: Gaussians, after: Gaussians, most: float = 0.01) -> Gaussians:
    """`after`, coloured by how far each Gaussian has moved: grey is not at all, red is `most` metres or more."""
    share = ((after.means - before.means).norm(dim=-1, keepdim=True) / most).clamp(max=1)
    colors = 0.85 * (1 - share) + torch.tensor([0.85, 0.1, 0.05]) * share
    return Gaussians(after.means, after.quats_wxyz, after.scales, after.opacities, colors)


def pose_sheet(
    avatar: Avatar, theta: Tensor, eps: Tensor, psi: Tensor, translation: Tensor, size: int = 256
) -> Image.Image:
    """Canonical, driven, what the pose branch moved, posed: the four states of one frame."""
    corrected = avatar.driven(avatar.signals(theta, eps, psi))[0]
    posed = avatar.drive(theta, eps, psi, translation)
    camera = front(size)
    states = [avatar.canonical, corrected, moved(avatar.canonical, corrected), posed]
    return row([view(s, camera) for s in states], ["canonical", "driven", "moved (red: 1 cm)", "posed"], size)


def face_sheet(avatar: Avatar, actions: dict[str, Tensor], gazes: dict[str, Tensor], size: int = 200) -> Image.Image:
    """The head under named facial actions, then under directions of gaze (psi)."""
    camera = portrait(size, head=head_of(avatar))
    theta, ahead, neutral = torch.zeros(156), torch.zeros(4), avatar.eps_from_actions(torch.zeros(52))
    faces = [view(avatar.drive(theta, avatar.eps_from_actions(a), ahead), camera) for a in actions.values()]
    faces += [view(avatar.drive(theta, neutral, psi), camera) for psi in gazes.values()]
    return row(faces, [*actions, *gazes], size)


def strip(avatar: Avatar, motion: Motion, count: int = 6, size: int = 200) -> Image.Image:
    """Evenly spaced frames of a motion, all from one camera."""
    camera = body_camera(avatar, motion, size, azimuth=0.5)
    frames = [int(len(motion) * (k + 0.5) / count) for k in range(count)]
    return row([view(g, camera) for k in frames for g in drive(avatar, still(motion, k))], height=size)


def turns(gaussians: Gaussians, count: int = 6, size: int = 200) -> Image.Image:
    """One set of posed Gaussians from all round."""
    azimuths = torch.arange(count) * (2 * torch.pi / count)
    return row(
        [view(gaussians, front(size, float(a))) for a in azimuths],
        [f"{round(float(a.rad2deg()))}°" for a in azimuths],
        size,
    )


def truth_sheet(avatar: Avatar, example: Example, height: int = 180) -> Image.Image:
    """The avatar in poses and views that no photo shows, above the truth, over grey."""
    grey = torch.full((3,), GREY)
    shown = [render(g, example.camera[k], grey).image for k, g in enumerate(drive(avatar, example.motion))]
    return column([row(shown, height=height), row(list(example.image), height=height)])


def summary(model: LCA, finder: Finder, pictures: Sequence[Picture], motion: Motion, size: int = 200) -> Image.Image:
    """The whole chain in one strip: photo, crop, tokens, anchors, canonical, driven, posed, picture."""
    photos = cut_out_people(pictures, finder)
    avatar = model.reconstruct(photos)
    eps = avatar.eps_from_actions(motion.actions[0])
    corrected = avatar.driven(avatar.signals(motion.theta[0], eps, motion.psi[0]))[0]
    posed = avatar.drive(motion.theta[0], eps, motion.psi[0], motion.translation[0])
    steps = {
        "photo": to_image(pictures[0].image),
        "crop": to_image(photos.body[0]),
        "image tokens": projected_pictures(model, tokens_of(model, photos)[0])[0],
        "anchors": dots(model.template.anchors, pca_colors(avatar.tokens), front(size), 0.016),
        "canonical": view(flakes(avatar.canonical), front(size)),
        "driven": view(moved(avatar.canonical, corrected), front(size)),
        "posed": view(flakes(posed), front(size, 0.6)),
        "picture": view(posed, front(size, 0.6)),
    }
    return row(list(steps.values()), list(steps), size)
