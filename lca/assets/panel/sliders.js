// Tabs of groups of native range inputs: a keyboard and a screen reader know them already. A search goes through all of them.

function makeSliders(outbox) {
  const bar = h("div", { role: "tablist", class: "lca-tabs", "aria-label": "Controls" });
  const pages = h("div", { class: "lca-pages" });
  const find = h("input", { type: "search", class: "lca-search", placeholder: "find a slider", "aria-label": "Find a slider by its name" });
  const mirror = checkbox("mirror", () => {});
  mirror.label.title = "The same slider of the other side follows";
  const rows = new Map();
  let [dragged, chosen] = [null, null];

  function makeRow({ name, label, low, high, step, unit, twin }) {
    const input = h("input", { type: "range", min: low, max: high, step, value: 0, "data-channel": name, "data-twin": twin });
    const output = h("output");
    const show = () => {
      const { show: shown, say } = UNITS[unit];
      output.textContent = shown(Number(input.value), low < 0);
      input.setAttribute("aria-valuetext", say(Number(input.value)));
    };
    const mirrored = () => twin !== null && mirror.input.checked;
    const message = () => {
      const other = mirrored() && rows.get(twin);
      if (other) {
        other.input.value = input.value;
        other.show();
      }
      return { kind: "set", channel: name, value: Number(input.value), mirror: mirrored(), stamp: performance.now() };
    };
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
    const element = h("label", { class: "lca-slider", title: `${label} (${name})` }, h("span", {}, label), input, output);
    rows.set(name, { input, element, show, words: label.toLowerCase() });
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
    if (find.value) {
      find.value = "";
      search();
    }
    [...bar.children].forEach((tab, place) => {
      const here = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      pages.children[place].hidden = !here;
      if (here) mirror.label.hidden = !pages.children[place].querySelector("[data-twin]");
    });
  }

  // Rows whose label has every word that was typed, of all tabs, with their headings; nothing typed: the chosen tab.
  function search() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    pages.classList.toggle("lca-found", words.length > 0);
    if (words.length) mirror.label.hidden = false;
    for (const { element, words: label } of rows.values())
      element.hidden = !words.every((word) => label.includes(word));
    for (const group of pages.querySelectorAll("details.lca-group")) {
      group.hidden = !group.querySelector(".lca-slider:not([hidden])");
      if (words.length) {
        group.dataset.open ??= String(group.open);
        group.open = true;
      } else if (group.dataset.open) {
        group.open = group.dataset.open === "true";
        delete group.dataset.open;
      }
    }
    for (const [place, page] of [...pages.children].entries())
      page.hidden = words.length
        ? !page.querySelector(".lca-group:not([hidden])")
        : bar.children[place].dataset.tab !== chosen;
  }

  find.addEventListener("input", search);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    select(chosen);
    event.preventDefault();
  });

  bar.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const tabs = [...bar.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + move + tabs.length) % tabs.length];
    select(next.dataset.tab);
    next.focus();
    event.preventDefault();
  });

  // `firstTabs` come before the sliders' own; `heads` stand at the top of the tab of their name.
  function setup(spec, firstTabs, heads) {
    bar.setAttribute("aria-label", `Controls${whomOf(spec)}`);
    bar.replaceChildren();
    pages.replaceChildren();
    rows.clear();
    find.value = "";
    for (const { name, element } of firstTabs) addTab(name, element);
    for (const tab of spec.tabs) {
      const groups = tab.groups.map((group, place) => {
        const made = section(group.name, place === 0, ...group.sliders.map(makeRow));
        made.classList.add("lca-group");
        return made;
      });
      addTab(tab.name, ...(heads[tab.name] ? [heads[tab.name]] : []), ...groups);
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

  const element = h("div", { class: "lca-controls" }, bar,
    h("div", { class: "lca-row", role: "search" }, find, mirror.label), pages);
  return { element, setup, update };
}
