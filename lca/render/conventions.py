"""The numbers every backend shares; they are gsplat 1.5.3's, so that the CPU and CUDA pictures agree."""

ALPHA_MAX = 0.999  # clamp of one Gaussian's alpha (0.99 in gsplat 1.6)
ALPHA_MIN = 1.0 / 255.0  # weaker contributions are skipped
TRANSMITTANCE_MIN = 1e-4  # a pixel stops BEFORE the Gaussian that would leave no more than this
NEAR, FAR = 0.01, 1e10  # metres; depths outside are culled
BLUR = 0.3  # pixels squared, added to the diagonal of the projected covariance (gsplat's eps2d)
FRUSTUM_MARGIN = 0.15  # of the picture's size: the ray slope in the Jacobian is clamped beyond this margin
DEPTH_ALPHA_MIN = 1e-10  # floor of the alpha that divides the accumulated depth
TILE = 16  # pixels
