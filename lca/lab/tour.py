"""The steps of `notebooks/00_tour.ipynb`: each intermediate result of the chain, and its picture."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lca.formats.photos import Photos, Picture
from lca.geometry.body import PARTS
from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.lab.figures import column, dots, flakes, pca_colors, position_colors, row, to_image, token_pictures, view
from lca.model.avatar import Avatar
from lca.model.cutout import FoundPerson
from lca.model.encoder import PATCH
from lca.model.network import LCA

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
    from lca.lab.figures import framed

    marked = []
    for picture, person in zip(pictures, people, strict=True):
        faded = to_image(picture.image * (0.3 + 0.7 * person.mask) + 0.7 * (1 - person.mask))
        marked.append(framed(framed(faded, person.body_box.tolist()), person.head_box.tolist(), (40, 90, 220)))
    return row(
        marked, [f"{p.name}, {person.confidence:.2f}" for p, person in zip(pictures, people, strict=True)], height
    )


def crop_sheet(photos: Photos, height: int = 160) -> Image.Image:
    """What the model sees: body squares above face squares, over grey."""
    return column([row(list(photos.body), height=height), row(list(photos.face), height=height)])


@torch.no_grad()
def image_tokens(model: LCA, images: Float[Tensor, "photos 3 size size"]) -> Float[Tensor, "photos tokens width"]:
    """T_i = F_proj(E(I_i)) of one kind of crop, before any photo has met another."""
    return model.fusion.project_image(model.encoder(images, model.pyramid(images)[-1]))


def token_sheet(model: LCA, photos: Photos, height: int = 160) -> Image.Image:
    """Body tokens above face tokens; colours are the first three principal components over all photos."""
    rows = []
    for images, mask in ((photos.body, photos.body_mask), (photos.face, photos.face_mask)):
        inside = (F.max_pool2d(mask, PATCH).flatten(1) > 0.1).float()
        rows.append(row(token_pictures(image_tokens(model, images), inside), height=height))
    return column(rows)


@torch.no_grad()
def correspondence_sheet(model: LCA, photos: Photos, height: int = 160) -> Image.Image:
    """Where on the body the model thinks each pixel lies: canonical x, y, z as red, green, blue."""
    person = model.see(Photos(*(x[None] for x in (photos.body, photos.body_mask, photos.face, photos.face_mask))))
    if person.body_maps is None:
        raise ValueError("expected a model with transport, got one without: load the default checkpoint")
    colors = position_colors(person.body_maps.canonical.movedim(1, -1), model.template.points).movedim(-1, 1)
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
    face = avatar.face_anchors.repeat_interleave(len(avatar.canonical) // len(avatar.face_anchors)) > 0
    return avatar.canonical.means[face].mean(0).tolist()


@torch.no_grad()
def driven(avatar: Avatar, theta: Tensor, eps: Tensor, psi: Tensor) -> Gaussians:
    """Canonical + H_pose(T_gs, theta, eps, psi), still in rest pose."""
    prepared = avatar.driver.prepare(avatar.tokens[None])
    correction = avatar.driver(prepared, avatar.face_anchors, theta[None], eps[None], psi[None])
    return correction.apply(avatar.canonical[None])[0]


def moved(before: Gaussians, after: Gaussians, most: float = 0.01) -> Gaussians:
    """`after`, coloured by how far each Gaussian has moved: grey is not at all, red is `most` metres or more."""
    share = ((after.means - before.means).norm(dim=-1, keepdim=True) / most).clamp(max=1)
    colors = 0.85 * (1 - share) + torch.tensor([0.85, 0.1, 0.05]) * share
    return Gaussians(after.means, after.quats_wxyz, after.scales, after.opacities, colors)


def pose_sheet(
    avatar: Avatar, theta: Tensor, eps: Tensor, psi: Tensor, translation: Tensor, size: int = 256
) -> Image.Image:
    """Canonical, driven, what the pose branch moved, posed: the four states of one frame."""
    corrected = driven(avatar, theta, eps, psi)
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
