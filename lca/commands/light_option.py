"""`--light`: a film in another light than that of the photos."""

import argparse
import math

from lca.errors import UserError
from lca.ranges import InRange


def add_light(parser: argparse.ArgumentParser) -> None:
    """Add `--light`, `--lamp-at`, `--light-azimuth` and `--light-strength`."""
    parser.add_argument(
        "--light",
        metavar="NAME|FILE",
        help="studio, sun, overcast, sunset, window, candle, night, neon, lamp, or an equirectangular .hdr or .exr (default: the "
        "light of the photos)",
    )
    parser.add_argument(
        "--lamp-at",
        nargs=2,
        type=float,
        metavar=("AZIMUTH", "ELEVATION"),
        help="degrees to the lamp of --light lamp: 0 0 is in front of the person, 90 0 at its left, 0 90 above (default 40 35)",
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
        if any(one is not None for one in (args.lamp_at, args.light_azimuth, args.light_strength)):
            raise UserError(
                "expected --light with --lamp-at, --light-azimuth and --light-strength, got none: name a light"
            )
        return None
    from lca.lab.lighting import LAMP, LAMP_AT, chosen_light

    if args.lamp_at is not None and args.light != LAMP:
        raise UserError(f"expected --light {LAMP} with --lamp-at, got {args.light}: leave one out")
    strength = 1.0 if args.light_strength is None else args.light_strength
    at = LAMP_AT if args.lamp_at is None else tuple(args.lamp_at)
    return chosen_light(args.light, math.radians(args.light_azimuth or 0.0), strength, at)
