// The picture: paints frames, acknowledges them, and turns pointer, wheel and keys into camera messages.

const VIEW_LABEL =
  "Avatar. Drag to orbit, shift and drag to pan, wheel to zoom, double-click to reset. " +
  "Keys: arrows orbit, shift and arrows pan, plus and minus zoom, Home resets, space plays.";
const STEP = 0.03; // of the picture's height, for one arrow key

function addUp(older, newer) {
  return { ...newer, right: older.right + newer.right, down: older.down + newer.down };
}

function makeView(outbox, shared) {
  const canvas = h("canvas", {
    class: "lca-view", tabindex: 0, role: "application", "aria-roledescription": "3D view",
    "aria-label": VIEW_LABEL, width: 512, height: 512,
  });
  const context = canvas.getContext("2d");
  let painted = 0;
  let drag = null;

  const share = (pixels) => pixels / Math.max(1, canvas.clientHeight);
  const turn = (kind, right, down) =>
    outbox.stream(kind, { kind, right, down, stamp: performance.now() }, addUp);
  const zoom = (factor) =>
    outbox.stream("zoom", { kind: "zoom", factor, stamp: performance.now() }, (older, newer) => ({
      ...newer, factor: older.factor * newer.factor,
    }));
  const rest = () => outbox.post({ kind: "zoom", factor: 1, final: true });
  let calm = null;
  const restSoon = () => {
    clearTimeout(calm);
    calm = setTimeout(rest, 200);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    drag = { x: event.clientX, y: event.clientY, kind: event.shiftKey ? "pan" : "orbit", moved: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag) {
      turn(drag.kind, share(event.clientX - drag.x), share(event.clientY - drag.y));
      drag = { ...drag, x: event.clientX, y: event.clientY, moved: true };
    } else if (shared.eyes === "pointer") {
      const box = canvas.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      const y = (event.clientY - box.top) / box.height;
      outbox.stream("point", { kind: "point", x, y, stamp: performance.now() });
    }
  });
  const drop = () => {
    if (drag?.moved) rest();
    drag = null;
  };
  canvas.addEventListener("pointerup", drop);
  canvas.addEventListener("pointercancel", drop);
  canvas.addEventListener("dblclick", () => outbox.post({ kind: "home" }));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY * 0.0012))));
    restSoon();
  }, { passive: false });

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
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
    } else if (event.key === "Home" || event.key === "0") outbox.post({ kind: "home" });
    else if (event.key === " ") shared.togglePlay();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) outbox.post({ kind: "undo" });
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

  return { element: canvas, paint, resize, close: () => clearTimeout(calm), forget: () => (painted = 0) };
}
