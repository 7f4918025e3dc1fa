// The time line: which motion, play, scrub, loop, speed.

function makeTimeline(outbox, shared) {
  let [playing, scrubbing] = [false, false];
  const motion = choice("Motion", [], (name) => outbox.post({ kind: "motion", name: name || null }));
  const play = button("", "Play", () => shared.togglePlay(), "play");
  const scrub = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, "aria-label": "Time", class: "lca-scrub" });
  const clock = h("output", { class: "lca-clock" }, "0.0 s");
  const loop = checkbox("loop", () => timing());
  const speed = choice("Speed", [0.1, 0.25, 0.5, 1, 1.5, 2, 4], () => timing());
  for (const option of speed.options) option.textContent = `${option.value} ×`;
  speed.value = "1";

  const timing = () => outbox.post({ kind: "timing", speed: Number(speed.value), loop: loop.input.checked });
  shared.togglePlay = () => outbox.post({ kind: "play", playing: !playing });
  scrub.addEventListener("input", () => {
    scrubbing = true;
    show(Number(scrub.value));
    outbox.stream("seek", { kind: "seek", time: Number(scrub.value), stamp: performance.now() });
  });
  scrub.addEventListener("change", () => {
    scrubbing = false;
    outbox.post({ kind: "seek", time: Number(scrub.value), stamp: performance.now(), final: true });
  });

  function show(time) {
    clock.textContent = `${time.toFixed(1)} s`;
    scrub.setAttribute("aria-valuetext", `${time.toFixed(1)} of ${Number(scrub.max).toFixed(1)} seconds`);
  }

  function update(state) {
    playing = state.playing;
    motion.value = state.motion ?? "";
    scrub.max = Math.max(0.01, state.duration);
    scrub.disabled = play.disabled = !state.motion;
    if (play.ariaLabel !== (playing ? "Pause" : "Play")) relabel(play, "", playing ? "Pause" : "Play", playing ? "pause" : "play");
    loop.input.checked = state.loop;
    speed.value = String(state.speed);
    tick(state.time);
  }

  function tick(time) {
    if (scrubbing) return;
    scrub.value = time;
    show(time);
  }

  function setup(spec) {
    motion.replaceChildren(h("option", { value: "" }, "no motion"));
    for (const name of spec.motions) motion.append(h("option", { value: name }, name));
  }

  const element = h("div", { class: "lca-row lca-time", role: "group", "aria-label": "Time line" },
    motion, play, scrub, clock, loop.label, speed);
  return { element, setup, update, tick };
}
