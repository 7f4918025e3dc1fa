"""The scalars that runs wrote for TensorBoard, read back."""

from pathlib import Path

from lca.errors import UserError

FOLDER = "tensorboard"
"""Of a run, with its event files."""


def scalars(run: str | Path) -> dict[str, tuple[list[int], list[float]]]:
    """Tag -> steps and values of everything that a run logged.

    Raises:
        UserError: there are no event files in the run's folder.
    """
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = Path(run) / FOLDER
    if not list(folder.glob("events.out.tfevents.*")):
        raise UserError(f"expected event files of a run, got none in {folder}: name a trainer.default_root_dir")
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    found = {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}
    return {tag: ([one.step for one in told], [one.value for one in told]) for tag, told in found.items()}
