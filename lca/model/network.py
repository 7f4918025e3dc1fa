"""The figure of the paper, top to bottom: photos -> image tokens -> fused geometry tokens -> canonical -> driven Gaussians."""

from dataclasses import dataclass, field

import torch
from einops import einsum, rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.formats.photos import Photos
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar
from lca.model.cover import covered
from lca.model.decoder import CanonicalDecoder
from lca.model.driver import posed_by_actions
from lca.model.encoder import PATCH, EncoderConfig, ImageTokens, Pyramid, build_encoder
from lca.model.face_code import FaceCodeEncoder
from lca.model.fusion import Fusion, FusionConfig
from lca.model.garment import GarmentHead
from lca.model.layers import FeedForward, pack_foreground
from lca.model.materials import Materials
from lca.model.photo_blocks import build_photo_blocks
from lca.model.points import PointNetwork, agreed
from lca.model.relight import RelightHead
from lca.model.rig import Rig
from lca.model.template import Template, TemplateConfig
from lca.model.transport.dense import DenseMaps
from lca.model.transport.evidence import Evidence
from lca.model.transport.seam import NoTransport, Transport
from lca.precision import mixed_precision


@dataclass(frozen=True)
class ModelConfig:
    """The whole network. What is beyond the paper has a switch of its own: `transport`, `blendshapes`, `encoder.photo_depth`,
    `template.painted_eyes`, `template.covered_heads`."""

    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    """Image encoder."""
    fusion: FusionConfig = field(default_factory=FusionConfig)
    """Alternating attention."""
    template: TemplateConfig = field(default_factory=TemplateConfig)
    """Anchors and Gaussians."""
    transport: bool = True
    """Correspondence and colour transport; false is the paper to the letter."""
    blendshapes: bool = True
    """The template's facial blendshapes under the pose branch; false is the paper to the letter."""
    face_crop: bool = True
    """Photos are looked at twice, as a whole and about the face; false leaves the faces out."""
    points: bool = False
    """Correspondence by a network of its own that starts from photographs (with `transport`); false is the base model."""
    depth: bool = False
    """The network of points also says how far each pixel lies behind the pelvis, for the solver; false leaves it out."""
    garments: bool = False
    """The garment head, post-trained on the runway; false is the base model."""
    relight: bool = False
    """The relighting head, post-trained on the light stage; false is the base model."""


@dataclass(frozen=True)
class Fused:
    """What all photos say together of each person."""

    tokens: Float[Tensor, "people anchors width"]
    """T_gs after the last layer."""
    evidence: Evidence
    """What was carried to the Gaussians besides."""
    betas: Float[Tensor, "people shape"]
    """The predicted body shape."""


