// Icons of our own: strokes on a grid of 20 x 20, in the colour of the text beside them.

const STROKES = {
  undo: "M4 8h8a4 4 0 0 1 0 8H8 M7 4 3.5 8 7 12",
  redo: "M16 8H8a4 4 0 0 0 0 8h4 M13 4l3.5 4-3.5 4",
  reset: "M10 4.5a5.5 5.5 0 1 1-5 3.2 M4 3.5v4.5h4.5",
  floor: "M3 17h14 M10 3v10 M6.5 9.5 10 13l3.5-3.5",
  release: "M5 9h10v8H5z M7 9V6a3 3 0 0 1 5.7-1.3",
  home: "M3.5 10 10 4l6.5 6 M5.5 9v7.5h9V9",
  body: "M10 2.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4z M5 9h10 M10 6.5V12 M10 12l-3 5.5 M10 12l3 5.5",
  head: "M10 3a4.5 5.2 0 1 1 0 10.4A4.5 5.2 0 0 1 10 3z M4.5 18c.6-2.6 2.6-3.6 5.5-3.6s4.9 1 5.5 3.6",
  hands: "M6 11V5.5a1.2 1.2 0 0 1 2.4 0V4a1.2 1.2 0 0 1 2.4 0v1.5a1.2 1.2 0 0 1 2.4 0V7a1.2 1.2 0 0 1 2.3 0v5.5c0 3-2 5-4.7 5-2.3 0-3.5-.900-4.8-3L3.7 11.5c-.5-1 .9-1.9 1.7-1z",
  photos: "M3 5.5h14v10H3z M3 13l4-3.5 3.5 3 2.5-2 4 3 M13 8.5h.01",
  motion: "M8 15.5a2 2 0 1 1-2-2c1.1 0 2 .9 2 2V5l8-1.5V14 M16 14a2 2 0 1 1-2-2c1.1 0 2 .9 2 2z",
  light: "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z M10 2v1.7 M10 16.3V18 M2 10h1.7 M16.3 10H18",
  snapshot: "M3 6.5h3.5L8 4.5h4l1.5 2H17v9.5H3z M10 8.5a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4z",
  record: "M10 4.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z M10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  stop: "M5.5 5.5h9v9h-9z",
  splats: "M6 5.5h.01 M13.5 4h.01 M9.5 9.5h.01 M15.5 9h.01 M5 13.5h.01 M12 15h.01 M16 14.5h.01",
  save: "M10 3v9 M6.5 8.5 10 12l3.5-3.5 M4 13v3.5h12V13",
  load: "M10 12V3.5 M6.5 7 10 3.5 13.5 7 M4 13v3.5h12V13",
  play: "M6.5 4v12l9-6z",
  pause: "M7 4.5v11 M13 4.5v11",
  keys: "M7 7.5a3 3 0 1 1 4.3 2.7c-.9.4-1.3 1-1.3 2.1 M10 15.5h.01",
  close: "M5 5l10 10 M15 5 5 15",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", class: "lca-icon", "aria-hidden": "true" }))
    svg.setAttribute(key, value);
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}
