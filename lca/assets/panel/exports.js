// Files for other programs: what to write, and write it.

function makeExports(outbox) {
  const what = choice("What to export", [], () => {});
  const write = button("export", "Write it into the panel's folder, for other programs", () => outbox.post({ kind: "export", what: what.value }), "splats");

  function setup(spec) {
    const [first, alone] = [spec.names[0], spec.names.length === 1];
    relabel(write, alone ? "export" : `export ${first}`, `Write ${alone ? "it" : first} into the panel's folder, for other programs`, "splats");
    const before = what.value;
    what.replaceChildren(...spec.exports.map((value) => h("option", { value }, value)));
    if (spec.exports.includes(before)) what.value = before;
  }

  const element = h("span", { class: "lca-pair" }, write, what);
  return { element, setup };
}
