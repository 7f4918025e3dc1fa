// Poses as small pictures, expressions as buttons, two keyed poses and what lies between them.

function makeGallery(outbox) {
  const poses = h("div", { class: "lca-gallery", role: "group", "aria-label": "Pose library" });
  const faces = h("div", { class: "lca-row", role: "group", "aria-label": "Expressions" });
  const strength = h("input", { type: "range", min: 0, max: 1, step: 0.05, value: 1 });
  const share = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, disabled: true });
  const eyes = choice("Eyes look", [], (mode) => outbox.post({ kind: "eyes", mode }));
  const keys = ["A", "B"].map((letter, slot) =>
    button(`set ${letter}`, `Keep this pose as ${letter}`, () => outbox.post({ kind: "key", slot })));

  const blend = (final) => ({ kind: "blend", share: Number(share.value), stamp: performance.now(), final });
  share.addEventListener("input", () => outbox.stream("blend", blend(false)));
  share.addEventListener("change", () => outbox.post(blend(true)));

  function setup(spec) {
    poses.replaceChildren(...spec.poses.map((name) => {
      const picture = button("", `Pose: ${name}`, () => outbox.post({ kind: "pose", name }));
      picture.append(h("img", { alt: "", width: 72, height: 72 }), h("span", {}, name));
      picture.dataset.pose = name;
      return picture;
    }));
    faces.replaceChildren(...spec.emotions.map((name) =>
      button(name, `Expression: ${name}`, () => outbox.post({ kind: "emotion", name, strength: Number(strength.value) }))));
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
  }

  function close() {
    for (const image of poses.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  }

  const element = h("div", {}, poses, h("h4", {}, "Expression"), faces,
    h("label", { class: "lca-slider" }, h("span", {}, "strength"), strength),
    h("label", { class: "lca-slider" }, h("span", {}, "eyes look"), eyes),
    h("h4", {}, "Between two poses"), h("div", { class: "lca-row" }, ...keys),
    h("label", { class: "lca-slider" }, h("span", {}, "from A to B"), share));
  return { element, setup, thumbnail, update, close };
}
