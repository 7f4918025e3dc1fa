"""BVH files: the skeleton and its angles, as text.

Convention of the format: a joint's channels are applied in the order in which they are listed, R = R1 R2 R3, in degrees about
its parent's axes at rest; positions replace the offset from the parent. There is no unit of length and no named upward axis.
"""

import math
import re
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.bvh_text import has_decimal_commas, hierarchy_of, numbers_of, pieces_of, with_points
from lca.formats.motion_file import checked, opened
from lca.geometry.rotations import axis_angle_to_matrix

CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
MOTION = re.compile(r"\s*Frames:\s*(\d{1,9})\s*Frame\s+Time:\s*(\S+)(.*)", re.DOTALL | re.IGNORECASE)
MOST_JOINTS = 1000
LARGEST_BVH = 2**27
"""Bytes; the largest we know of have half of it."""
TRIED = 600
"""Frames among which one may stand for a rest pose."""
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
    announced: int
    """Frames that the file has; all of them, or the first, were read."""

    def part(self, start: int, end: int) -> "Bvh":
        """Some frames of it."""
        return replace(self, values=self.values[start:end])

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


def parse_bvh(path: Path, seconds: float | None = None, fps: float | None = None) -> Bvh:
    """Read a .bvh file; with `seconds` no further than these (at `fps`, or at the file's own rate) and `TRIED` frames need.

    Raises:
        UserError: no hierarchy, no frames, fewer or more numbers than announced, NaN, larger than a motion.
    """
    with opened(path, LARGEST_BVH, "replace") as file:
        head, pieces = hierarchy_of(file), pieces_of(file)
        start = next(pieces)
        if has_decimal_commas((head or "") + start):
            head, start, pieces = with_points(head or ""), with_points(start), map(with_points, pieces)
        match = MOTION.match(start)
        if head is None or match is None:
            raise UserError(
                f"expected a BVH file with HIERARCHY and MOTION, got {path} without: export the motion again"
            )
        joints = parse_hierarchy(head, path)
        columns = sum(len(joint.channels) for joint in joints)
        announced, step = int(match[1]), float(checked(match[2], "Frame Time", path))
        rate = 1 / step if step > 0 else 0.0
        frames = announced if seconds is None else min(announced, max(TRIED, math.ceil(seconds * (fps or rate)) + 2))
        numbers, count = numbers_of(chain([match[3]], pieces), frames * columns, frames == announced, path)
    if not (frames and columns and count):
        raise UserError(f"expected at least one frame in {path}, got an empty motion: export it again")
    if count != frames * columns if frames == announced else count < frames * columns:
        raise UserError(
            f"expected {announced} frames of {columns} numbers in {path}, got {count} numbers: the file is cut short "
            "or damaged, export it again"
        )
    return Bvh(joints, torch.from_numpy(numbers).reshape(frames, columns), rate, announced)


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
