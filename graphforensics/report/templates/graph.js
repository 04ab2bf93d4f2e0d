"use strict";
// A face graph: regions that one can hover, focus and choose, and their relations.
page.graph = function graph(host, told, onPick) {
  let data = null;
  let back = null;
  let weights = [];
  let kept = [];
  let least = 0;
  let masked = true;
  let size = 0;
  let picked = -1;
  let hovered = -1;
  let edges = [];
  let nodes = [];
  const label = (node) => `${data.word} ${data.nodes[node].label} (${data.nodes[node].name})`;
  const top = () => Math.max(1e-12, ...data.weight.map(Math.abs), ...data.steps.flat().map(Math.abs));
  const share = (weight) => {
    const high = top();
    return high > data.low ? Math.min(1, Math.max(0, (Math.abs(weight) - data.low) / (high - data.low))) : 1;
  };
  const shown = (edge) => share(weights[edge]) * 100 >= least && weights[edge] !== 0 && (kept[edge] || masked);
  const touches = (edge, node) => data.source[edge] === node || data.target[edge] === node;

  function radius() { return Math.max(5, Math.min(14, (0.36 * size) / Math.sqrt(data.nodes.length) / 2)); }

  function draw(now) {
    size = Math.min(now, 520);
    if (!data) return;
    const hadFocus = host.contains(document.activeElement);
    const svg = page.svg("svg", { viewBox: `0 0 ${size} ${size}`, class: "graph", width: size, height: size });
    if (back) {
      const [left, upper, side] = back.crop;
      const window_ = page.svg("svg", { x: 0, y: 0, width: size, height: size, viewBox: `${left} ${upper} ${side} ${side}`, "aria-hidden": "true" }, svg);
      page.svg("image", { href: back.source, x: 0, y: 0, width: back.width, height: back.height, preserveAspectRatio: "none" }, window_);
      page.svg("rect", { class: "shade", x: 0, y: 0, width: size, height: size }, svg);
    }
    const lines = page.svg("g", { "aria-hidden": "true" }, svg);
    edges = data.source.map((_, edge) => line(edge, lines));
    const list = page.svg("g", { role: "listbox", "aria-label": host.dataset.label, "aria-orientation": "horizontal" }, svg);
    nodes = data.nodes.map((_, node) => circle(node, list, lines));
    host.replaceChildren(svg);
    mark();
    if (hadFocus) nodes[Math.max(picked, 0)].focus();
  }

  function line(edge, parent) {
    const from = data.nodes[data.source[edge]];
    const to = data.nodes[data.target[edge]];
    const group = page.svg("g", {}, parent);
    const [x0, y0, x1, y1] = [from.x, from.y, to.x, to.y].map((value) => value * size);
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const r = radius() + 2;
    // Two directions of one pair bend to different sides.
    const bend = data.symmetric ? 0 : 0.12 * length;
    const [nx, ny] = [-(y1 - y0) / length, (x1 - x0) / length];
    const [mx, my] = [(x0 + x1) / 2 + nx * bend, (y0 + y1) / 2 + ny * bend];
    const path = page.svg("path", { class: "edge", d: `M${x0} ${y0}Q${mx} ${my} ${x1} ${y1}` }, group);
    let tip = null;
    if (!data.symmetric) {
      const far = Math.hypot(x1 - mx, y1 - my) || 1;
      const [ux, uy] = [(x1 - mx) / far, (y1 - my) / far];
      const [ex, ey] = [x1 - ux * r, y1 - uy * r];
      tip = page.svg("path", { class: "tip", d: `M${ex} ${ey}l${-8 * ux - 4 * uy} ${-8 * uy + 4 * ux}l${8 * uy} ${-8 * ux}z` }, group);
    }
    return { group, path, tip };
  }

  function circle(node, parent, lines) {
    const { x, y, cx, cy } = data.nodes[node];
    const r = radius();
    if (Math.hypot(x - cx, y - cy) * size > 3) page.svg("line", { class: "lead", x1: x * size, y1: y * size, x2: cx * size, y2: cy * size }, lines);
    const group = page.svg("g", { class: "node", role: "option", tabindex: node === Math.max(picked, 0) ? 0 : -1, "aria-label": label(node), "aria-selected": "false" }, parent);
    page.svg("circle", { cx: x * size, cy: y * size, r }, group);
    if (r >= 8) page.svg("text", { x: x * size, y: y * size }, group).textContent = data.nodes[node].label;
    group.addEventListener("pointerenter", () => { hovered = node; mark(); });
    group.addEventListener("pointerleave", () => { hovered = -1; mark(); });
    group.addEventListener("click", () => pick(picked === node ? -1 : node, true));
    group.addEventListener("focus", () => pick(node, true));
    group.addEventListener("keydown", (event) => key(event, node));
    group.addEventListener("pointerdown", (event) => event.preventDefault());
    return group;
  }

  function key(event, node) {
    const last = nodes.length - 1;
    const next = { ArrowRight: node + 1, ArrowDown: node + 1, ArrowLeft: node - 1, ArrowUp: node - 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") { pick(-1, true); return; }
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(node, true); return; }
    if (next === undefined) return;
    event.preventDefault();
    nodes[(next + nodes.length) % nodes.length].focus();
  }

  function pick(node, own) {
    picked = node < data.nodes.length ? node : -1;
    mark();
    if (own && onPick) onPick(node);
  }

  function mark() {
    if (!data || !edges.length && !nodes.length) return;
    const node = hovered >= 0 ? hovered : picked;
    edges.forEach(({ group, path, tip }, edge) => {
      group.classList.toggle("far", node >= 0 && !touches(edge, node));
      for (const part of [path, tip]) {
        if (!part) continue;
        part.classList.toggle("negative", weights[edge] < 0);
        part.classList.toggle("masked", !kept[edge]);
      }
      path.setAttribute("stroke-width", (0.8 + 5 * share(weights[edge])).toFixed(2));
      group.setAttribute("display", shown(edge) ? "inline" : "none");
    });
    nodes.forEach((one, place) => {
      one.setAttribute("aria-selected", String(place === picked));
      one.setAttribute("tabindex", place === Math.max(picked, 0) ? "0" : "-1");
      one.classList.toggle("hot", place === hovered);
    });
    tell(node);
  }

  function tell(node) {
    const all = edges.map((_, edge) => edge).filter(shown);
    if (!told) return;
    told.replaceChildren();
    if (node < 0) {
      page.element("p", `${all.length} of ${edges.length} relations are shown. Point at ${data.one}, or move to one with the arrow keys, to read its relations.`, told);
      return;
    }
    const own = all.filter((edge) => touches(edge, node)).sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]));
    page.element("p", `${label(node)}: ${own.length} ${own.length === 1 ? "relation" : "relations"} shown`, told);
    const list = page.element("ul", null, told);
    own.slice(0, 8).forEach((edge) => {
      const out = data.source[edge] === node;
      const sign = data.symmetric ? "with" : out ? "to" : "from";
      const end = kept[edge] ? "" : ", masked";
      page.element("li", `${sign} ${label(out ? data.target[edge] : data.source[edge])}: ${weights[edge].toPrecision(3)}${end}`, list);
    });
    if (own.length > 8) page.element("li", `and ${own.length - 8} more`, list);
  }

  page.onResize(host, draw);
  return {
    show(given, picture, step) {
      const fresh = given !== data;
      data = given;
      back = picture;
      weights = step >= 0 && data.steps[step] ? data.steps[step] : data.weight;
      kept = step >= 0 && data.steps_kept[step] ? data.steps_kept[step] : data.kept;
      if (fresh) picked = -1;
      if (size) draw(host.clientWidth);
    },
    filter(percent, withMasked) { least = percent; masked = withMasked; mark(); },
    pick(node) { pick(node, false); },
    // The percentage from which on at most so many relations are shown.
    usual(count) {
      const sorted = data.weight.map(share).sort((a, b) => b - a);
      return sorted.length > count ? Math.ceil(100 * sorted[count]) : 0;
    },
    counts() { return [data.source.filter((_, edge) => shown(edge)).length, data.source.length]; },
  };
};
