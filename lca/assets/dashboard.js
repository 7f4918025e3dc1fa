// A click on a bar keeps the people of that bar: every chart then shows what share of them is in each of its own bars, in percent.
// A second click on the same bar, or a double click anywhere, shows all again. Trace 2 i holds all of chart i, 2 i + 1 the chosen.
(function () {
  const plot = document.getElementById("{plot_id}");
  const charts = CHARTS;
  let kept = null;

  function shares(chart) {
    const sums = new Array(chart.bars).fill(0);
    chart.places.forEach((place, person) => {
      if (kept === null || charts[kept.chart].places[person] === kept.bar) sums[place] += 1;
    });
    const people = sums.reduce((total, count) => total + count, 0);
    return sums.map((count) => (100 * count) / Math.max(people, 1));
  }

  function show() {
    for (const words of [true, false]) {
      const own = charts.map((chart, index) => index).filter((index) => charts[index].words === words);
      if (own.length === 0) continue;
      const update = { [words ? "x" : "y"]: own.map((index) => shares(charts[index])) };
      Plotly.restyle(plot, update, own.map((index) => 2 * index + 1));
    }
  }

  plot.on("plotly_click", (event) => {
    const point = event.points[0];
    const chart = Math.floor(point.curveNumber / 2);
    const same = kept !== null && kept.chart === chart && kept.bar === point.pointNumber;
    kept = same ? null : { chart, bar: point.pointNumber };
    show();
  });
  plot.on("plotly_doubleclick", () => {
    kept = null;
    show();
  });
})();
