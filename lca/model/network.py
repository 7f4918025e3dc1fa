"""The figure of the paper, composed: photos -> tokens -> canonical Gaussians -> driven Gaussians."""

from dataclasses import dataclass, field

import torch
from einops import einsum, rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.formats.photos import Photos
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar, Rig
from lca.model.correspondence import EVIDENCE, Coarse, DenseHead, DenseMaps, PhotoBlocks, collect, transport
from lca.model.decoder import CanonicalDecoder
from lca.model.driver import STILL, PoseBranch
from lca.model.encoder import PATCH, EncoderConfig, Pyramid, build_encoder
from lca.model.face_code import FaceCodeEncoder
from lca.model.fusion import Fusion, FusionConfig
from lca.model.layers import FeedForward, pack_foreground
from lca.model.template import Template, TemplateConfig

Pair = tuple[Tensor, Tensor]
"""Of the body pictures and of the face crops."""


@dataclass(frozen=True)
class ModelConfig:
    """The whole network."""

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


@dataclass(frozen=True)
class Looks:
    """What the photos show one by one: encoder tokens of (body pictures, face crops), which of them are foreground,
    dense maps."""

    tokens: Pair
    foreground: Pair
    body_maps: DenseMaps | None
    face_maps: DenseMaps | None


@dataclass(frozen=True)
class Person:
    """What all photos say together of a batch of people: fused tokens, transported evidence, predicted shape."""

    tokens: Float[Tensor, "people anchors width"]
    evidence: Float[Tensor, "people gaussians evidence"] | None
    betas: Float[Tensor, "people shape"]


