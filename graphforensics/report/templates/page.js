"use strict";
// Puts the parts of a report of one clip together.
(function start() {
  const report = page.read("view");
  const pictures = page.read("pictures");
  if (!report || !report.faces.length) return;
  document.querySelectorAll("[data-live]").forEach((one) => { one.hidden = false; });
  const filter = document.getElementById("strength");
  const filterTold = document.getElementById("strength-told");
  const masked = document.getElementById("masked");
  const step = document.getElementById("step");
  const graphs = [];

  function back(face, moment) {
    const source = pictures.frames[moment.number];
    return source ? { source, crop: moment.crop, width: report.width, height: report.height } : null;
  }

  function filtered() {
    graphs.forEach((one) => one.filter(Number(filter.value), masked.checked));
    const [now, all] = graphs.length ? graphs[0].counts() : [0, 0];
    filterTold.textContent = `from ${filter.value} % of the strongest on: ${now} of ${all} shown`;
    filter.setAttribute("aria-valuetext", filterTold.textContent);
  }

  const host = document.getElementById("graph");
  let main = null;
  let current = [0, null];
  function redraw() {
    const [face, moment] = current;
    const data = report.faces[face].graph;
    if (!main || !data || !moment) return;
    main.show(data, back(face, moment), Number(step.value));
    filtered();
  }
  function steps(face) {
    const data = report.faces[face].graph;
    step.replaceChildren();
    page.element("option", "mean over time", step).value = "-1";
    const shown = report.faces[face].moments.filter((one) => one.sample === report.faces[face].shown);
    (data ? data.steps : []).forEach((_, place) => {
      const one = shown.find((moment) => moment.step === place);
      page.element("option", one ? `${one.start.toFixed(2)} to ${one.end.toFixed(2)} s` : `snapshot ${place + 1}`, step).value = String(place);
    });
    step.parentElement.hidden = !data || !data.steps.length;
  }
  if (host) {
    main = page.graph(host, document.getElementById("graph-told"), null);
    graphs.push(main);
    filter.addEventListener("input", filtered);
    masked.addEventListener("change", filtered);
    step.addEventListener("change", redraw);
  }

  let known = -1;
  page.timeline(report, pictures, (face, moment) => {
    current = [face, moment];
    if (!main) return;
    const data = report.faces[face].graph;
    document.getElementById("graph-none").hidden = Boolean(data);
    host.hidden = !data;
    if (!data) return;
    if (face !== known) {
      known = face;
      steps(face);
      main.show(data, back(face, moment), -1);
      filter.value = main.usual(24);
    }
    const follows = moment.sample === report.faces[face].shown && moment.step < data.steps.length;
    if (follows && step.value !== "-1") step.value = String(moment.step);
    redraw();
  });

  const other = report.comparison;
  if (other && other.graphs.length) {
    const filterTogether = document.getElementById("compare-strength");
    const toldTogether = document.getElementById("compare-told");
    const set = other.graphs.map((one, place) => {
      const own = document.getElementById(`compare-told-${place}`);
      const made = page.graph(document.getElementById(`compare-${place}`), own, (node) => {
        set.forEach((twin, at) => { if (at !== place) twin.pick(node); });
      });
      made.show(one.graph, one.picture === null ? null : { ...one.picture, source: pictures.compared[one.picture.source] }, -1);
      return made;
    });
    const together = () => {
      set.forEach((one) => one.filter(Number(filterTogether.value), true));
      toldTogether.textContent = `from ${filterTogether.value} % of the strongest of each on`;
      filterTogether.setAttribute("aria-valuetext", toldTogether.textContent);
    };
    filterTogether.value = Math.max(...set.map((one) => one.usual(24)));
    filterTogether.addEventListener("input", together);
    together();
  }

  document.getElementById("save").addEventListener("click", () => {
    const text = document.getElementById("report").textContent;
    const link = page.element("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "report.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });
})();
