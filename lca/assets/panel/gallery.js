// Poses as small pictures, two keyed poses and what lies between them; expressions as buttons, and where the eyes look.

function makeGallery(outbox) {
  const poses = h("div", { class: "lca-gallery", role: "group", "aria-label": "Pose library" });
  const faces = h("div", { class: "lca-row", role: "group", "aria-label": "Expressions" });
  const strength = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 1, "aria-label": "Strength of the expression" });
  const strong = h("output");
  let worn = null; // the expression that the strength is of
  const share = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, disabled: true });
  const eyes = choice("Eyes look", [], (mode) => outbox.post({ kind: "eyes", mode }));
  const keys = ["A", "B"].map((letter, slot) =>
    button(`set ${letter}`, `Keep this pose as ${letter}`, () => outbox.post({ kind: "key", slot })));

  const showStrength = () => (strong.textContent = UNITS.share.show(Number(strength.value)));
  const express = (kind, more = {}) => ({ kind, name: worn, strength: Number(strength.value), ...more });
  strength.addEventListener("input", () => {
    showStrength();
    if (worn) outbox.stream("strength", express("strength", { stamp: performance.now() }));
  });
  strength.addEventListener("change", () => {
    if (worn) outbox.post(express("strength", { final: true }));
  });

  function wear(name) {
    if (name === "neutral") worn = null;
    else {
      worn = name;
      if (!Number(strength.value)) strength.value = 1;
    }
    outbox.post(express("emotion", { name }));
  }

  const blend = (final) => ({ kind: "blend", share: Number(share.value), stamp: performance.now(), final });
  share.addEventListener("input", () => outbox.stream("blend", blend(false)));
  share.addEventListener("change", () => outbox.post(blend(true)));

  function setup(spec) {
    const whom = whomOf(spec);
    poses.replaceChildren(...spec.poses.map((name) => {
      const picture = button("", `Pose: ${name}${whom}`, () => outbox.post({ kind: "pose", name }));
      picture.append(h("img", { alt: "", width: 72, height: 72 }), h("span", {}, name));
      picture.dataset.pose = name;
      return picture;
    }));
    faces.replaceChildren(...spec.emotions.map((name) => {
      const face = button(name, `Expression: ${name}${whom}`, () => wear(name));
      face.dataset.face = name;
      return face;
    }));
    eyes.replaceChildren(...spec.gazes.map((mode) =>
      h("option", { value: mode }, { sliders: "as the sliders say", camera: "at the camera", pointer: "at the pointer" }[mode])));
  }

  function thumbnail(name, buffer) {
    const image = [...poses.children].find((item) => item.dataset.pose === name)?.querySelector("img");
    if (!image) return;
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(new Blob([buffer], { type: "image/jpeg" }));
  }

  function update(state) {
    share.disabled = !(state.keys[0] && state.keys[1]);
    keys.forEach((key, slot) => key.setAttribute("aria-pressed", String(state.keys[slot])));
    eyes.value = state.eyes;
    if (state.expressed) {
      worn = state.expression;
      strength.value = state.expressed;
    }
    for (const face of faces.children) {
      const on = face.dataset.face === state.expression;
      face.setAttribute("aria-pressed", String(on));
    }
    showStrength();
  }

  function close() {
    for (const image of poses.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  }

  const element = h("div", {}, poses, section("Between two poses", true, h("div", { class: "lca-row" }, ...keys),
    h("label", { class: "lca-slider" }, h("span", {}, "from A to B"), share, h("output"))));
  const face = h("div", {}, faces,
    h("label", { class: "lca-slider" }, h("span", {}, "strength"), strength, strong),
    h("label", { class: "lca-slider" }, h("span", {}, "eyes look"), eyes));
  return { element, face, setup, thumbnail, update, close };
}
