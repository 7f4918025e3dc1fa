"""What one does is kept, in a real browser: files that are dropped, recordings, exports, and a page that is reloaded."""

import json

import pytest

from lca.formats.amass import write_amass
from lca.formats.motion import read_motion
from lca.lab.browser import Browser
from lca.motion.named import named_motion
from lca.panel.desk import Desk
from lca.panel.local import served
from lca.panel.motions import Offered
from tests.formats.test_hdri import write_hdr
from tests.model.matte import matte
from tests.panel.hand import Hand
from tests.panel.test_session import until

pytestmark = pytest.mark.browser
LINE = "document.querySelector('.lca-message').textContent"
ASKED = "(() => { const e = new Event('beforeunload', { cancelable: true }); dispatchEvent(e); return e.defaultPrevented; })()"


@pytest.fixture(scope="module")
def panel(avatar, tmp_path_factory):
    """The hand on a page, its desks and the folder of its files."""
    folder = tmp_path_factory.mktemp("kept")
    with served(lambda send: Desk([matte(avatar)], send, Offered(), folder)) as (address, desks), Browser() as browser:
        browser.go(address)
        browser.wait("document.querySelector('.lca-view')?.dataset.frame > 0")
        yield Hand(browser), desks, folder
        assert browser.errors == []


def drop(hand, **files):
    """Let files fall on the panel; a number is a file of so many bytes."""
    made = ""
    for name, content in files.items():
        bytes_of = f"new Uint8Array({content})" if isinstance(content, int) else f"Uint8Array.from({list(content)})"
        made += f"files.items.add(new File([{bytes_of}], '{name}'));"
    hand.browser.evaluate(
        f"(() => {{ const files = new DataTransfer(); {made} const drop = new DragEvent('drop', {{ dataTransfer: files, "
        f"bubbles: true, cancelable: true }}); {hand.root}.dispatchEvent(drop); }})()"
    )


def test_motions_and_states_are_dropped_and_bad_ones_are_one_line(panel, tmp_path):
    hand, _, folder = panel
    write_amass(tmp_path / "dance.npz", named_motion("walk", 1.0, 24.0))
    drop(hand, **{"dance.npz": (tmp_path / "dance.npz").read_bytes()})
    hand.browser.wait(f"{hand.find('[aria-label=Motion]')}.value === 'dance.npz'")
    hand.browser.wait(f"{LINE}.startsWith('dance.npz: AMASS SMPL-X, 24 frames at 24 fps')")
    assert "shape: 16 coefficients" in hand.browser.evaluate(hand.find(".lca-notes") + ".textContent")
    drop(hand, **{"face.csv": b"a,b\n1,2\n"})
    assert "52 ARKit columns in face.csv" in hand.browser.wait("document.querySelector('.lca-error')?.textContent")
    drop(hand, **{"long.bvh": 61_000_000})
    hand.browser.wait(f"{LINE} === 'expected a motion of at most 60 MB, got 61 MB: long.bvh; cut it into parts'")
    hand.click("Write the state as JSON")
    until(lambda: list(folder.glob("state_*.json")))
    (state,) = folder.glob("state_*.json")
    drop(hand, **{"mine.json": json.dumps(json.loads(state.read_text())).encode()})
    hand.browser.wait(f"{LINE} === 'state loaded'")


def test_an_environment_is_dropped_and_shines(panel, tmp_path):
    hand, desks, _ = panel
    write_hdr(tmp_path / "room.hdr")
    drop(hand, **{"room.hdr": (tmp_path / "room.hdr").read_bytes()})
    hand.browser.wait(f"{hand.find('[aria-label=Light]')}.value === 'room.hdr'")
    hand.browser.wait(f"{LINE} === 'room.hdr is in the list of lights'")
    hand.choose("Light", "")
    until(lambda: desks[-1].state.light.sky is None)
    hand.choose("Light", "room.hdr")
    until(lambda: desks[-1].state.light.sky == "room.hdr")
    drop(hand, **{"vast.exr": 61_000_000})
    hand.browser.wait(f"{LINE} === 'expected a light of at most 60 MB, got 61 MB: vast.exr; make it smaller'")
    hand.choose("Light", "")


def test_a_recording_holds_the_page_and_becomes_a_motion_of_the_list(panel):
    hand, desks, folder = panel
    hand.choose("A recording is written as", "motion files")
    assert not hand.browser.evaluate(ASKED)
    hand.click("Record what you do, as a film or a motion")
    hand.browser.wait(ASKED)
    hand.push("left_elbow.bend", 90)
    until(lambda: len(desks[-1].recording.states) > 1)
    hand.click("Record what you do, as a film or a motion")
    hand.browser.wait(f"[...{hand.find('[aria-label=Motion]')}.options].some((o) => o.value === 'recording 1')")
    until(lambda: len(list(folder.glob("recording_001.*"))) == 3 and not desks[-1].tasks.running("film"))
    assert len(read_motion(folder / "recording_001.npz").motion) == len(desks[-1].scene.motions["recording 1"])
    hand.browser.wait(f"!{ASKED}")


def test_the_menu_exports(panel):
    hand, _, folder = panel
    hand.choose("What to export", "splats .spz")
    hand.click("Write it into the panel\\'s folder, for other programs")
    until(lambda: (folder / "splats_001.spz").is_file())
    hand.browser.wait(f"{LINE}.includes('splats_001.spz')")


def test_a_reloaded_page_is_as_it_was_and_a_pose_tells_what_it_ends(panel):
    hand, desks, _ = panel
    hand.choose("Motion", "walk")
    hand.choose("Background", "#204060", "input", "change")
    hand.push("jawOpen", 0.6)
    desks[-1].receive({"kind": "seek", "time": 1.5, "final": True})
    until(lambda: desks[-1].state.look.background == "#204060" and desks[-1].state.held)
    before, count = desks[-1].state, len(desks)
    hand.browser.evaluate("window.old = true")
    hand.browser.call("Page.reload")
    hand.browser.wait("!window.old && document.querySelector('.lca-view')?.dataset.frame > 0")
    hand.browser.wait(f"{hand.find('[aria-label=Motion]')}.value === 'walk'")
    hand.browser.wait(f"{hand.find('.lca-scrub')}.value === '1.5'")  # a frame from before may show 0 at first
    assert hand.browser.evaluate(f"{hand.find('.lca-scrub')}.value") == "1.5"
    assert hand.browser.evaluate(f"{hand.find('[aria-label=Background]')}.value") == "#204060"
    assert float(hand.browser.evaluate(hand.find('[data-channel="jawOpen"]') + ".value")) == 0.6
    assert (desks[-1].state, len(desks)) == (before, count)
    hand.click("Pose: squat")
    hand.browser.wait(f"{LINE} === 'walk was left at 1.5 s: undo, or choose it again, to come back'")
