// Record what one does with the panel, and say what it becomes: a film, motion files, or both.

function makeRecording(outbox) {
  const files = choice("A recording is written as", [], () => {});
  const record = button("record", "Record what you do, as a film or a motion", () => {
    const on = record.ariaPressed !== "true";
    outbox.post(on ? { kind: "record", on } : { kind: "record", on, to: files.value });
  }, "record");
  let whom = "";

  function setup(spec) {
    whom = spec.people > 1 ? ` with ${spec.names.join(" and ")}` : "";
    files.replaceChildren(...spec.recordings.map((value) => h("option", { value }, value)));
  }

  function update(state) {
    record.ariaPressed = String(state.recording);
    const label = `Record what you do${whom}, as a film or a motion`;
    relabel(record, state.recording ? "stop and write" : "record", label, state.recording ? "stop" : "record");
  }

  const element = h("span", { class: "lca-pair" }, record, files);
  return { element, setup, update };
}
