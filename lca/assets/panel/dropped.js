// Files that are dropped or chosen: motions, lights, states and photos are told apart by their names, and too large ones stay here.

const MOTION_FILE = /\.(npz|bvh|csv|json)$/i;
const LIGHT_FILE = /\.(hdr|exr)$/i;
const MOST_MEGABYTES = 60; // of one message; the server closes a page that sends more
const STATE_FORMAT = '"lca-panel-state"';

const endsIn = (ending) => (file) => file.name.toLowerCase().endsWith(ending);
const bytesOf = (file) => file.arrayBuffer();

function makeDropped(outbox, shared, sendPhotos) {
  async function sendAs(what, remedy, files) {
    const large = files.find((file) => file.size > MOST_MEGABYTES * 1e6);
    if (large) {
      const [name, size] = [large.name, Math.round(large.size / 1e6)];
      shared.say(`expected a ${what} of at most ${MOST_MEGABYTES} MB, got ${size} MB: ${name}; ${remedy}`, "error");
      return;
    }
    outbox.post({ kind: `${what} file`, names: files.map((file) => file.name) }, await Promise.all(files.map(bytesOf)));
  }

  const sendMotion = (files) => sendAs("motion", "cut it into parts", files);
  const sendLight = (files) => sendAs("light", "make it smaller", files);

  async function sendState([file]) {
    outbox.post({ kind: "load" }, [await file.slice(0, 1e6).arrayBuffer()]);
  }

  // A .json beside a single .bvh is its mapping; a .json of the panel's own is a state.
  async function sendAny(files) {
    const photos = files.filter((file) => !MOTION_FILE.test(file.name) && !LIGHT_FILE.test(file.name));
    for (const file of files.filter((each) => LIGHT_FILE.test(each.name))) await sendLight([file]);
    const motions = files.filter((file) => MOTION_FILE.test(file.name));
    const mapped = motions.length === 2 && motions.some(endsIn(".bvh")) && motions.some(endsIn(".json"));
    for (const group of mapped ? [motions] : motions.map((file) => [file])) {
      const [file] = group;
      const state = group.length === 1 && endsIn(".json")(file) && (await file.slice(0, 200).text()).includes(STATE_FORMAT);
      await (state ? sendState : sendMotion)(group);
    }
    if (photos.length) await sendPhotos(photos);
  }

  return { sendAny, sendState };
}
