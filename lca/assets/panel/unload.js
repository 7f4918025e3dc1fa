// The browser asks before it closes a page on which something is being recorded or written.

function holdWhileKept() {
  let [recording, writing] = [false, false];
  const ask = (event) => {
    if (recording || writing) event.preventDefault();
  };
  window.addEventListener("beforeunload", ask);
  return {
    update: (state) => (recording = state.recording),
    progress: (keeps) => (writing = keeps),
    close: () => window.removeEventListener("beforeunload", ask),
  };
}
