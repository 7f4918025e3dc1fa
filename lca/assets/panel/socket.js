// On a page of its own: the host is a WebSocket. A message is one text frame; its `buffers` count the binary ones that follow.

// The word by which this tab finds its desk again after a reload.
function deskOfTab() {
  const word = sessionStorage.getItem("lca-desk") ?? crypto.randomUUID();
  sessionStorage.setItem("lca-desk", word);
  return word;
}

function connect(root) {
  const address = new URL("socket", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = location.search;
  address.searchParams.set("desk", deskOfTab());
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const listeners = new Set();
  let [head, buffers] = [null, []];
  const deliver = () => {
    for (const listener of listeners) listener(head, buffers);
    [head, buffers] = [null, []];
  };
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") head = JSON.parse(data);
    else buffers.push(data);
    if (buffers.length === (head.buffers ?? 0)) deliver();
  });
  socket.addEventListener("close", () => {
    const gone = { kind: "message", level: "error", about: "host", text: "the server has ended: start `lca panel` again and reload" };
    for (const listener of listeners) listener(gone, []);
  });
  const host = {
    page: true,
    send(message, parts = []) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify({ ...message, buffers: parts.length }));
      for (const part of parts) socket.send(part);
    },
    listen(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
  socket.addEventListener("open", () => mount(host, root), { once: true });
}

export { connect };
