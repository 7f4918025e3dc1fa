// The whole panel on one element: joins the parts, listens to its host, says when the host does not answer.
// A host is { send(message, buffers), listen(callback) -> stop }, and may have a `still`: the address of a picture.

const PATIENCE = 8000; // milliseconds
const GONE = "no answer: the kernel or server is busy or gone; run the cell (or command) again";

function mount(host, root) {
  const shared = { eyes: "sliders", togglePlay: () => {}, say };
  let silence = null;
  const hear = () => {
    clearTimeout(silence);
    silence = null;
  };
  const send = (message, buffers = []) => {
    try {
      host.send(message, buffers);
    } catch {
      say(GONE, "error"); // a restarted kernel has closed the channel
      return;
    }
    if (silence === null && message.kind !== "ack" && message.kind !== "bye")
      silence = setTimeout(() => say(GONE, "error"), PATIENCE);
  };
  const outbox = new Outbox(send);
  const view = makeView(outbox, shared);
  const lamp = makeLamp(outbox, view.element);
  const timeline = makeTimeline(outbox, shared);
  const unload = holdWhileKept();
  const sliders = makeSliders(outbox);
  const gallery = makeGallery(outbox);
  const tools = makeTools(outbox, shared);
  const line = h("div", { class: "lca-message", role: "status", "aria-live": "polite" });
  const doing = h("span");
  const progress = h("progress", { "aria-label": "Progress" });
  const stopping = button("stop", "Stop, and keep what there is", () => outbox.post({ kind: "stop" }));
  const work = h("div", { class: "lca-work", hidden: true }, doing, progress, stopping);
  const notes = h("ul", { class: "lca-notes", "aria-label": "About the files" });
  let people = 1;

  function say(text, level) {
    line.textContent = text;
    line.classList.toggle("lca-error", level === "error");
    line.setAttribute("role", level === "error" ? "alert" : "status");
  }

  const on = {
    setup(message) {
      people = message.people;
      view.forget();
      for (const part of [timeline, gallery, tools, lamp]) part.setup(message);
      sliders.setup(message, [{ name: "Poses", element: gallery.element }]);
      outbox.post({ kind: "thumbnails" });
    },
    state(message) {
      shared.eyes = message.eyes;
      view.resize(message.look.size, people);
      for (const part of [timeline, sliders, gallery, tools, lamp, unload]) part.update(message);
    },
    frame(message, [buffer]) {
      timeline.tick(message.time);
      lamp.show(message.lamp, message.stamp ?? 0);
      return view.paint(message, buffer);
    },
    thumbnail: (message, [buffer]) => gallery.thumbnail(message.name, buffer),
    message: ({ text, level }) => say(text, level),
    motions: ({ names }) => timeline.setup({ motions: names }),
    progress({ done, whole, text, keeps }) {
      unload.progress(keeps && done < whole);
      work.hidden = done >= whole;
      [progress.max, progress.value] = [whole, done];
      doing.textContent = `${text} (${done} of ${whole})`;
    },
    notes: ({ lines }) => notes.replaceChildren(...lines.map((line) => h("li", {}, line))),
  };
  const stop = host.listen((message, buffers) => {
    hear();
    return on[message.kind]?.(message, buffers);
  });

  const seen = () => send({ kind: document.hidden ? "bye" : "back" });
  document.addEventListener("visibilitychange", seen);
  root.classList.add("lca-panel");
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's single keys stay out
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer.files.length) tools.sendFiles([...event.dataTransfer.files]);
  });
  root.append(
    h("div", { class: "lca-stage" }, lamp.element, timeline.element, work, line, notes, tools.element),
    sliders.element,
  );
  if (host.still) view.stand(host.still);
  send({ kind: "hello" });

  return () => {
    document.removeEventListener("visibilitychange", seen);
    for (const part of [outbox, view, gallery, unload]) part.close();
    hear();
    send({ kind: "bye" });
    stop();
  };
}

// In a notebook: the host is the widget's model.
function render({ model, el }) {
  const host = {
    still: model.get("still"),
    send: (message, buffers) => model.send(message, undefined, buffers),
    listen(callback) {
      const hear = (message, buffers) => callback(message, buffers);
      model.on("msg:custom", hear);
      return () => model.off("msg:custom", hear);
    },
  };
  return mount(host, el);
}

export { mount };
export default { render };
