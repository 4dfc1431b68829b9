// The time charts: drag to zoom sets the range in the address; colors follow the theme.
const PALETTE = ["#2f6fde", "#1f9d74", "#c2710c", "#8b5cd6", "#c43b6f", "#1693b5", "#7a8b1f", "#a0522d"];
const TONES = { good: "#1f9d74", bad: "#d64541" };
const style = getComputedStyle(document.body);
const ink = style.getPropertyValue("--oc-muted").trim();
const line = style.getPropertyValue("--oc-line").trim();
const whole = new Intl.NumberFormat(document.documentElement.lang);
const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px sans-serif" };

const zoom = (plot) => {
  if (plot.select.width < 8) return;
  const query = new URLSearchParams(location.search);
  const at = (x) => Math.round(plot.posToVal(x, "x"));
  const start = at(plot.select.left);
  query.set("start", start);
  query.set("end", Math.max(at(plot.select.left + plot.select.width), start + 60));
  location.search = query;
};

const draw = (box) => {
  const data = JSON.parse(document.querySelector(box.dataset.chart).textContent);
  const series = data.lines.map((row, index) => {
    const colour = TONES[row.tone] || PALETTE[index % PALETTE.length];
    return {
      label: row.label, stroke: colour, width: 2, dash: row.dash ? [6, 4] : undefined,
      fill: index < 2 && row.tone ? colour + "22" : undefined, points: { show: data.times.length < 40 },
    };
  });
  const size = () => ({ width: Math.max(box.clientWidth - 32, 200), height: box.clientHeight - 64 });
  const plot = new uPlot(
    {
      ...size(),
      scales: { y: { range: (_u, _min, max) => [0, Math.max(max, 1)] } },
      axes: [axis, { ...axis, size: 56, values: (_u, ticks) => ticks.map((t) => (Number.isInteger(t) ? whole.format(t) : "")) }],
      series: [{ label: data.time }, ...series],
      cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: "monitoring" } },
      hooks: { setSelect: [zoom] },
    },
    [data.times, ...data.lines.map((row) => row.values)],
    box,
  );
  new ResizeObserver(() => plot.setSize(size())).observe(box);
};
if (window.uPlot) for (const box of document.querySelectorAll("[data-chart]")) draw(box);

// A named range replaces the zoomed one, which remembers the range that it was cut from; fields that are empty stay out of the address.
const form = document.querySelector("#filters");
const range = form.querySelector("[data-range]");
form.addEventListener("formdata", (event) => {
  if (range.value) for (const name of ["start", "end"]) event.formData.delete(name);
  else event.formData.set("range", range.dataset.range);
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});
