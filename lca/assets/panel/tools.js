// How the picture is made, and everything that goes into files: photos, motions, lights, snapshots, recordings, exports, states.

const LARGEST_SIDE = 2048; // pixels of a photo on its way
const MOST_BYTES = 3e6;

// A photo as bytes; large ones are made smaller here, which also turns them upright. What is no picture goes as it is, cut
// short: the answer says what is wrong with it.
async function photoBytes(file) {
  if (file.size <= MOST_BYTES) return file.arrayBuffer();
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return file.slice(0, 65536).arrayBuffer();
  }
  const scale = Math.min(1, LARGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = h("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return blob.arrayBuffer();
}

function makeTools(outbox, shared) {
  const look = (change) => outbox.post({ kind: "look", ...change });
  const background = h("input", { type: "color", value: "#ffffff", "aria-label": "Background", title: "Background" });
  background.addEventListener("input", () => look({ background: background.value }));
  const picture = choice("Picture shows", [], (value) => look({ picture: value }));
  const size = choice("Render size in pixels", [], (value) => look({ size: Number(value) }));
  const skeleton = checkbox("skeleton", (on) => look({ skeleton: on }));
  const anchors = checkbox("anchors", (on) => look({ anchors: on }));
  const light = choice("Light", [], (value) => outbox.post({ kind: "light", sky: value || null }));
  const lamp = checkbox("lamp", (on) => outbox.post({ kind: "light", lamp: on }));
  const exporting = makeExports(outbox);
  const order = (text, label, message, picture) => button(text, label, () => outbox.post(message), picture);
  const undo = order("", "Undo", { kind: "undo" }, "undo");
  const redo = order("", "Redo", { kind: "redo" }, "redo");
  const reset = order("reset", "Standing, face at rest, shape of the photos", { kind: "reset" }, "reset");
  const floor = order("feet on floor", "Put the feet on the floor", { kind: "floor" }, "floor");
  const release = order("release", "Let the motion move what was held by sliders", { kind: "release" }, "release");
  const photos = filePicker("photos…", "Make an avatar from 1 to 16 photos of one person", "image/*", true, sendPhotos, "photos");
  const recording = makeRecording(outbox);

  async function sendPhotos(files) {
    const buffers = await Promise.all(files.map(photoBytes));
    outbox.post({ kind: "photos", names: files.map((file) => file.name) }, buffers);
  }

  const dropped = makeDropped(outbox, shared, sendPhotos);

  const environment = filePicker("light…", "Light of an environment: an equirectangular hdr or exr", ".hdr,.exr", false, dropped.sendAny, "light");

  // Every button says whom it acts on.
  function address(names) {
    const [[first], all, alone] = [names, names.join(" and "), names.length === 1];
    relabel(reset, "reset", `${all}: standing, face at rest, shape of the photos`, "reset");
    relabel(floor, "feet on floor", `Put the feet of ${first} on the floor`, "floor");
    photos.querySelector("span").textContent = alone ? "photos…" : `photos for ${first}…`;
    const made = alone ? "Make an avatar" : `Make another avatar in the place of ${first}`;
    for (const name of ["aria-label", "title"])
      photos.querySelector("input").setAttribute(name, `${made} from 1 to 16 photos of one person`);
  }

  function setup(spec) {
    address(spec.names);
    for (const part of [recording, exporting]) part.setup(spec);
    for (const [select, values] of [[picture, spec.pictures], [size, spec.sizes]])
      select.replaceChildren(...values.map((value) => h("option", { value }, String(value))));
    offer(spec.lights);
    light.disabled = lamp.input.disabled = environment.querySelector("input").disabled = !spec.relit;
    light.title = lamp.label.title = spec.relit ? "Light" : "This avatar was made without the relighting head: it does not know its materials";
  }

  function offer(lights) {
    light.replaceChildren(h("option", { value: "" }, "light of the photos"), ...lights.map((value) => h("option", { value }, value)));
  }

  function update(state) {
    background.value = state.look.background;
    [picture.value, size.value] = [state.look.picture, String(state.look.size)];
    [skeleton.input.checked, anchors.input.checked] = [state.look.skeleton, state.look.anchors];
    [light.value, lamp.input.checked] = [state.sky ?? "", state.lamp !== null];
    [undo.disabled, redo.disabled] = [!state.undo, !state.redo];
    release.hidden = !state.held.length;
    recording.update(state);
  }

  const edit = h("div", { class: "lca-row", role: "group", "aria-label": "Edit" }, undo, redo, reset, floor, release);
  const named = (text, control) => h("label", { class: "lca-slider" }, h("span", {}, text), control);
  const seen = h("div", {}, named("picture shows", picture), named("size in pixels", size), named("light", light),
    named("background", background),
    h("div", { class: "lca-row", role: "group", "aria-label": "Over the picture" }, lamp.label, skeleton.label, anchors.label));
  const element = h("div", { class: "lca-files" },
    h("div", { class: "lca-row", role: "group", "aria-label": "Files" }, photos,
      filePicker("motion…", "Play a motion file: npz, bvh (with a mapping .json if need be), json or csv", ".npz,.bvh,.json,.csv", true, dropped.sendAny, "motion"), environment,
      order("snapshot", "Write this picture as a PNG", { kind: "snapshot" }, "snapshot"), recording.element, exporting.element,
      order("save state", "Write the state as JSON", { kind: "save" }, "save"),
      filePicker("load state…", "Load a state that was saved", ".json,application/json", false, dropped.sendState, "load")));
  return { element, edit, seen, setup, offer, update, sendFiles: dropped.sendAny };
}
