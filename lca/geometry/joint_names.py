"""Names of theta's joints."""

BODY_JOINTS = (
    "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot neck "
    "left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist"
).split()
FINGERS = ("index", "middle", "pinky", "ring", "thumb")
JOINTS = tuple(BODY_JOINTS + [f"{side}_{f}{i}" for side in ("left", "right") for f in FINGERS for i in (1, 2, 3)])
"""Names of theta's 52 joints, in its order (SMPL-X without jaw and eyes)."""
