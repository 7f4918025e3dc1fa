// Files for other programs: what to write, and write it.

function makeExports(outbox) {
  const what = choice("What to export", [], () => {});
  const write = button("export", "Write it into the panel's folder, for other programs", () => outbox.post({ kind: "export", what: what.value }));

  function setup(spec) {
    const before = what.value;
    what.replaceChildren(...spec.exports.map((value) => h("option", { value }, value)));
    if (spec.exports.includes(before)) what.value = before;
  }

  return { elements: [what, write], setup };
}
