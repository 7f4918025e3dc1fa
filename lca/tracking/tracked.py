"""What refinement is worth where shape and the poses of the photos are known, as published evaluations have them: of the model's
avatar, and of a bare body in one colour, which is a person optimised alone, with nothing learned from others (as ExAvatar does).
"""

import torch

from lca.data.enlarged import enlarged
from lca.data.sample import Capture
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.model.eyes import with_eyes
from lca.model.network import LCA
from lca.model.rig import Signals
from lca.tracking.comparison import Judgement
from lca.tracking.face_fit import ironed
from lca.tracking.hanging import as_worn
from lca.tracking.mouth import with_mouth
from lca.tracking.photo_views import view_of
from lca.training.baselines import bare
from lca.training.probes import Subject
from lca.training.refine import RefineConfig, refine
from lca.training.refining.views import View
from lca.training.scores import Score, show

SCORES = ("psnr_fg", "psnr_face", "psnr_hands", "psnr_around", "unseen_psnr")


def probe_tracked(model: LCA, subject: Subject, config: RefineConfig = RefineConfig()) -> dict[str, Score]:
    """`SCORES` of `feed_forward`, of `refined`, and of `optimised`, the bare body on the same photos; gain, of refined over
    feed-forward, and over_optimised, over the bare body, dB of bodies."""
    example = subject.example.to(torch.device("cpu"))
    judged = Judgement(model.template, example.targets, subject.shown, subject.wanted)
    _, fused = model.read(example.photos[None])

    def hung(share: float, cover: bool = False) -> Avatar:
        return model.avatar_of(fused, len(example.photos), example.betas, loose=share, cover=cover)

    made, start = hung(1.0, cover=True), hung(1.0)
    worn = as_worn(model, fused, hung, known_views(start, subject.shown))
    avatars = {
        "feed_forward": made,
        "refined": _refined(model, ironed(worn, model.template), subject.shown, config),
        "optimised": _refined(model, bare(model, start, example), subject.shown, config),
    }
    scores = {name: judged(show(avatar, example.targets)) for name, avatar in avatars.items()}
    every = {f"{name}_{score}": of[score] for name, of in scores.items() for score in SCORES}
    body = {name: float(of["psnr_fg"]) for name, of in scores.items()}
    gains = {
        "gain": body["refined"] - body["feed_forward"],
        "over_optimised": body["refined"] - body["optimised"],
    }
    return {**every, **gains}


def _refined(model: LCA, avatar: Avatar, shown: Capture, config: RefineConfig) -> Avatar:
    """Refined on the photos in their known poses."""
    views = known_views(avatar, shown)
    with torch.enable_grad():
        done = refine(avatar, model.template, views, config)
    return with_eyes(with_mouth(done.avatar, avatar, model.template))


def known_views(avatar: Avatar, shown: Capture) -> list[View]:
    """The frames as photos whose cameras, poses and expressions are known; an expression that is not counts as none."""
    photos = enlarged(shown)
    eps = avatar.eps_from_actions(shown.actions.nan_to_num(0.0))
    signals = Signals(shown.theta, eps, shown.psi.nan_to_num(0.0), shown.translation)
    people = [FoundPerson(*found, 1.0) for found in zip(photos.mask, photos.body_box, photos.face_box, strict=True)]
    pictures = photos.pictures()
    return [view_of(pictures[k], person, photos.camera[k], signals[k]) for k, person in enumerate(people)]
