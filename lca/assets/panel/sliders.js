// Tabs of groups of native range inputs: a keyboard and a screen reader know them already.

function makeSliders(outbox) {
  const bar = h("div", { role: "tablist", class: "lca-tabs", "aria-label": "Controls" });
  const pages = h("div", { class: "lca-pages" });
  const rows = new Map();
  let [dragged, chosen] = [null, null];

  function makeRow({ name, label, low, high, step, unit }) {
    const input = h("input", { type: "range", min: low, max: high, step, value: 0, "data-channel": name });
    const output = h("output");
    const show = () => {
      const value = Number(input.value).toFixed(step < 0.1 ? 2 : step < 1 ? 1 : 0);
      output.textContent = value;
      input.setAttribute("aria-valuetext", `${value} ${unit}`.trim());
    };
    const message = () => ({ kind: "set", channel: name, value: Number(input.value), stamp: performance.now() });
    input.addEventListener("input", () => {
      dragged = name;
      show();
      outbox.stream(name, message());
    });
    input.addEventListener("change", () => {
      dragged = null;
      outbox.post({ ...message(), final: true });
    });
    const zero = Math.min(high, Math.max(low, 0));
    input.addEventListener("dblclick", () => {
      input.value = zero;
      show();
      outbox.post({ ...message(), final: true });
    });
    const element = h("label", { class: "lca-slider", title: unit }, h("span", {}, label), input, output);
    rows.set(name, { input, element, show });
    show();
    return element;
  }

  function addTab(name, ...content) {
    const id = `lca-${name.toLowerCase()}-${Math.random().toString(36).slice(2)}`;
    const page = h("div", { role: "tabpanel", id, "aria-label": name, tabindex: 0, hidden: true }, ...content);
    const tab = h("button", {
      type: "button", role: "tab", "aria-controls": id, "aria-selected": "false", tabindex: -1,
      onclick: () => select(name),
    }, name);
    tab.dataset.tab = name;
    bar.append(tab);
    pages.append(page);
    return page;
  }

  function select(name) {
    chosen = name;
    [...bar.children].forEach((tab, place) => {
      const here = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      pages.children[place].hidden = !here;
    });
  }

  bar.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const tabs = [...bar.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + move + tabs.length) % tabs.length];
    select(next.dataset.tab);
    next.focus();
    event.preventDefault();
  });

  function setup(spec, firstTabs) {
    bar.replaceChildren();
    pages.replaceChildren();
    rows.clear();
    for (const { name, element } of firstTabs) addTab(name, element);
    for (const tab of spec.tabs) {
      const groups = tab.groups.map((group, place) =>
        h("details", { open: place === 0 }, h("summary", {}, group.name), ...group.sliders.map(makeRow)));
      addTab(tab.name, ...groups);
    }
    select([...bar.children].some((tab) => tab.dataset.tab === chosen) ? chosen : bar.children[0].dataset.tab);
  }

  function update(state) {
    for (const [name, row] of rows) {
      if (name === dragged) continue;
      row.input.value = state.values[name];
      row.element.classList.toggle("lca-held", state.held.includes(name));
      row.show();
    }
  }

  return { element: h("div", { class: "lca-controls" }, bar, pages), setup, update };
}