class LCA(nn.Module):
    """Large-scale Codec Avatars: `reconstruct` once per person, `drive` every frame; `lca.render.render` draws."""

    joint_template: Tensor
    joint_shape_directions: Tensor

    def __init__(self, config: ModelConfig, placement: tuple[Tensor, Tensor] | None = None):
        """Random weights; `placement` is where a checkpoint has its Gaussians (see `Template`)."""
        super().__init__()
        self.config = config
        body, width = load_body(), config.fusion.width
        with torch.device("cpu"):  # the template is data: it exists even where the weights are on the meta device
            self.template = Template(config.template, body, placement)
        self.pyramid = Pyramid(config.encoder.stem)
        self.encoder = build_encoder(config.encoder)
        self.photo = build_photo_blocks(self.encoder.width, config.encoder)
        sizes = self.encoder.width, config.encoder.stem, config.template.anchors, width
        self.transport = Transport(*sizes) if config.transport else NoTransport()
        self.points = (
            PointNetwork(config.template.anchors, config.depth) if config.points and config.transport else None
        )
        self.fusion = Fusion(config.fusion, self.encoder.width)
        self.decoder = CanonicalDecoder(
            width, config.template.per_anchor, self.transport.channels, self.transport.sources
        )
        self.face_code = FaceCodeEncoder()
        self.driver = posed_by_actions(width, config.blendshapes, self.template, body, self.face_code.action_map)
        self.garments = GarmentHead(width, self.template) if config.garments else None
        self.relight = RelightHead(width, config.template.per_anchor) if config.relight else None
        self.shape = FeedForward(2 * width, width, body.shape_directions.shape[-1])
        nn.init.zeros_(self.shape.last.weight)
        self.parents = body.parents
        self.register_buffer("joint_template", body.joint_template, persistent=False)
        self.register_buffer("joint_shape_directions", body.joint_shape_directions, persistent=False)

    def tokenise(self, photos: Photos) -> tuple[ImageTokens, ImageTokens]:
        """Step 1: T_body and T_face = E(I) of each picture; `photos` with one batch axis (people)."""
        photos = self.looked_at(photos)
        with mixed_precision(photos.body.device):
            body = self._encode(photos.body.flatten(0, 1), photos.body_mask.flatten(0, 1))
            face = self._encode(photos.face.flatten(0, 1), photos.face_mask.flatten(0, 1))
            return self.photo(body, face)

    def looked_at(self, photos: Photos) -> Photos:
        """The photos without what the config leaves out of them."""
        return photos if self.config.face_crop else photos.faceless()

    def _encode(self, images: Tensor, masks: Tensor) -> ImageTokens:
        foreground = F.max_pool2d(masks, PATCH).flatten(1) > 0.1
        pyramid = self.pyramid(images)
        return ImageTokens(self.encoder(images, pyramid[-1], foreground), foreground, pyramid)

    def read(self, photos: Photos) -> tuple[list[DenseMaps], Fused]:
        """Steps 1 and 2, and between them, beyond the paper, what the photos' own pixels show: (of each crop, of each person)."""
        tokens = self.tokenise(photos)
        maps = self.maps(tokens, photos)
        return maps, self.fuse(tokens, self.transport.carry(maps, self.looked_at(photos), self.template))

    def correspondences(self, photos: Photos) -> list[DenseMaps]:
        """The maps of `read` alone: which point of the body each pixel shows."""
        return self.maps(self.tokenise(photos), photos)

    def maps(self, tokens: tuple[ImageTokens, ImageTokens], photos: Photos) -> list[DenseMaps]:
        """The same of photos whose tokens are known; the network of points is taught apart, so nothing is asked of it here."""
        maps = self.transport.maps(tokens, self.template)
        if self.points is None:
            return maps
        with torch.no_grad(), mixed_precision(self.template.anchors.device):
            return agreed(maps, self.points(self.looked_at(photos), self.template.anchors))

    def fuse(self, tokens: tuple[ImageTokens, ImageTokens], evidence: Evidence) -> Fused:
        """Step 2: geometry tokens T_gs = F_proj_gs(F_PE(X)) meet the image tokens of all photos, layer by layer."""
        people = len(evidence.values)
        with mixed_precision(tokens[0].grid.device):
            image, keep = self._image_tokens(tokens, people)
            geometry = self.fusion.geometry_tokens(self.template.anchors)
            geometry = geometry + self.transport.at_anchors(evidence, self.config.template.per_anchor)
            fused = self.fusion(geometry, image, keep)
        fused = fused.float()
        return Fused(fused, evidence, self.shape(torch.cat([fused.mean(1), fused.amax(1)], -1)))

    def _image_tokens(self, tokens: tuple[ImageTokens, ImageTokens], people: int) -> tuple[Tensor, Tensor]:
        """F_proj of body and face tokens of each photo in one row, and which of them are foreground."""
        packed = [
            pack_foreground(self.fusion.image_tokens(each.grid, kind), each.foreground)
            for kind, each in enumerate(tokens)
        ]
        image, keep = (torch.cat([part[i] for part in packed], 1) for i in (0, 1))
        return (
            rearrange(image, "(people view) token c -> people view token c", people=people),
            rearrange(keep, "(people view) token -> people view token", people=people),
        )

    def canonical(self, fused: Fused, betas: Float[Tensor, "people shape"]) -> Gaussians:
        """Step 3: c, p, o, q, s = H_cano(T_gs), on bodies of the given shape."""
        return self.decoder(fused.tokens, fused.evidence, self.template, self.template.shaped(betas))

    def person(self, fused: Fused, betas: Float[Tensor, "people shape"], loose: float = 1.0) -> tuple[Gaussians, Rig]:
        """Canonical Gaussians and rig, dressed by the garment head if there is one; `loose` from 0 (plain skinning) to 1."""
        canonical, rig = self.canonical(fused, betas), self.rig(betas)
        if self.garments is None:
            return canonical, rig
        loosened = self.garments(fused.tokens, canonical, self.template.shaped(betas))
        return self.garments.dressed(canonical, rig, loosened.scaled(loose))

    def materials(self, fused: Fused, canonical: Gaussians) -> Materials | None:
        """How the canonical Gaussians take light; None without the relighting head."""
        return None if self.relight is None else self.relight(fused.tokens, canonical, self.template)

    def rig(self, betas: Float[Tensor, "people shape"]) -> Rig:
        """Skeleton and skinning of bodies of the given shape."""
        directions = self.joint_shape_directions[..., : betas.shape[-1]]
        joints = self.joint_template + einsum(directions, betas, "joint xyz s, p s -> p joint xyz")
        return Rig(joints, self.parents, self.template.skin_indices, self.template.skin_weights)

    @torch.no_grad()
    def reconstruct(
        self, photos: Photos, betas: Float[Tensor, "shape"] | None = None, stature: float | None = None
    ) -> Avatar:
        """Photos of one person (no batch axis) -> avatar; `betas` replace the predicted shape where it is known.

        `stature` (metres) is how tall the person is, which photos cannot show: a tall person who stands further away
        gives the same picture. Without it the predicted body is of the height that is likeliest.
        """
        _, fused = self.read(photos[None])
        return self.avatar_of(fused, len(photos), betas, stature)

    @torch.no_grad()
    def avatar_of(
        self,
        fused: Fused,
        photos: int,
        betas: Float[Tensor, "shape"] | None = None,
        stature: float | None = None,
        loose: float = 1.0,
        cover: bool = True,
    ) -> Avatar:
        """The same from what so many photos of one person say together; see `person` for `loose`. Without `cover` heads have
        cracks, as refinement wants them: it closes them by itself, and large tiles would blur its hair."""
        shape = fused.betas if betas is None else betas[None]
        if stature is not None:
            shape = self.template.at_stature(shape, shape.new_tensor([stature]))
        canonical, rig = self.person(fused, shape, loose)
        materials = self.materials(fused, canonical)
        return Avatar(
            (covered(canonical, self.template) if cover else canonical)[0],
            rig[0],
            shape[0],
            fused.tokens[0],
            self.template.face_anchors,
            self.driver.frozen_copy(),
            self.driver.read_back(self.face_code.action_map.detach()),
            {"photos": str(photos), "gaussians": str(len(canonical))},
            materials=None if materials is None else materials[0],
        )

    @staticmethod
    def drive(avatar: Avatar, theta: Tensor, eps: Tensor, psi: Tensor, translation: Tensor | None = None) -> Gaussians:
        """Steps 4 and 5, every frame: canonical + H_pose(T_gs, theta, eps, psi), then LBS; see `Avatar.drive`."""
        return avatar.drive(theta, eps, psi, translation)
