// The picture: paints frames, acknowledges them, and turns fingers, pointer, wheel and keys into camera messages.

const VIEW_LABEL =
  "Avatar. Drag to orbit, shift and drag to pan, wheel or pinch to zoom, double-click to reset. " +
  "Keys: arrows orbit, shift and arrows pan, plus and minus zoom, 1 body, 2 head, 3 hands, Home resets, space plays.";
const STEP = 0.03; // of the picture's height, for one arrow key
const TAP = 350; // milliseconds between two taps that are one double tap
const STILL = 8; // pixels that a finger may slip in a tap

function addUp(older, newer) {
  return { ...newer, right: older.right + newer.right, down: older.down + newer.down };
}

function makeView(outbox, shared) {
  const canvas = h("canvas", {
    class: "lca-view", tabindex: 0, role: "application", "aria-roledescription": "3D view",
    "aria-label": VIEW_LABEL, width: 512, height: 512,
  });
  const context = canvas.getContext("2d");
  const pointers = new Map();
  let [painted, slipped, changed, tapped] = [0, 0, false, -Infinity];

  const share = (pixels) => pixels / Math.max(1, canvas.clientHeight);
  const placed = (x, y) => {
    const box = canvas.getBoundingClientRect();
    return { x: (x - box.left) / box.width, y: (y - box.top) / box.height };
  };
  const turn = (kind, right, down) =>
    outbox.stream(kind, { kind, right, down, stamp: performance.now() }, addUp);
  const zoom = (factor, place = {}) =>
    outbox.stream("zoom", { kind: "zoom", factor, ...place, stamp: performance.now() }, (older, newer) => ({
      ...newer, factor: older.factor * newer.factor,
    }));
  const rest = () => outbox.post({ kind: "zoom", factor: 1, final: true });
  let calm = null;
  const restSoon = () => {
    clearTimeout(calm);
    calm = setTimeout(rest, 200);
  };

  // The middle of the fingers that are down, and how far they are from it, in pixels.
  function middle() {
    const all = [...pointers.values()];
    const mean = (pick) => all.reduce((sum, p) => sum + pick(p), 0) / all.length;
    const [x, y] = [mean((p) => p.x), mean((p) => p.y)];
    return { x, y, spread: mean((p) => Math.hypot(p.x - x, p.y - y)) };
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) [slipped, changed] = [0, false];
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) {
      if (shared.eyes === "pointer" && !pointers.size)
        outbox.stream("point", { kind: "point", ...placed(event.clientX, event.clientY), stamp: performance.now() });
      return;
    }
    const old = middle();
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const now = middle();
    slipped += Math.hypot(now.x - old.x, now.y - old.y) + Math.abs(now.spread - old.spread);
    changed = true;
    turn(pointers.size > 1 || event.shiftKey ? "pan" : "orbit", share(now.x - old.x), share(now.y - old.y));
    if (pointers.size > 1 && now.spread > 0) zoom(old.spread / now.spread, placed(now.x, now.y));
  });
  const lift = (event) => {
    if (!pointers.delete(event.pointerId) || pointers.size) return;
    if (changed) rest();
    if (event.type === "pointerup" && event.pointerType === "touch" && slipped < STILL) {
      if (event.timeStamp - tapped < TAP) outbox.post({ kind: "home" });
      tapped = event.timeStamp;
    }
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("dblclick", () => outbox.post({ kind: "home" }));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY * 0.0012))), placed(event.clientX, event.clientY));
    restSoon();
  }, { passive: false });

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const parts = Object.fromEntries(AIMS.map(([part, key]) => [key, part]));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return; // the whole panel's
    if (event.key in arrows) {
      const [right, down] = arrows[event.key];
      turn(event.shiftKey ? "pan" : "orbit", STEP * right, STEP * down);
      restSoon();
    } else if (event.key === "+" || event.key === "=") {
      zoom(0.93);
      restSoon();
    } else if (event.key === "-") {
      zoom(1.07);
      restSoon();
    } else if (event.key in parts) outbox.post({ kind: "aim", part: parts[event.key] });
    else if (event.key === "Home" || event.key === "0") outbox.post({ kind: "home" });
    else if (event.key === " ") shared.togglePlay();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function resize(size, people) {
    const [width, height] = [size * people, size];
    if (canvas.width === width && canvas.height === height) return;
    const before = canvas.width ? context.getImageData(0, 0, canvas.width, canvas.height) : null;
    [canvas.width, canvas.height] = [width, height];
    if (before) context.putImageData(before, 0, 0);
    canvas.style.aspectRatio = `${people} / 1`;
  }

  async function paint(message, buffer) {
    try {
      const bitmap = await createImageBitmap(new Blob([buffer], { type: "image/jpeg" }));
      if (message.number > painted) {
        painted = message.number;
        context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        canvas.dataset.frame = message.number;
        canvas.dispatchEvent(new CustomEvent("lca:frame", { detail: message, bubbles: true }));
      }
      bitmap.close();
    } finally {
      outbox.send({ kind: "ack", number: message.number });
    }
  }

  // A picture saved with a notebook: it stands until a frame comes.
  async function stand(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    if (painted) return;
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
    context.drawImage(image, 0, 0);
    canvas.dataset.still = true;
  }

  return { element: canvas, paint, resize, stand, close: () => clearTimeout(calm), forget: () => (painted = 0) };
}
