// Keys of the whole panel: `?` opens their list, Escape closes it; Ctrl and Z undoes, Ctrl and Y does it again.

const KEYS = [
  ["drag", "turn the person"],
  ["shift and drag, two fingers", "move the picture"],
  ["wheel, pinch, + and −", "nearer and farther, at the pointer"],
  ["arrows, shift and arrows", "turn, move the picture"],
  ["1, 2, 3", "camera to the body, the head, the hands"],
  ["Home, 0 or double-click", "the camera as it was"],
  ["space", "play and pause the motion"],
  ["Ctrl and Z, Ctrl and Y", "undo, redo"],
  ["double-click on a slider", "back to zero"],
  ["arrows on a slider or a tab", "one step, the next tab"],
  ["?", "this list"],
  ["Escape", "close this list, end a search"],
];
const SAVING = ["key", "code", "keyCode", "which", "ctrlKey", "metaKey", "shiftKey", "altKey"];

// Ctrl and S saves the notebook from within the panel, too: whoever listens outside of it hears the key again.
function passOn(event, root) {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
  const told = Object.fromEntries(SAVING.map((name) => [name, event[name]]));
  const heard = !root.parentElement.dispatchEvent(new KeyboardEvent("keydown", { ...told, bubbles: true, cancelable: true }));
  if (heard) event.preventDefault();
}

const TYPED = "input[type=search], input[type=text], textarea, select";

function makeKeys(outbox) {
  const close = button("", "Close the list of keys", () => element.close(), "close");
  const element = h("dialog", { class: "lca-keys", "aria-label": "Keys" },
    h("div", { class: "lca-row" }, h("h2", {}, "Keys and mouse"), close),
    h("dl", {}, ...KEYS.flatMap(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])));
  const opener = button("", "Keys and mouse (key ?)", () => element.showModal(), "keys");
  opener.setAttribute("aria-haspopup", "dialog");
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close(); // beside the list
  });

  function press(event) {
    if (event.target.closest?.(TYPED) || element.open) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key === "z") outbox.post({ kind: "undo" });
    else if (control && (event.key === "y" || event.key === "Z")) outbox.post({ kind: "redo" });
    else if (event.key === "?") element.showModal();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { element, opener, press };
}
