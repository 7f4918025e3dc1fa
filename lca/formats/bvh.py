"""BVH files: the skeleton and its angles, as text.

Convention of the format: a joint's channels are applied in the order in which they are listed, R = R1 R2 R3, in degrees about
its parent's axes at rest; positions replace the offset from the parent. There is no unit of length and no named upward axis.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.motion_file import checked, text_of
from lca.geometry.rotations import axis_angle_to_matrix

CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
DECIMAL_COMMA, DECIMAL_POINT = re.compile(r"(?<=\d),(?=\d)"), re.compile(r"\d\.\d")
MOTION = re.compile(r"\s*Frames:\s*(\d{1,9})\s*Frame\s+Time:\s*(\S+)(.*)", re.DOTALL | re.IGNORECASE)
MOST_JOINTS = 1000
Point = tuple[float, ...]


@dataclass
class Joint:
    """A joint of the hierarchy; `channels` are (column of the motion, name), `tip` is the offset of its End Site or zero."""

    name: str
    parent: int
    offset: Point = (0.0, 0.0, 0.0)
    tip: Point = (0.0, 0.0, 0.0)
    channels: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Bvh:
    """A skeleton, parents before children (the parent of the root is -1), and its channels frame by frame."""

    joints: tuple[Joint, ...]
    values: Float[Tensor, "frames channels"]
    fps: float

    def rest(self) -> Float[Tensor, "joints 3"]:
        """Places of the joints with every angle at zero and the root at its offset."""
        places: list[Tensor] = []
        for joint in self.joints:
            offset = torch.tensor(joint.offset, dtype=torch.float64)
            places.append(offset if joint.parent < 0 else places[joint.parent] + offset)
        return torch.stack(places)

    def tips(self) -> Float[Tensor, "joints 3"]:
        """Where each joint's bone ends at rest: at its first child that is elsewhere, or at its End Site."""
        rest = self.rest()
        tips = rest + torch.tensor([joint.tip for joint in self.joints], dtype=torch.float64)
        for index in reversed(range(1, len(self.joints))):
            parent = self.joints[index].parent
            if not torch.equal(rest[index], rest[parent]):
                tips[parent] = rest[index]
        return tips

    def posed(self) -> tuple[Float[Tensor, "frames joints 3"], Float[Tensor, "frames joints 3 3"]]:
        """Places of the joints and their turns from rest, in the file's world, frame by frame."""
        places: list[Tensor] = []
        turns: list[Tensor] = []
        for joint in self.joints:
            offset = torch.tensor(joint.offset, dtype=torch.float64).repeat(len(self.values), 1)
            turn = torch.eye(3, dtype=torch.float64).expand(len(self.values), 3, 3)
            for column, name in joint.channels:
                axis = "XYZ".index(name[0])
                if name.endswith("position"):
                    offset[:, axis] = self.values[:, column]
                else:
                    angle = torch.zeros_like(offset)
                    angle[:, axis] = self.values[:, column].deg2rad()
                    turn = turn @ axis_angle_to_matrix(angle)
            if joint.parent >= 0:
                above = turns[joint.parent]
                offset, turn = places[joint.parent] + (above @ offset[..., None])[..., 0], above @ turn
            places.append(offset)
            turns.append(turn)
        return torch.stack(places, 1), torch.stack(turns, 1)


def parse_bvh(path: Path) -> Bvh:
    """Read a .bvh file.

    Raises:
        UserError: no hierarchy, no frames, fewer or more numbers than announced, NaN.
    """
    text = text_of(path, errors="replace")
    if DECIMAL_COMMA.search(text) and not DECIMAL_POINT.search(text):
        text = DECIMAL_COMMA.sub(".", text)
    head, *tail = re.split(r"^\s*MOTION\s*$", text, maxsplit=1, flags=re.M)
    match = MOTION.match(tail[0]) if tail else None
    if match is None:
        raise UserError(f"expected a BVH file with HIERARCHY and MOTION, got {path} without: export the motion again")
    joints = parse_hierarchy(head, path)
    columns = sum(len(joint.channels) for joint in joints)
    frames, seconds = int(match[1]), float(checked(match[2], "Frame Time", path))
    numbers = checked(match[3].split(), "the motion", path)
    if not (frames and columns and len(numbers)):
        raise UserError(f"expected at least one frame in {path}, got an empty motion: export it again")
    if len(numbers) != frames * columns:
        raise UserError(
            f"expected {frames} frames of {columns} numbers in {path}, got {len(numbers)} numbers: the file is cut short "
            "or damaged, export it again"
        )
    return Bvh(joints, numbers.reshape(frames, columns), 1 / seconds if seconds > 0 else 0.0)


def parse_hierarchy(text: str, path: Path) -> tuple[Joint, ...]:
    """All joints of the HIERARCHY part, in the order of the file."""
    joints: list[Joint] = []
    ends: list[tuple[Joint, Joint]] = []
    stack: list[Joint] = []  # who owns each open brace
    latest = Joint("", -1)
    for line in text.replace("{", "\n{\n").replace("}", "\n}\n").splitlines():
        word, *rest = line.split() or ["HIERARCHY"]
        try:
            if word == "{":
                stack.append(latest)
            elif word == "}":
                stack.pop()
            elif word == ("JOINT" if joints else "ROOT"):
                parent = next(index for index, joint in enumerate(joints) if joint is stack[-1]) if joints else -1
                joints.append(latest := Joint(" ".join(rest), parent))
                if len(joints) > MOST_JOINTS:
                    raise UserError(
                        f"expected at most {MOST_JOINTS} joints in {path}, got more: leave out what is no body"
                    )
            elif word == "End":
                ends.append((stack[-1], latest := Joint("End Site", -1)))
            elif word == "OFFSET":
                x, y, z = checked(rest, "OFFSET", path).tolist()
                stack[-1].offset = (x, y, z)
            elif word == "CHANNELS":
                stack[-1].channels = numbered(rest, sum(len(joint.channels) for joint in joints))
            elif word != "HIERARCHY":
                raise ValueError(word)
        except UserError:
            raise
        except (ValueError, IndexError, StopIteration) as error:
            raise UserError(
                f"expected a BVH hierarchy in {path}, got {line.strip()!r}: export the motion again"
            ) from error
    for joint, end in ends:
        joint.tip = end.offset
    if not joints or stack:
        raise UserError(
            f"expected a whole BVH hierarchy in {path}, got {len(joints)} joints and {len(stack)} open braces"
        )
    return tuple(joints)


def numbered(words: list[str], first: int) -> tuple[tuple[int, str], ...]:
    """`3 Zrotation Xrotation Yrotation` -> (column, name) counted from `first`. Raises: ValueError, IndexError."""
    count, *names = words
    names = [name.capitalize() for name in names]
    if int(count) != len(names) or not set(names) <= set(CHANNELS):
        raise ValueError(names)
    return tuple(enumerate(names, first))
