"""How other programs name the joints of a person: tables, and nothing else.

A name is a pattern with the side and a word: `Left{}`, `{}_l`, `CC_Base_L_{}`. Case, punctuation and namespaces do not count.
"""

from dataclasses import dataclass, field

from lca.geometry.joint_names import FINGERS

LIMBS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")
TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


@dataclass(frozen=True)
class Scheme:
    """Names of one program.

    `trunk` (pelvis to head) and `limbs` (collar to toes) are words in the order of `TRUNK` and `LIMBS`, `-` for what it lacks;
    `left` and `right` are the patterns of a side. `fingers` are the words for index, middle, pinky, ring and thumb, each to be
    followed by one of `phalanges`.
    """

    trunk: str
    limbs: str
    left: str
    right: str
    fingers: str = ""
    phalanges: tuple[str, str, str] = ("1", "2", "3")
    middle: str = "{}"
    """The pattern of the trunk."""
    extra: dict[str, str] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """Our joint -> theirs."""
        found = {
            ours: self.middle.format(word) for ours, word in zip(TRUNK, self.trunk.split(), strict=True) if word != "-"
        }
        for side, pattern in (("left", self.left), ("right", self.right)):
            for ours, word in zip(LIMBS, self.limbs.split(), strict=True):
                if word != "-":
                    found[f"{side}_{ours}"] = pattern.format(word)
            for ours, word in zip(FINGERS, self.fingers.split(), strict=False):
                for number, phalanx in enumerate(self.phalanges, 1):
                    found[f"{side}_{ours}{number}"] = pattern.format(word + phalanx)
        return found | self.extra


SCHEMES = {
    "Mixamo": Scheme(
        "Hips Spine Spine1 Spine2 Neck Head", "Shoulder Arm ForeArm Hand UpLeg Leg Foot ToeBase", "Left{}", "Right{}",
        "HandIndex HandMiddle HandPinky HandRing HandThumb",
    ),
    "CMU": Scheme(
        "Hips LowerBack Spine Spine1 Neck Head", "Shoulder Arm ForeArm Hand UpLeg Leg Foot ToeBase", "Left{}", "Right{}",
        extra={
            **{f"{s}_{finger}1": f"{s.title()}HandIndex1" for s in ("left", "right") for finger in FINGERS},
            **{"left_thumb1": "LThumb", "right_thumb1": "RThumb"},
        },
    ),
    "Unity": Scheme(
        "Hips Spine Chest UpperChest Neck Head", "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot Toes",
        "Left{}", "Right{}", "Index Middle Little Ring Thumb", ("Proximal", "Intermediate", "Distal"),
    ),
    "VRM": Scheme(
        "Hips Spine Chest UpperChest Neck Head", "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot ToeBase",
        "J_Bip_L_{}", "J_Bip_R_{}", "Index Middle Little Ring Thumb", middle="J_Bip_C_{}",
    ),
    "Unreal": Scheme(
        "pelvis spine_01 spine_02 spine_03 neck_01 head", "clavicle upperarm lowerarm hand thigh calf foot ball", "{}_l", "{}_r",
        "index_0 middle_0 pinky_0 ring_0 thumb_0",
    ),
    "Biped": Scheme(
        "Pelvis Spine Spine1 Spine2 Neck Head", "Clavicle UpperArm Forearm Hand Thigh Calf Foot Toe0", "Bip01 L {}", "Bip01 R {}",
        middle="Bip01 {}",
    ),
    "Xsens": Scheme(
        "Pelvis L3 T12 T8 Neck Head", "Shoulder UpperArm ForeArm Hand UpperLeg LowerLeg Foot Toe", "Left{}", "Right{}"
    ),
    "Rokoko": Scheme(
        "Hips Spine1 Spine2 Spine4 Neck Head", "Shoulder Arm ForeArm Hand Thigh Shin Foot Toe", "Left{}", "Right{}"
    ),
    "OptiTrack": Scheme("Hip Ab - Chest Neck Head", "Shoulder UArm FArm Hand Thigh Shin Foot Toe", "L{}", "R{}"),
    "Poser": Scheme("hip abdomen - chest neck head", "Collar Shldr ForeArm Hand Thigh Shin Foot Toe", "l{}", "r{}"),
    "DAZ": Scheme(
        "hip abdomenLower abdomenUpper chestLower neckLower head",
        "Collar ShldrBend ForearmBend Hand ThighBend Shin Foot Toe", "l{}", "r{}", "Index Mid Pinky Ring Thumb",
    ),
    "Character Creator": Scheme(
        "Hip Waist Spine01 Spine02 NeckTwist01 Head", "Clavicle Upperarm Forearm Hand Thigh Calf Foot ToeBase",
        "CC_Base_L_{}", "CC_Base_R_{}", "Index Mid Pinky Ring Thumb", middle="CC_Base_{}",
    ),
    "Rigify": Scheme(
        "hips spine - chest neck head", "shoulder upper_arm forearm hand thigh shin foot toe", "{}.L", "{}.R",
        "f_index.0 f_middle.0 f_pinky.0 f_ring.0 thumb.0",
    ),
    "Bandai-Namco": Scheme(
        "Hips Spine - Chest Neck Head", "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot Toes", "{}_L", "{}_R"
    ),
    "SMPL": Scheme(
        "Pelvis Spine1 Spine2 Spine3 Neck Head", "Collar Shoulder Elbow Wrist Hip Knee Ankle Foot", "L_{}", "R_{}",
        "Index Middle Pinky Ring Thumb",
    ),
    "SMPL-X": Scheme(
        "pelvis spine1 spine2 spine3 neck head", "collar shoulder elbow wrist hip knee ankle foot", "left_{}", "right_{}",
        "index middle pinky ring thumb",
    ),
    "classic": Scheme(
        "Hips Chest Chest2 Chest4 Neck Head", "Collar Shoulder Elbow Wrist Hip Knee Ankle Toe", "Left{}", "Right{}"
    ),
    "early": Scheme("Hips - - Chest Neck Head", "Collar Shoulder Elbow Wrist Hip Knee Ankle Foot", "Left{}", "Right{}"),
    "SOMA": Scheme(
        "Hips Spine1 Spine2 Chest Neck1 Head", "Shoulder Arm ForeArm Hand Leg Shin Foot ToeBase", "Left{}", "Right{}"
    ),
}  # fmt: skip
