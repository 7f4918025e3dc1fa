// Where the camera goes: buttons over the picture, and who stands where when there are two.

const AIMS = [["body", "1"], ["head", "2"], ["hands", "3"]];

// Of several people, those on whom a button acts; one person needs no words.
const whomOf = ({ names }) => (names.length > 1 ? ` of ${names.join(" and ")}` : "");

function makeAims(outbox) {
  const buttons = AIMS.map(([part]) => button(part, "", () => outbox.post({ kind: "aim", part }), part));
  const home = button("home", "Reset the camera", () => outbox.post({ kind: "home" }), "home");
  const element = h("div", { class: "lca-aims", role: "group", "aria-label": "Camera" }, ...buttons, home);
  const tags = h("div", { class: "lca-tags" });

  function setup(spec) {
    for (const [place, [part, key]] of AIMS.entries())
      relabel(buttons[place], part, `Camera to the ${part}${whomOf(spec)} (key ${key})`, part);
    tags.hidden = spec.people < 2;
    tags.replaceChildren(...spec.names.map((name) => h("span", {}, name)));
  }

  return { element, tags, setup };
}