class LCA(nn.Module):
    """Large-scale Codec Avatars: `reconstruct` once per person, `drive` every frame; `lca.render.render` draws."""

    joint_template: Tensor
    joint_shape_directions: Tensor

    def __init__(self, config: ModelConfig, placement: tuple[Tensor, Tensor] | None = None):
        """Random weights; `placement` is where a checkpoint has its Gaussians (see `Template`)."""
        super().__init__()
        self.config = config
        body = load_body()
        evidence = EVIDENCE if config.transport else 0
        width = config.fusion.width
        with torch.device("cpu"):  # the template is data: it exists even where the weights are on the meta device
            self.template = Template(config.template, body, placement)
        self.pyramid = Pyramid(config.encoder.stem)
        self.encoder = build_encoder(config.encoder)
        self.photo, self.dense = None, None
        if config.transport:
            self.photo = PhotoBlocks(self.encoder.width, config.encoder.heads, config.encoder.photo_depth)
            self.dense = DenseHead(self.encoder.width, config.template.anchors, config.encoder.stem)
        self.fusion = Fusion(config.fusion, self.encoder.width, evidence)
        self.decoder = CanonicalDecoder(width, config.template.per_anchor, evidence)
        directions = self.template.carry(body, body.expression_directions)
        moved = (config.blendshapes & (directions.norm(dim=1).amax(-1) > STILL)).nonzero()[:, 0]
        self.driver = PoseBranch(width, config.template.per_anchor, moved=len(moved))
        self.face_code = FaceCodeEncoder()
        if self.driver.blend is not None:
            self.driver.follow(moved, directions[moved])
            self.driver.blend.weight.data.copy_(self.face_code.action_map[:-1])
        self.shape = FeedForward(2 * width, width, body.shape_directions.shape[-1])
        nn.init.zeros_(self.shape.last.weight)
        self.parents = body.parents
        self.register_buffer("joint_template", body.joint_template, persistent=False)
        self.register_buffer("joint_shape_directions", body.joint_shape_directions, persistent=False)

    @property
    def face_anchors(self) -> Float[Tensor, "anchors"]:
        """1 for anchors on the head: those that eps and psi may move."""
        return self.template.face.unflatten(0, (-1, self.config.template.per_anchor)).mean(1).round()

    def look(self, photos: Photos) -> Looks:
        """Step 1 of the network: tokenise body pictures and face crops, and say what their pixels show."""
        tokens, foreground, levels = self._encode(photos)
        if self.dense is None:
            return Looks(tokens, foreground, None, None)
        with torch.autocast(tokens[0].device.type, torch.bfloat16):
            parts = zip(tokens, foreground, levels, strict=True)
            return Looks(tokens, foreground, *(self.dense(*part, self.template.anchors) for part in parts))

    def coarse(self, photos: Photos) -> list[Coarse]:
        """What the tokens of body pictures and of face crops show; none without transport."""
        if self.dense is None:
            return []
        tokens, _, levels = self._encode(photos)
        with torch.autocast(tokens[0].device.type, torch.bfloat16):
            anchors = self.template.anchors
            return [self.dense.coarse(t, p[-1].shape[-2] // 2, anchors) for t, p in zip(tokens, levels, strict=True)]

    def _encode(self, photos: Photos) -> tuple[Pair, Pair, list[list[Tensor]]]:
        """(tokens, which of them are foreground, pyramids), each of the body pictures and of the face crops."""
        tokens, foreground, levels = [], [], []
        with torch.autocast(photos.body.device.type, torch.bfloat16):
            for images, masks in ((photos.body, photos.body_mask), (photos.face, photos.face_mask)):
                foreground.append(F.max_pool2d(masks.flatten(0, 1), PATCH).flatten(1) > 0.1)
                levels.append(self.pyramid(images.flatten(0, 1)))
                tokens.append(self.encoder(images.flatten(0, 1), levels[-1][-1], foreground[-1]))
            pair, seen = (tokens[0], tokens[1]), (foreground[0], foreground[1])
            return self.photo(pair, seen) if self.photo else pair, seen, levels

    def see(self, photos: Photos, looks: Looks | None = None) -> Person:
        """Steps 1 and 2: tokenise (unless done already), transport, fuse; `photos` with one batch axis (people)."""
        people, views = photos.body.shape[:2]
        looks = looks or self.look(photos)
        evidence = None
        if looks.body_maps is not None and looks.face_maps is not None:
            body = collect(looks.body_maps, photos.body.flatten(0, 1), photos.body_mask.flatten(0, 1), views)
            face = collect(looks.face_maps, photos.face.flatten(0, 1), photos.face_mask.flatten(0, 1), views)
            evidence = transport([body, face], self.template, people)
        with torch.autocast(photos.body.device.type, torch.bfloat16):
            tokens = self._fuse(looks, evidence, views)
        tokens = tokens.float()
        return Person(tokens, evidence, self.shape(torch.cat([tokens.mean(1), tokens.amax(1)], -1)))

    def _fuse(self, looks: Looks, evidence: Tensor | None, views: int) -> Tensor:
        packed = [
            pack_foreground(self.fusion.image_tokens(tokens, kind), foreground)
            for kind, (tokens, foreground) in enumerate(zip(looks.tokens, looks.foreground, strict=True))
        ]
        tokens, keep = (torch.cat([part[i] for part in packed], 1) for i in (0, 1))
        at_anchors = None
        if evidence is not None:
            at_anchors = rearrange(evidence, "p (g k) c -> p g k c", k=self.config.template.per_anchor).mean(2)
        return self.fusion(
            self.fusion.geometry_tokens(self.template.anchors, at_anchors),
            rearrange(tokens, "(p v) t c -> p v t c", v=views),
            rearrange(keep, "(p v) t -> p v t", v=views),
        )

    def canonical(self, person: Person, betas: Float[Tensor, "people shape"]) -> Gaussians:
        """Step 3, the canonical branch, on bodies of the given shape."""
        return self.decoder(person.tokens, person.evidence, self.template, self.template.shaped(betas))

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
        person = self.see(Photos(photos.body[None], photos.body_mask[None], photos.face[None], photos.face_mask[None]))
        shape = person.betas if betas is None else betas[None]
        if stature is not None:
            shape = self.template.at_stature(shape, shape.new_tensor([stature]))
        canonical, rig = self.canonical(person, shape)[0], self.rig(shape)
        single = Rig(rig.joints[0], rig.parents, rig.skin_indices, rig.skin_weights)
        driver = PoseBranch(*self.driver.size).to(shape.device)
        driver.load_state_dict(self.driver.state_dict())
        metadata = {"photos": str(len(photos)), "gaussians": str(len(canonical))}
        controls = self.face_code.action_map.detach().clone()
        return Avatar(canonical, single, shape[0], person.tokens[0], self.face_anchors, driver, controls, metadata)

    @staticmethod
    def drive(avatar: Avatar, theta: Tensor, eps: Tensor, psi: Tensor, translation: Tensor | None = None) -> Gaussians:
        """Steps 4 and 5 for one frame of one person; see `Avatar.drive`."""
        return avatar.drive(theta, eps, psi, translation)
