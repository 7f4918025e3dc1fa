// The one line of news. It goes when it has been read, when what it spoke of has gone, or when what failed has worked.

const READING = { info: [8000, 80], error: [20000, 120] }; // milliseconds: at least, and for each letter

function makeLine() {
  const element = h("div", { class: "lca-message", role: "status", "aria-live": "polite" });
  let [topic, timer] = [null, null];

  function clear() {
    clearTimeout(timer);
    [topic, timer] = [null, null];
    element.textContent = "";
    element.classList.remove("lca-error");
  }

  function say(text, level = "info", about = null) {
    clear();
    element.setAttribute("role", level === "error" ? "alert" : "status");
    element.classList.toggle("lca-error", level === "error");
    element.textContent = text;
    topic = about;
    const [least, letter] = READING[level];
    if (about !== "host") timer = setTimeout(clear, Math.max(least, letter * text.length));
  }

  // What was spoken of is no more.
  const forget = (about) => {
    if (topic === about) clear();
  };

  return { element, say, forget, close: () => clearTimeout(timer) };
}
