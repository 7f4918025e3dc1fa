"""`--light`: a film in another light than that of the photos."""

import argparse
import math

from lca.errors import UserError
from lca.ranges import InRange


def add_light(parser: argparse.ArgumentParser) -> None:
    """Add `--light`, `--light-azimuth` and `--light-strength`."""
    parser.add_argument(
        "--light",
        metavar="NAME|FILE",
        help="studio, sun, overcast, sunset, window, candle, night, neon, or an equirectangular .hdr or .exr (default: the "
        "light of the photos)",
    )
    parser.add_argument(
        "--light-azimuth",
        action=InRange,
        low=-360.0,
        high=360.0,
        help="degrees by which the light is turned about the vertical, towards the person's left (default 0)",
    )
    parser.add_argument(
        "--light-strength", action=InRange, low=0.0, high=100.0, help="times as strong as it comes (default 1)"
    )


def chosen(args: argparse.Namespace):
    """The light, or None for that of the photos.

    Raises:
        UserError: neither a name nor a readable file, or something about a light that is not there.
    """
    if args.light is None:
        if args.light_azimuth is not None or args.light_strength is not None:
            raise UserError("expected --light with --light-azimuth and --light-strength, got none: name a light")
        return None
    from lca.lab.lighting import chosen_light

    strength = 1.0 if args.light_strength is None else args.light_strength
    return chosen_light(args.light, math.radians(args.light_azimuth or 0.0), strength)
