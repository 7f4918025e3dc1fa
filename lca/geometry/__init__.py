"""Pure geometry: no weights, no pixels.

Conventions of the whole package, stated once:

- metres, radians, pixels. The centre of the top-left pixel is (0.5, 0.5).
- world: y up; a person in the rest pose stands at the origin, faces +z, the person's left is +x (as SMPL-X).
- cameras: OpenCV (x right, y down, z forward); `camera_from_world` maps world points into the camera.
- quaternions are w x y z; rotations of joints are axis-angle vectors.
- images: float in [0, 1], channels first, sRGB unless the name says `linear`.
- theta (156): root 3, body 21 x 3, left hand 15 x 3, right hand 15 x 3, axis-angle (the SMPL-H layout of AMASS).
  The paper's theta has 138 numbers and is not specified further; jaw and eyes are not in ours: the face is driven by
  eps, the eyes by psi.
- psi (4): gaze, left yaw, left pitch, right yaw, right pitch; yaw is positive towards the person's left, pitch up.
- actions (52): the ARKit facial actions in [0, 1], named in `Body.expression_names`.
"""
