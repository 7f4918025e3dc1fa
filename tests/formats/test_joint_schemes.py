"""Names of joints as other programs export them."""

import re

import pytest

from lca.formats.bvh_names import by_family

TEXT = """
Xsens: Pelvis, L5, L3, T12, T8, Neck, Head, LeftShoulder, LeftUpperArm, LeftForeArm, LeftHand, LeftUpperLeg,
  LeftLowerLeg, LeftFoot, LeftToe
Rokoko: Hips, Spine1, Spine2, Spine3, Spine4, Neck, Head, LeftShoulder, LeftArm, LeftForeArm, LeftHand, LeftThigh,
  LeftShin, LeftFoot, LeftToe
Unity: Hips, Spine, Chest, UpperChest, Neck, Head, LeftShoulder, LeftUpperArm, LeftLowerArm, LeftHand, LeftUpperLeg,
  LeftLowerLeg, LeftFoot
VRM: J_Bip_C_Hips, J_Bip_C_Spine, J_Bip_C_Head, J_Bip_L_UpperArm, J_Bip_L_LowerArm, J_Bip_L_UpperLeg, J_Bip_L_LowerLeg,
  J_Bip_L_Foot
Unreal: root, pelvis, spine_01, spine_02, spine_03, neck_01, head, clavicle_l, upperarm_l, lowerarm_l, hand_l, thigh_l,
  calf_l, foot_l, ball_l
Biped: Bip001, Bip001 Pelvis, Bip001 Spine, Bip001 Head, Bip001 L Clavicle, Bip001 L Forearm, Bip001 L Thigh, Bip001 L
  Calf, Bip001 L Foot
OptiTrack: Hip, Ab, Chest, Neck, Head, LShoulder, LUArm, LFArm, LHand, LThigh, LShin, LFoot, LToe
Poser: hip, abdomen, chest, neck, head, lCollar, lShldr, lForeArm, lHand, lThigh, lShin, lFoot
Character Creator: CC_Base_Hip, CC_Base_Waist, CC_Base_L_Upperarm, CC_Base_L_Forearm, CC_Base_L_Thigh, CC_Base_L_Calf,
  CC_Base_L_Foot
Rigify: hips, spine, chest, neck, head, shoulder.L, upper_arm.L, forearm.L, hand.L, thigh.L, shin.L, foot.L, toe.L
Bandai-Namco: joint_Root, Hips, Spine, Chest, Neck, Head, Shoulder_L, UpperArm_L, LowerArm_L, Hand_L, UpperLeg_L,
  LowerLeg_L, Foot_L, Toes_L
SMPL: Pelvis, Spine1, Spine2, Spine3, Neck, Head, L_Collar, L_Shoulder, L_Elbow, L_Wrist, L_Hip, L_Knee, L_Ankle, L_Foot
classic: Hips, Chest, Chest2, Chest3, Chest4, Neck, Head, LeftCollar, LeftShoulder, LeftElbow, LeftWrist, LeftHip,
  LeftKnee, LeftAnkle, LeftToe
SOMA: Root, Hips, Spine1, Spine2, Chest, Neck1, Neck2, Head, LeftShoulder, LeftArm, LeftForeArm, LeftHand, LeftLeg,
  LeftShin, LeftFoot
"""
"""The left half of persons: a scheme and its names."""
LISTS = {
    scheme: [" ".join(name.split()) for name in names.split(",")]
    for scheme, names in (entry.split(":") for entry in re.split(r"\n(?=\S)", TEXT.strip()))
}


def mirrored(name: str) -> str:
    """The joint on the other side."""
    for left, right in (("Left", "Right"), ("_L_", "_R_"), (" L ", " R "), ("_l", "_r"), ("_L", "_R"), (".L", ".R")):
        if left in name and not (left == "_l" and not name.endswith("_l")):
            return name.replace(left, right)
    return re.sub(r"^L(?=_?[A-Z])", "R", re.sub(r"^l(?=[A-Z])", "r", name))


@pytest.mark.parametrize("family", LISTS)
def test_joints_of_other_programs_are_known(family):
    left = LISTS[family]
    names = [*left, *(other for name in left if (other := mirrored(name)) != name)]
    found, pairs = by_family(names)
    assert found == family
    for side, sign in (("left", left), ("right", names[len(left) :])):
        assert all(names[pairs[f"{side}_{joint}"]] in sign for joint in ("hip", "knee", "ankle", "elbow"))
    assert len(set(pairs.values())) >= len(names) - 3  # the world's root, a second neck, one of five spines
