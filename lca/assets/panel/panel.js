// The whole panel on one element: joins the parts, listens to its host, says when the host does not answer.
// A host is { send(message, buffers), listen(callback) -> stop }, and may have a `still`: the address of a picture.

const PATIENCE = 8000; // milliseconds
const GONE = "no answer: the kernel or server is busy or gone; run the cell (or command) again";

function mount(host, root) {
  const news = makeLine();
  const { say } = news;
  const shared = { eyes: "sliders", togglePlay: () => {}, say };
  let silence = null;
  const hear = () => {
    clearTimeout(silence);
    silence = null;
    news.forget("host");
  };
  const send = (message, buffers = []) => {
    try {
      host.send(message, buffers);
    } catch {
      say(GONE, "error", "host"); // a restarted kernel has closed the channel
      return;
    }
    if (silence === null && message.kind !== "ack" && message.kind !== "bye")
      silence = setTimeout(() => say(GONE, "error", "host"), PATIENCE);
  };
  const outbox = new Outbox(send);
  const view = makeView(outbox, shared);
  const lamp = makeLamp(outbox, view.element);
  const timeline = makeTimeline(outbox, shared);
  const unload = holdWhileKept();
  const sliders = makeSliders(outbox);
  const gallery = makeGallery(outbox);
  const tools = makeTools(outbox, shared);
  const aims = makeAims(outbox);
  const keys = makeKeys(outbox);
  const title = h("h1");
  const doing = h("span");
  const progress = h("progress", { "aria-label": "Progress" });
  const stopping = button("stop", "Stop, and keep what there is", () => outbox.post({ kind: "stop" }), "stop");
  const work = h("div", { class: "lca-work", hidden: true }, doing, progress, stopping);
  const notes = h("ul", { class: "lca-notes", "aria-label": "About the files" });
  const stand = h("div", { class: "lca-stand" }, lamp.element, aims.element);
  let [people, motion] = [1, null];
  lamp.element.append(aims.tags);

  const on = {
    setup(message) {
      people = message.people;
      title.textContent = message.names.join(" and ");
      if (host.page) document.title = `${title.textContent} · avatar panel`;
      stand.style.setProperty("--people", people);
      view.forget();
      for (const part of [timeline, gallery, tools, lamp, aims]) part.setup(message);
      sliders.setup(message, [{ name: "Poses", element: gallery.element }], { Face: gallery.face, View: tools.seen });
      outbox.post({ kind: "thumbnails" });
    },
    state(message) {
      if (outbox.outdates(message)) return;
      shared.eyes = message.eyes;
      if (message.motion !== motion) news.forget("motion");
      motion = message.motion;
      stand.style.background = message.look.background;
      view.resize(message.look.size, people);
      for (const part of [timeline, sliders, gallery, tools, lamp, unload]) part.update(message);
    },
    frame(message, [buffer]) {
      timeline.tick(message.time);
      lamp.show(message.lamp, message.stamp ?? 0);
      return view.paint(message, buffer);
    },
    thumbnail: (message, [buffer]) => gallery.thumbnail(message.name, buffer),
    message: ({ text, level, about }) => say(text, level, about),
    worked: ({ about }) => news.forget(about),
    offered: ({ motions, lights }) => {
      timeline.setup({ motions });
      tools.offer(lights);
    },
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
  // JupyterLab's single keys stay out; it asks the element that has the focus before those round it
  const keep = ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true");
  keep({ target: root });
  root.addEventListener("focusin", keep);
  root.addEventListener("keydown", (event) => passOn(event, root));
  const ears = host.page ? document : root;
  ears.addEventListener("keydown", keys.press);
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer.files.length) tools.sendFiles([...event.dataTransfer.files]);
  });
  root.classList.toggle("lca-page", Boolean(host.page));
  root.append(h("div", { class: "lca-body" },
    h("header", { class: "lca-head" }, title, tools.edit, keys.opener),
    h("div", { class: "lca-stage" }, stand, timeline.element, work, news.element, notes, tools.element),
    sliders.element, keys.element));
  if (host.still) view.stand(host.still);
  send({ kind: "hello" });

  return () => {
    document.removeEventListener("visibilitychange", seen);
    ears.removeEventListener("keydown", keys.press);
    for (const part of [outbox, view, gallery, news, unload]) part.close();
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
