"use strict";
// The timeline of scores, the slider that scrubs it, and the frame with its heat.
page.timeline = function timeline(report, pictures, onMoment) {
  const host = document.getElementById("timeline");
  const slider = document.getElementById("moment");
  const told = document.getElementById("told");
  const heatBox = document.getElementById("heat");
  const strength = document.getElementById("heat-strength");
  const frame = document.getElementById("frame");
  const caption = document.getElementById("frame-caption");
  let face = 0;
  let width = 0;
  let dots = [];
  let cursor = null;
  const moments = () => report.faces[face].moments;
  const at = () => moments()[Number(slider.value)];
  const margin = { left: 38, right: 12, top: 12, bottom: 34 };
  const height = 210;
  const span = () => Math.max(report.duration, ...moments().map((one) => one.end), 1e-3);
  const x = (time) => margin.left + (time / span()) * (width - margin.left - margin.right);
  const y = (score) => margin.top + (1 - score) * (height - margin.top - margin.bottom);
  const when = (one) => {
    if (report.still) return "The picture";
    return one.start === one.end ? `${one.start.toFixed(2)} s` : `${one.start.toFixed(2)} to ${one.end.toFixed(2)} s`;
  };
  const score = (one) => (one.probability === null ? "not scored" : `${report.score_word} ${one.probability.toFixed(3)}`);
  const words = (one) => `${when(one)}: ${score(one)}, ${report.sample} ${one.sample + 1}`;

  function draw(now) {
    width = now;
    const svg = page.svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": host.dataset.label, class: "timeline" });
    const right = width - margin.right;
    page.svg("rect", { class: "band", x: margin.left, y: y(report.band[1]), width: right - margin.left, height: y(report.band[0]) - y(report.band[1]) }, svg);
    for (const level of [0, 0.5, 1]) {
      page.svg("line", { class: "axis", x1: margin.left, x2: right, y1: y(level), y2: y(level) }, svg);
      page.svg("text", { x: margin.left - 6, y: y(level) + 4, "text-anchor": "end" }, svg).textContent = String(level);
    }
    page.svg("line", { class: "limit", x1: margin.left, x2: right, y1: y(report.threshold), y2: y(report.threshold) }, svg);
    const ticks = width < 480 ? 3 : 6;
    for (let tick = 0; tick <= ticks && !report.still; tick += 1) {
      const time = (span() * tick) / ticks;
      const anchor = tick === 0 ? "start" : tick === ticks ? "end" : "middle";
      page.svg("text", { x: x(time), y: height - 16, "text-anchor": anchor }, svg).textContent = `${time.toFixed(span() < 10 ? 1 : 0)} s`;
    }
    const samples = new Map();
    moments().forEach((one) => {
      if (one.probability === null) return;
      if (!samples.has(one.sample)) samples.set(one.sample, []);
      samples.get(one.sample).push(`${x(one.time)},${y(one.probability)}`);
    });
    if (report.joined) samples.forEach((points) => page.svg("polyline", { class: "path", points: points.join(" ") }, svg));
    cursor = page.svg("line", { class: "now", y1: margin.top, y2: height - margin.bottom + 6 }, svg);
    dots = moments().map((one) => {
      if (one.probability === null) return null;
      const dot = page.svg("circle", { class: "point", cx: x(one.time), cy: y(one.probability), r: 4.5 }, svg);
      page.svg("title", {}, dot).textContent = words(one);
      return dot;
    });
    host.replaceChildren(svg);
    svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); seek(event, svg); });
    svg.addEventListener("pointermove", (event) => { if (event.buttons || event.pointerType === "mouse") seek(event, svg); });
    mark();
  }

  function seek(event, svg) {
    const box = svg.getBoundingClientRect();
    const px = ((event.clientX - box.left) / box.width) * width;
    const py = ((event.clientY - box.top) / box.height) * height;
    let best = 0;
    let least = Infinity;
    moments().forEach((one, place) => {
      const far = Math.hypot(x(one.time) - px, one.probability === null ? 0 : (y(one.probability) - py) / 4);
      if (far < least) { least = far; best = place; }
    });
    if (Number(slider.value) !== best) { slider.value = best; show(); }
  }

  function mark() {
    const one = at();
    if (!cursor) return;
    cursor.setAttribute("x1", x(one.time));
    cursor.setAttribute("x2", x(one.time));
    dots.forEach((dot, place) => dot && dot.classList.toggle("on", place === Number(slider.value)));
  }

  function show() {
    const one = at();
    slider.setAttribute("aria-valuetext", words(one));
    told.textContent = words(one);
    mark();
    const source = pictures.frames[one.number];
    const heat = pictures.heats[face][Number(slider.value)];
    const [left, top, side] = one.crop;
    const place = report.still ? "The picture" : `Frame ${one.number} at ${one.time.toFixed(2)} s`;
    frame.replaceChildren();
    frame.setAttribute("viewBox", `0 0 ${report.width} ${report.height}`);
    frame.setAttribute("aria-label", `${place}, face ${report.faces[face].person}${heat && heatBox.checked ? ", with its heat map" : ""}`);
    if (source) page.svg("image", { href: source, x: 0, y: 0, width: report.width, height: report.height, preserveAspectRatio: "none" }, frame);
    if (heat && heatBox.checked) {
      page.svg("image", { href: heat, class: "heat", x: left, y: top, width: side, height: side, opacity: strength.value / 100 }, frame);
    }
    const [x0, y0, x1, y1] = one.box;
    page.svg("rect", { class: "face", x: x0, y: y0, width: x1 - x0, height: y1 - y0 }, frame);
    caption.textContent = `${place}. ${source ? "Yellow: the face box." : "This frame was left out, so that the page stays small."}${heat || !report.has_heat ? "" : " No heat: nothing here speaks for a forgery."}`;
    heatBox.disabled = !heat;
    strength.disabled = !heat || !heatBox.checked;
    onMoment(face, one);
  }

  function choose(number) {
    face = number;
    slider.max = moments().length - 1;
    // What is shown first is where the score is highest.
    const scores = moments().map((one) => one.probability ?? -1);
    slider.value = scores.indexOf(Math.max(...scores));
    if (width) draw(width);
    show();
  }

  slider.addEventListener("input", show);
  heatBox.addEventListener("change", show);
  strength.addEventListener("input", show);
  document.querySelectorAll('input[name="face"]').forEach((radio) => {
    radio.addEventListener("change", () => choose(Number(radio.value)));
  });
  choose(0);
  page.onResize(host, draw);
};
