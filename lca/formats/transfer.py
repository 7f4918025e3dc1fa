"""Between light and pixels: the sRGB curve and a camera's soft shoulder."""

import numpy as np


def linear(image: np.ndarray | tuple) -> np.ndarray:
    """sRGB in [0, 1] -> linear light."""
    shade = np.asarray(image)
    return np.where(shade <= 0.04045, shade / 12.92, ((shade + 0.055) / 1.055) ** 2.4)


def srgb(light: np.ndarray | tuple) -> np.ndarray:
    """Linear light in [0, 1] -> sRGB."""
    shade = np.asarray(light)
    return np.where(shade <= 0.0031308, 12.92 * shade, 1.055 * np.maximum(shade, 1e-9) ** (1 / 2.4) - 0.055)


def rolled_off(light: np.ndarray) -> np.ndarray:
    """Linear light of any strength -> [0, 1]: above 0.7 it approaches 1 softly instead of clipping."""
    return np.where(light > 0.7, 0.7 + 0.3 * (1 - np.exp(-(light - 0.7) / 0.3)), np.maximum(light, 0))
