"""Ground-truth pictures of a posed person: embreex finds hits and shadows, our kernels shade.

Nothing is random: the environment is a fixed set of directional lights, of which each of the anti-aliasing samples of a
pixel takes its own share, so a picture repeats to the bit. Geometry (`Truth`) is exact at the pixel centres.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from lca.formats.transfer import linear, rolled_off, srgb
from lca.geometry.camera import Camera
from lca.world.body.scene import Scene
from lca.world.light.directional import Light
from lca.world.light.shader import shade, shadow_rays, surfaces


@dataclass(frozen=True)
class Truth:
    """What a view shows at its pixel centres: `canonical` (metres, NaN where the background is), `depth` (z in metres, 0),
    `normals` (world, 0), `part` (0)."""

    canonical: Float[np.ndarray, "height width 3"]
    depth: Float[np.ndarray, "height width"]
    normals: Float[np.ndarray, "height width 3"]
    part: UInt8[np.ndarray, "height width"]

    def hidden(self, where: Bool[np.ndarray, "height width"]) -> "Truth":
        """The same, but background where something else stands in front."""
        beside = where[..., None]
        return Truth(
            np.where(beside, np.float32(np.nan), self.canonical),
            np.where(where, np.float32(0), self.depth),
            np.where(beside, np.float32(0), self.normals),
            np.where(where, np.uint8(0), self.part),
        )


@dataclass(frozen=True)
class RenderedPicture:
    """One rendered view: `image` sRGB in [0, 1], `mask` the share of each pixel that the person covers, and its truth."""

    image: Float[np.ndarray, "height width 3"]
    mask: Float[np.ndarray, "height width"]
    truth: Truth


@dataclass(frozen=True)
class Layer:
    """A person alone: linear RGB already multiplied by the coverage `mask`, and the truth of the view."""

    colour: Float[np.ndarray, "height width 3"]
    mask: Float[np.ndarray, "height width"]
    truth: Truth


@dataclass(frozen=True)
class Hits:
    """Where rays through `pixels` (n, 2: x, y in pixels) met the scene: triangle, barycentric uv; only those that did."""

    pixels: Float[np.ndarray, "hits 2"]
    faces: np.ndarray
    uv: Float[np.ndarray, "hits 2"]

    def mix(self, scene: Scene, table: Float[np.ndarray, "vertices k"]) -> Float[np.ndarray, "hits k"]:
        """Per-vertex numbers interpolated at the hits."""
        corners = scene.faces[self.faces]
        weights = np.stack([1 - self.uv[:, 0] - self.uv[:, 1], self.uv[:, 0], self.uv[:, 1]], 1)
        return np.einsum("nc,nck->nk", weights, table[corners]).astype(np.float32)


class Tracer:
    """The bounding volume hierarchy of one scene, shared by all its views."""

    def __init__(self, scene: Scene):
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        self.scene = scene
        self.tree = EmbreeScene()
        self.mesh = TriangleMesh(self.tree, scene.vertices, scene.faces)

    def shoot(self, camera: Camera, pixels: Float[np.ndarray, "rays 2"]) -> Hits:
        """First hits of the rays through `pixels`."""
        rotation, centre, intrinsics = pinhole(camera)
        rays = np.concatenate([pixels, np.ones_like(pixels[:, :1])], 1) @ np.linalg.inv(intrinsics).T @ rotation
        rays = (rays / np.linalg.norm(rays, axis=1, keepdims=True)).astype(np.float32)
        origins = np.repeat(centre[None].astype(np.float32), len(rays), 0)
        found = self.tree.run(origins, rays, query="INTERSECT", output=True)
        hit = found["primID"] >= 0
        return Hits(pixels[hit], found["primID"][hit], np.stack([found["u"][hit], found["v"][hit]], 1))

    def blocked(self, origins: Float[np.ndarray, "rays 3"], directions: Float[np.ndarray, "rays 3"]) -> np.ndarray:
        """Whether anything lies on each ray."""
        if not len(origins):
            return np.zeros(0, bool)
        return self.tree.run(origins, directions, query="OCCLUDED") >= 0


def render_scene(
    scene: Scene,
    camera: Camera,
    light: Light,
    background: Float[np.ndarray, "height width 3"] | None = None,
    samples: int = 2,
) -> RenderedPicture:
    """One view; `background` is sRGB (None: black), `samples` x `samples` rays a pixel."""
    return render_views(scene, [camera], light, [background], samples)[0]


def render_views(
    scene: Scene,
    cameras: list[Camera],
    light: Light,
    backgrounds: list[Float[np.ndarray, "_height _width 3"] | None],
    samples: int = 2,
) -> list[RenderedPicture]:
    """Several views of one posed scene, which share its hierarchy."""
    if len(cameras) != len(backgrounds):
        raise ValueError(
            f"expected one background per camera, got {len(cameras)} cameras and {len(backgrounds)}: give None for black"
        )
    tracer = Tracer(scene)
    layers = (Seen.by(tracer, camera, samples).lit(light) for camera in cameras)
    return [
        over(layer, np.zeros_like(layer.colour) if behind is None else behind)
        for layer, behind in zip(layers, backgrounds, strict=True)
    ]


def over(layer: Layer, background: Float[np.ndarray, "_height _width 3"]) -> RenderedPicture:
    """The person before an sRGB background; where nobody is it stays as it is.

    Raises:
        ValueError: a background of another size.
    """
    if background.shape != layer.colour.shape:
        raise ValueError(
            f"expected a background of {layer.colour.shape}, got {background.shape}: resize it to the camera"
        )
    behind, share = background.astype(np.float32), layer.mask[..., None]
    mixed = np.where(share > 0, srgb(layer.colour + (1 - share) * linear(behind)), behind).astype(np.float32)
    return RenderedPicture(mixed, layer.mask, layer.truth)


@dataclass(frozen=True)
class Seen:
    """What a camera sees of a scene before any light falls on it: it may then be lit in many ways.

    Of every hit, `surface` holds the kernels' numbers, `faces` the triangle, `pixels` the place, `groups` which of its pixel's
    samples it is.
    """

    tracer: Tracer
    size: tuple[int, int]
    samples: int
    pixels: np.ndarray
    groups: np.ndarray
    surface: np.ndarray
    faces: np.ndarray
    truth: Truth

    @classmethod
    def by(cls, tracer: Tracer, camera: Camera, samples: int = 2) -> "Seen":
        """Shoot `samples` x `samples` rays through each pixel that the scene can touch."""
        box, scene = bounds(tracer.scene, camera), tracer.scene
        places, groups = sample_places(box, samples)
        hits = tracer.shoot(camera, places)
        surface = surfaces(
            scene.vertices, scene.faces, scene.canonical, scene.normals, scene.tangents, scene.details,
            scene.materials, scene.looks, hits.faces, hits.uv, pinhole(camera)[1],
        )  # fmt: skip
        pixels, size = hits.pixels.astype(np.int64), (camera.height, camera.width)
        truth = exact(tracer, camera, box)
        return cls(tracer, size, samples, pixels, groups(hits.pixels), surface, hits.faces, truth)

    def lit(self, light: Light) -> Layer:
        """The person under `light`."""
        parts = self.samples * self.samples
        shaded = shade(*self.rays(light))
        colour, mask = np.zeros((*self.size, 3), np.float32), np.zeros(self.size, np.float32)
        x, y = self.pixels.T
        np.add.at(colour, (y, x), shaded / parts)
        np.add.at(mask, (y, x), np.float32(1 / parts))
        cover = mask[..., None]
        return Layer((cover * rolled_off(colour / np.maximum(cover, 1e-6))).astype(np.float32), mask, self.truth)

    def rays(self, light: Light) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
        """What `shade` takes: the shadow rays to the lights, of which each sample of a pixel has its own, are traced here."""
        lights, parts = len(light.directions), self.samples * self.samples
        stride = parts if lights % parts == 0 and lights >= 4 * parts else 1
        share = self.groups % stride
        directions, radiance = light.directions.astype(np.float32), light.radiance.astype(np.float32)
        origins, towards, first = shadow_rays(self.surface, share, directions, stride)
        blocked = self.tracer.blocked(origins, towards)
        return self.surface, share, first, blocked, directions, radiance, stride


def sample_places(box: tuple[int, int, int, int], samples: int):
    """The sample points of all pixels in `box` (x0, y0, x1, y1), and the function that numbers them inside their pixel."""
    x0, y0, x1, y1 = box
    xs = x0 + (np.arange((x1 - x0) * samples) + 0.5) / samples
    ys = y0 + (np.arange((y1 - y0) * samples) + 0.5) / samples
    pixels = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)

    def groups(places: np.ndarray) -> np.ndarray:
        inside = np.floor((places - np.floor(places)) * samples).astype(np.int64)
        return inside[:, 0] + samples * inside[:, 1]

    return pixels, groups


def exact(tracer: Tracer, camera: Camera, box: tuple[int, int, int, int]) -> Truth:
    """Canonical position, depth, normal and part at the pixel centres."""
    height, width, scene = camera.height, camera.width, tracer.scene
    pixels, _ = sample_places(box, 1)
    hits = tracer.shoot(camera, pixels)
    x, y = hits.pixels.astype(np.int64).T
    rotation, centre, _ = pinhole(camera)
    canonical = np.full((height, width, 3), np.nan, np.float32)
    depth, normals = np.zeros((height, width), np.float32), np.zeros((height, width, 3), np.float32)
    part = np.zeros((height, width), np.uint8)
    canonical[y, x] = hits.mix(scene, scene.canonical)
    depth[y, x] = (hits.mix(scene, scene.vertices) - centre) @ rotation[2]
    smooth = hits.mix(scene, scene.normals)
    normals[y, x] = smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-9)
    part[y, x] = scene.parts[hits.faces]
    return Truth(canonical, depth, normals, part)


def bounds(scene: Scene, camera: Camera) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of pixels that the scene can touch; the whole picture if part of it is behind the camera."""
    rotation, centre, intrinsics = pinhole(camera)
    points = (scene.vertices - centre) @ (intrinsics @ rotation).T
    if points[:, 2].min() < 1e-3:
        return 0, 0, camera.width, camera.height
    pixels = points[:, :2] / points[:, 2:]
    low = np.clip(np.floor(pixels.min(0)), 0, (camera.width, camera.height)).astype(int)
    high = np.clip(np.ceil(pixels.max(0)), 0, (camera.width, camera.height)).astype(int)
    return int(low[0]), int(low[1]), int(max(high[0], low[0])), int(max(high[1], low[1]))


def pinhole(camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotation world to camera, the camera's centre in the world, intrinsics; float64."""
    matrix = camera.camera_from_world.detach().cpu().numpy().astype(np.float64)
    rotation = matrix[:3, :3]
    return rotation, -rotation.T @ matrix[:3, 3], camera.intrinsics.detach().cpu().numpy().astype(np.float64)
