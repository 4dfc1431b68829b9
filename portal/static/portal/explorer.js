// The explorer: call a service with an image through the public API; boxes and fields highlight each other.
import { LANGUAGES, generate } from "./code.js";
import { element, options } from "./form.js";

const $ = (selector) => document.querySelector(selector);
const call = JSON.parse($("#call-data").textContent);
const words = call.words;
const form = $("#explorer");
const preview = $("#preview");
const overlay = $("#overlay");
const SVG = "http://www.w3.org/2000/svg";
const LOW = 0.8;
let file = null;
const runs = [];
let shown = null;


// Input ------------------------------------------------------------------------------------------
const take = (picked) => {
  if (!picked) return;
  file = picked;
  form.elements.url.value = "";
  show(URL.createObjectURL(picked));
  $("#file-name").textContent = picked.name || words.chosen;
  clearResult();
  refreshCode();
};
const show = (address) => {
  preview.src = address;
  $("#drop").classList.toggle("oc-has-image", Boolean(address));
};
for (const input of [$("#file"), $("#camera")]) input.addEventListener("change", () => take(input.files[0]));
const drop = $("#drop");
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("oc-over", name === "dragover");
    if (name === "drop") take(event.dataTransfer.files[0]);
  });
}
document.addEventListener("paste", (event) => {
  const item = [...event.clipboardData.items].find((entry) => entry.type.startsWith("image/"));
  if (item) take(item.getAsFile());
});
$("#sample")?.addEventListener("click", async (event) => {
  const answer = await fetch(event.currentTarget.dataset.href);
  const blob = await answer.blob();
  take(new File([blob], `${call.code}-sample.${blob.type.includes("png") ? "png" : "jpg"}`, { type: blob.type }));
});
form.elements.url.addEventListener("input", () => {
  if (form.elements.url.value) {
    file = null;
    $("#file-name").textContent = "";
    show("");
    preview.removeAttribute("src");
  }
  refreshCode();
});
form.addEventListener("change", () => refreshCode());
$("#service").addEventListener("change", (event) => (location.search = new URLSearchParams({ service: event.target.value })));

const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });

// Call -------------------------------------------------------------------------------------------
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const url = form.elements.url.value.trim();
  if (!file && !url) return tell(words.needInput, true);
  const button = $("#run");
  button.disabled = true;
  button.classList.add("oc-busy");
  tell(words.running);
  $("#progress").hidden = false;
  const started = performance.now();
  try {
    const image = url ? "" : await base64(file);
    const body = { ...(url ? { url } : { image }), ...options(form) };
    const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    if (call.enterpriseProject) headers["Enterprise-Project-Id"] = call.enterpriseProject;
    const answer = await fetch(call.path, { method: "POST", headers, body: JSON.stringify(body) });
    const run = {
      status: answer.status,
      requestId: answer.headers.get("X-Request-Id") || "",
      json: await answer.json(),
      ms: Math.round(performance.now() - started),
      at: new Date(),
      image,
      page: body.pdf_page_number || 1,
      name: file?.name || url,
    };
    runs.unshift(run);
    runs.length = Math.min(runs.length, 8);
    draw(run);
    drawRuns();
  } catch {
    tell(words.network, true);
  } finally {
    button.disabled = false;
    button.classList.remove("oc-busy");
    $("#progress").hidden = true;
  }
});
const tell = (text, bad = false) => {
  const note = $("#said");
  note.textContent = text;
  note.classList.toggle("oc-bad", bad);
};

