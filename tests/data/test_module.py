"""What training reads: ranks share the examples, a stream resumes, rows stream and interleave."""

import multiprocessing
import os
import signal
from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lca.data import Capture, load_world
from lca.data.batch import make_example
from lca.data.datasets import stream_mixture, stream_world
from lca.data.module import AvatarData, From
from lca.data.sources import open_source
from lca.errors import UserError
from tests.world.captures import SIZE, built


def data(**options):
    defaults = {"folders": [str(built("wild"))], "batch_size": 1, "photos": (2, 2), "targets": 1}
    return AvatarData(**(defaults | options))


def test_ranks_share_the_batches_without_gap_or_overlap():
    ranks = [list(islice(From(3, batch_size=2, rank=rank, ranks=2), 6)) for rank in range(2)]
    assert ranks == [[12, 13, 16, 17, 20, 21], [14, 15, 18, 19, 22, 23]]


def test_a_stream_goes_on_where_the_run_stands():
    whole = data()
    batches = list(islice(whole.train_dataloader(), 4))
    later = data()
    later.trainer = SimpleNamespace(global_step=1, accumulate_grad_batches=2, global_rank=0, world_size=1)  # type: ignore
    (again,) = islice(later.train_dataloader(), 1)
    assert torch.equal(again.photos.body, batches[2].photos.body)
    assert torch.equal(again.targets.image, batches[2].targets.image)


def test_a_mix_by_weight_validates_on_both():
    mixed = data(folders=[str(built("wild")), str(built("wild"))], weights=[1.0, 3.0])
    batch = next(iter(mixed.train_dataloader()))
    assert batch.photos.body.shape == (1, 2, 3, 256, 256)
    assert len(mixed.val_dataloader()) == 2
    with pytest.raises(UserError, match="one positive weight for each of 1 folders"):
        data(weights=[1.0, 1.0]).train_dataloader()


def test_people_limits_training_alone(monkeypatch):
    asked = {}
    monkeypatch.setattr(
        "lca.data.module.open_source", lambda folder, split, body, most: asked.update({split: most}) or [0]
    )
    for module in (data(people=7), data()):
        module.train_dataloader()
        module.val_dataloader()
        assert asked == {"train": module.people, "validation": 12}
    with pytest.raises(UserError, match=r"expected data\.people from 1 to \d+, got 0"):
        data(people=0)


def test_too_few_frames_are_told():
    with pytest.raises(UserError, match="at least 9 frames for 8 photos and 1 targets, got one of 8"):
        next(iter(data(photos=(8, 8)).train_dataloader()))


def test_the_fast_way_reads_what_the_plain_way_reads():
    row = load_world(built("wild"), "train")[0]
    recording = open_source(built("wild"), "train")[0]
    shown, wanted = [4, 0], [6]
    plain = make_example(Capture.read(row, shown), Capture.read(row, wanted), np.random.default_rng(1))
    fast = make_example(recording.photos(shown), recording.targets(wanted), np.random.default_rng(1))
    assert torch.equal(plain.photos.body, fast.photos.body) and torch.equal(plain.betas, fast.betas)
    assert torch.equal(plain.body_canonical[0], fast.body_canonical[0])
    for name, value in vars(plain.targets).items():
        assert torch.equal(value.nan_to_num(), getattr(fast.targets, name).nan_to_num()), name
    assert not recording.targets(wanted).canonical_mask.any() and plain.body_canonical[1].any()


def test_a_sample_is_checked_at_the_door():
    capture = open_source(built("wild"), "test")[0].photos([0])
    cut = {"canonical_16bit": capture.canonical_16bit[..., :40, :40]}
    with pytest.raises(
        UserError, match=r"expected canonical_16bit of shape \(1, 3, 48, 48\) in the capture of wild-000000"
    ):
        replace(capture, **cut)
    with pytest.raises(UserError, match=r"expected theta from .* radians, got NaN in the capture of wild-000000"):
        replace(capture, theta=capture.theta * torch.nan)


def test_rows_stream_in_parts():
    everyone = [row["identity"] for row in stream_world(built("wild"), "train")]
    parts = [[row["identity"] for row in stream_world(built("wild"), "train", rank, 2)] for rank in range(2)]
    assert sorted(parts[0] + parts[1]) == sorted(everyone) and not set(parts[0]) & set(parts[1])
    row = next(iter(stream_world(built("wild"), "test")))
    assert Capture.read(row, [1]).image.shape == (1, 3, SIZE, SIZE)
    with pytest.raises(UserError, match="expected a rank from 0 to 1, got 2"):
        stream_world(built("wild"), "train", 2, 2)


def test_streams_interleave_by_weight():
    folders = [built("wild"), built("studio")]
    rows = list(stream_mixture(folders, "test", [3.0, 1.0], seed=0))
    assert {row["stage"] for row in rows} == {"wild", "studio"}
    with pytest.raises(UserError, match="one positive weight for each of 2 folders"):
        stream_mixture(folders, "test", [1.0])


def test_loader_processes_leave_ctrl_c_to_the_training():
    batches = iter(data(workers=1).train_dataloader())
    next(batches)
    (worker,) = multiprocessing.active_children()
    os.kill(worker.pid or 0, signal.SIGINT)
    for _ in range(4):
        next(batches)
    assert worker.is_alive()
