// A lamp as a small sun over the picture: dragged by the mouse, moved by the arrow keys. In the middle it shines from the viewer,
// at the edge from the side, in the corners from behind.

const NUDGE = 0.02; // of the picture's height, for one arrow key

function makeLamp(outbox, canvas) {
  const label = "Lamp. Drag it, or move it with the arrow keys: in the middle it shines from you, at the edge from the side.";
  const sun = h("button", { type: "button", class: "lca-lamp", "aria-label": label, title: label, hidden: true }, "☀");
  let people = 1;
  let half = 0; // of two people side by side, the one in whose square the handle is
  let [x, y] = [0.5, 0.5]; // shares of the whole picture
  let [held, moved, sent] = [false, false, 0];

  function place(across, down) {
    [x, y] = [across, down].map((share) => Math.min(1, Math.max(0, share)));
    [sun.style.left, sun.style.top] = [`${100 * x}%`, `${100 * y}%`];
  }

  function message(across, down) {
    place(across, down);
    half = Math.min(people - 1, Math.floor(x * people));
    sent = performance.now();
    return { kind: "lamp", x, y, stamp: sent };
  }

  const drop = () => {
    if (moved) outbox.post({ ...message(x, y), final: true });
    [held, moved] = [false, false];
  };

  sun.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    sun.setPointerCapture(event.pointerId);
    [held, moved] = [true, false];
  });
  sun.addEventListener("pointermove", (event) => {
    if (!held) return;
    moved = true;
    const box = canvas.getBoundingClientRect();
    outbox.stream("lamp", message((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
  });
  sun.addEventListener("pointerup", drop);
  sun.addEventListener("pointercancel", drop);

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  sun.addEventListener("keydown", (event) => {
    if (!(event.key in arrows)) return;
    const [right, down] = arrows[event.key];
    outbox.post({ ...message(x + (NUDGE * right) / people, y + NUDGE * down), final: !held });
    event.preventDefault();
    event.stopPropagation();
  });

  // Where the desk says that the handle is, in one person's square; news older than the hand's last move are none.
  function show(lamp, stamp = Infinity) {
    sun.hidden = !lamp;
    if (lamp && !held && stamp >= sent) place((half + lamp[0]) / people, lamp[1]);
  }

  function setup(spec) {
    people = spec.people;
    half = Math.min(half, people - 1);
  }

  const element = h("div", { class: "lca-picture" }, canvas, sun);
  return { element, setup, show, update: (state) => show(state.lamp) };
}