// Result -----------------------------------------------------------------------------------------
const isPoint = (v) => Array.isArray(v) && v.length === 2 && v.every((n) => typeof n === "number");
const isBox = (v) => Array.isArray(v) && v.length >= 3 && v.every(isPoint);
const fieldsOf = (result) => {
  const rows = [];
  const visit = (node, path, scores, places) => {
    if (Array.isArray(node)) return node.forEach((item, i) => visit(item, `${path}[${i + 1}]`, {}, {}));
    if (node === null || typeof node !== "object") return rows.push({ path, value: node });
    if ("words" in node && !Array.isArray(node.words)) {
      return rows.push({ path: path.replace(/words_block_list/, ""), value: node.words, confidence: node.confidence, box: node.location || node.cell_location });
    }
    const own = node.confidence && typeof node.confidence === "object" ? node.confidence : scores;
    const where = node.text_location && typeof node.text_location === "object" ? node.text_location : places;
    for (const [key, value] of Object.entries(node)) {
      if (["confidence", "text_location", "location"].includes(key) || isBox(value)) continue;
      const name = path ? `${path}.${key}` : key;
      if (value !== null && typeof value === "object") visit(value, name, own[key] || {}, where[key] || {});
      else if (value !== "" || key in own) rows.push({ path: name, value, confidence: own[key], box: where[key] });
    }
  };
  visit(result, "", {}, {});
  return rows;
};
const clearResult = () => {
  overlay.replaceChildren();
  $("#result").hidden = true;
};
const draw = (run) => {
  $("#result").hidden = false;
  $("#json").textContent = JSON.stringify(run.json, null, 2);
  $("#facts").textContent = `HTTP ${run.status} · ${run.ms} ms · ${run.requestId}`;
  const good = run.status < 300;
  shown = run;
  $("#exports").hidden = !good;
  for (const button of document.querySelectorAll("[data-needs-image]")) button.disabled = !run.image;
  tell(good ? "" : `${run.json.error_code || run.status}: ${run.json.error_msg || ""}`, !good);
  const list = $("#fields");
  list.replaceChildren();
  overlay.replaceChildren();
  if (!good) return select("json");
  const rows = fieldsOf(run.json.result);
  if (!rows.length) list.append(element("p", { class: "oc-muted" }, words.noFields));
  overlay.setAttribute("viewBox", `0 0 ${preview.naturalWidth || 1} ${preview.naturalHeight || 1}`);
  rows.forEach((row, index) => list.append(fieldRow(row, index)));
  select("fields");
};
const fieldRow = (row, index) => {
  const score = typeof row.confidence === "number" ? row.confidence : null;
  const low = score !== null && score < LOW;
  const text = row.value === true ? words.ok : row.value === false ? words.bad : String(row.value);
  const item = element(
    "div",
    { class: `oc-field${low ? " oc-low" : ""}`, tabindex: "0", "data-index": index },
    element("dt", {}, row.path),
    element("dd", { dir: "auto" }, text),
  );
  if (score !== null) item.append(element("span", { class: `oc-pill ${low ? "oc-pill-warn" : "oc-pill-good"}` }, `${(score * 100).toFixed(1)}%${low ? " · " + words.low : ""}`));
  if (isBox(row.box)) {
    const box = document.createElementNS(SVG, "polygon");
    box.setAttribute("points", row.box.map((p) => p.join(",")).join(" "));
    box.dataset.index = index;
    if (low) box.classList.add("oc-low");
    overlay.append(box);
  }
  return item;
};
const light = (index, on) => {
  for (const node of document.querySelectorAll(`[data-index="${index}"]`)) node.classList.toggle("oc-lit", on);
};
for (const [over, out] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  for (const [name, on] of [[over, true], [out, false]]) {
    document.addEventListener(name, (event) => {
      const hit = event.target.closest?.("[data-index]");
      if (!hit) return;
      light(hit.dataset.index, on);
      if (on && hit.closest("#overlay")) $(`#fields [data-index="${hit.dataset.index}"]`)?.scrollIntoView({ block: "nearest" });
    });
  }
}
const drawRuns = () => {
  $("#runs").replaceChildren(
    ...runs.map((run) => {
      const button = element("button", { class: "oc-menu-item", type: "button" }, `${run.at.toLocaleTimeString()} · HTTP ${run.status} · ${run.ms} ms`);
      button.addEventListener("click", () => draw(run));
      return element("li", {}, button);
    }),
  );
  $("#history").hidden = false;
};

// Files ------------------------------------------------------------------------------------------
const save = async (button) => {
  const format = button.dataset.export;
  const entry = { name: shown.name || call.code, result: shown.json.result };
  if ("needsImage" in button.dataset) Object.assign(entry, { image: shown.image, page: shown.page });
  button.disabled = true;
  button.classList.add("oc-busy");
  tell(words.saving);
  try {
    const answer = await fetch("/api/v1/exports", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify({ format, documents: [entry] }),
    });
    if (!answer.ok) {
      const why = await answer.json();
      return tell(`${why.error_code || answer.status}: ${why.error_msg || ""}`, true);
    }
    const link = element("a", { href: URL.createObjectURL(await answer.blob()), download: `${call.code}.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    tell(words.saved);
  } catch {
    tell(words.network, true);
  } finally {
    button.disabled = false;
    button.classList.remove("oc-busy");
  }
};
for (const button of document.querySelectorAll("[data-export]")) button.addEventListener("click", () => save(button));

// Tabs and code ----------------------------------------------------------------------------------
const tabs = [...document.querySelectorAll("#result [role=tab]")];
const select = (name) => {
  for (const tab of tabs) {
    const on = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    $(`#panel-${tab.dataset.tab}`).hidden = !on;
  }
};
for (const tab of tabs) {
  tab.addEventListener("click", () => select(tab.dataset.tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const next = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
    next.focus();
    next.click();
  });
}
const chooser = $("#language");
for (const [key, label] of LANGUAGES) chooser.append(element("option", { value: key }, label));
chooser.value = sessionStorage.getItem("code-language") || "curl";
const refreshCode = () => {
  sessionStorage.setItem("code-language", chooser.value);
  $("#code").textContent = generate(chooser.value, { ...call, options: options(form), url: form.elements.url.value.trim(), file: file?.name || "document.jpg" });
};
chooser.addEventListener("change", refreshCode);
refreshCode();
