"use strict";
// The window: what fingers, mouse, keys and clock do to the view and the time. It paints only when something changed.
(() => {
  const find = (id) => document.getElementById(id);
  const canvas = find("canvas"), play = find("play"), slider = find("time"), speed = find("speed"), clock = find("clock");
  const LOW = -1.5, HIGH = 1.5; // of the elevation, just short of the poles
  let clip, actor, sort, picture, gl, view, home;
  let time = 0, playing = false, posed = NaN, asked = false, before = 0;

  function fail(text) {
    find("message").textContent = text;
    document.body.dataset.state = "failed";
  }

  async function read() {
    if (!("DecompressionStream" in window)) {
      throw new Error("it needs DecompressionStream (Chrome 80, Firefox 113, Safari 16.4 or newer)");
    }
    const text = atob(find("clip").textContent), packed = new Uint8Array(text.length);
    for (let i = 0; i < packed.length; i++) packed[i] = text.charCodeAt(i);
    const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return engine.unpack(new Uint8Array(await new Response(bytes).arrayBuffer()));
  }

  // Pixels per unit of slope; a window much narrower than high sees a little more from top to bottom.
  const focal = () => Math.min(canvas.height, 1.5 * canvas.width) / 2 / Math.tan(clip.view.field_of_view / 2);

  function ask() {
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  }

  function frame(now) {
    asked = false;
    if (gl.isContextLost()) return;
    const whole = engine.duration(clip);
    if (playing && whole > 0) {
      time = (time + Math.min(now - before, 100) / 1000 * Number(speed.value)) % whole;
      before = now;
      slider.value = time;
      ask();
    }
    if (time !== posed) {
      actor.pose(time);
      picture.take(actor.splats);
      posed = time;
      clock.textContent = `${time.toFixed(1)} s`;
    }
    const camera = engine.camera(view);
    picture.paint(sort(actor.splats, camera.forward), camera, focal());
  }

  function set(wanted) {
    playing = wanted && engine.duration(clip) > 0;
    play.dataset.playing = playing;
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    before = performance.now();
    ask();
  }

  function seek(seconds) {
    time = Math.min(Math.max(seconds, 0), engine.duration(clip));
    slider.value = time;
    ask();
  }

  function look(change) {
    view = { ...view, ...change };
    view.elevation = Math.min(HIGH, Math.max(LOW, view.elevation));
    view.distance = Math.min(20 * home.distance, Math.max(0.05 * home.distance, view.distance));
    ask();
  }

  const reset = () => look(home);
  const turn = (dx, dy) => look({ azimuth: view.azimuth - dx * 0.008, elevation: view.elevation + dy * 0.008 });

  // Times as far away, with what is under a place of the page (pixels) staying under it; without a place, the middle.
  function zoom(factor, place = null) {
    const before = view.distance;
    look({ distance: before * factor });
    if (place === null) return;
    const box = canvas.getBoundingClientRect(), slip = 1 - before / view.distance;
    pan(slip * (place.x - box.left - box.width / 2), slip * (place.y - box.top - box.height / 2));
  }

  // Move the target with the pointer: dx, dy in pixels of the page.
  function pan(dx, dy) {
    const { right, down } = engine.camera(view), metres = (view.distance * canvas.height) / focal() / canvas.clientHeight;
    look({ target: view.target.map((v, axis) => v - metres * (dx * right[axis] + dy * down[axis])) });
  }

  // One pointer turns (shift or another button: pans), two pan and zoom, a double click or double tap resets.
  function listen() {
    const pointers = new Map();
    let tapped = -Infinity, moved = 0;
    const middle = () => {
      const all = [...pointers.values()], mean = (pick) => all.reduce((sum, p) => sum + pick(p), 0) / all.length;
      const x = mean((p) => p.x), y = mean((p) => p.y);
      return { x, y, spread: mean((p) => Math.hypot(p.x - x, p.y - y)) };
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!pointers.has(event.pointerId)) return;
      const old = middle();
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const now = middle(), dx = now.x - old.x, dy = now.y - old.y;
      moved += Math.hypot(dx, dy);
      if (pointers.size > 1 || event.shiftKey || event.buttons & 6) pan(dx, dy);
      else turn(dx, dy);
      if (pointers.size > 1 && now.spread > 0) zoom(old.spread / now.spread, now);
    });
    for (const ending of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(ending, (event) => {
        if (pointers.delete(event.pointerId) && event.pointerType === "touch" && moved < 8) {
          if (event.timeStamp - tapped < 350) reset();
          tapped = event.timeStamp;
        }
      });
    }
    canvas.addEventListener("dblclick", reset);
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(Math.min(1, Math.max(-1, event.deltaY * (event.deltaMode ? 0.05 : 0.0015)))), { x: event.clientX, y: event.clientY });
    }, { passive: false });
    const keys = {
      ArrowLeft: () => turn(-20, 0), ArrowRight: () => turn(20, 0), ArrowUp: () => turn(0, -20), ArrowDown: () => turn(0, 20),
      "+": () => zoom(0.9), "-": () => zoom(1.1), Home: reset, " ": () => set(!playing),
    };
    canvas.addEventListener("keydown", (event) => {
      if (event.key in keys) {
        event.preventDefault();
        keys[event.key]();
      }
    });
    play.addEventListener("click", () => set(!playing));
    find("reset").addEventListener("click", reset);
    slider.addEventListener("input", () => {
      set(false);
      seek(Number(slider.value));
    });
    new ResizeObserver(resize).observe(canvas);
  }

  function resize() {
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * sharp));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * sharp));
    ask();
  }

  function raise() {
    picture = painter(gl, clip.gaussians, clip.background);
    posed = NaN;
    find("message").textContent = "";
  }

  async function start() {
    gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
    if (!gl) throw new Error("it needs WebGL 2, which this browser lacks or has switched off");
    clip = await read();
    home = clip.view;
    view = { ...home };
    actor = engine.actor(clip);
    sort = engine.sorter(clip.gaussians);
    slider.max = engine.duration(clip);
    raise();
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      find("message").textContent = "The graphics were interrupted; the picture returns when the browser allows it.";
    });
    canvas.addEventListener("webglcontextrestored", () => {
      raise();
      ask();
    });
    listen();
    resize();
    set(!window.matchMedia("(prefers-reduced-motion: reduce)").matches);
    window.player = { seek, look, reset, play: () => set(true), pause: () => set(false), state: () => ({ time, playing, view }) };
    document.body.dataset.state = "ready";
  }

  start().catch((error) => fail(`This avatar cannot be shown here: ${error.message}.`));
})();
