// Elements in one call, and an outbox that sends streams of events no faster than they can be used.

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// A button with a text, an icon, or both.
function button(text, label, onclick, picture = null) {
  const parts = [picture && icon(picture), text && h("span", {}, text)].filter(Boolean);
  return h("button", { type: "button", "aria-label": label, title: label, onclick }, ...parts);
}

// Another text, icon or name for what a button does.
function relabel(element, text, label, picture = null) {
  element.replaceChildren(...[picture && icon(picture), text && h("span", {}, text)].filter(Boolean));
  for (const name of ["aria-label", "title"]) element.setAttribute(name, label);
}

function choice(label, values, onchange) {
  const select = h("select", { "aria-label": label, title: label });
  for (const value of values) select.append(h("option", { value }, String(value)));
  select.addEventListener("change", () => onchange(select.value));
  return select;
}

function checkbox(text, onchange) {
  const input = h("input", { type: "checkbox" });
  input.addEventListener("change", () => onchange(input.checked));
  return { input, label: h("label", { class: "lca-check" }, input, text) };
}

function filePicker(text, label, accept, multiple, onfiles, picture = null) {
  const input = h("input", { type: "file", accept, multiple, "aria-label": label, title: label });
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) await onfiles(files);
  });
  return h("label", { class: "lca-file" }, ...(picture ? [icon(picture)] : []), h("span", {}, text), input);
}

// A heading that folds what belongs under it.
function section(name, open, ...content) {
  return h("details", { open }, h("summary", {}, name), h("div", {}, ...content));
}

const PAUSE = 12; // milliseconds between two messages of one stream

class Outbox {
  constructor(send) {
    this.send = send;
    this.page = Math.random().toString(36).slice(2);
    this.posted = 0;
    this.waiting = new Map();
    this.sent = -Infinity;
    this.timer = null;
  }

  // The newest of a stream: `merge` joins it with one that has not been sent yet.
  stream(key, message, merge = (older, newer) => newer) {
    const older = this.waiting.get(key);
    this.waiting.set(key, older ? merge(older, message) : message);
    const wait = this.sent + PAUSE - performance.now();
    if (wait <= 0) this.flush();
    else if (this.timer === null) this.timer = setTimeout(() => this.flush(), wait);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    this.sent = performance.now();
    const messages = [...this.waiting.values()];
    this.waiting.clear();
    for (const message of messages) this.send(message);
  }

  // At once, after whatever waits. The desk answers each post with a state that has `heard` of it.
  post(message, buffers = []) {
    if (this.waiting.size) this.flush();
    this.posted += 1;
    this.send({ ...message, post: { page: this.page, number: this.posted } }, buffers);
  }

  // Whether a state is of before the newest post: what stands on the page is newer, and another state will follow.
  outdates({ heard }) {
    return heard?.page === this.page && heard.number < this.posted;
  }

  close() {
    clearTimeout(this.timer);
    this.waiting.clear();
  }
}
