// Batch jobs: files dropped on the page are uploaded one after the other, then the page of the job opens.
import { element, options } from "./form.js";

const $ = (selector) => document.querySelector(selector);
const data = JSON.parse($("#job-data").textContent);
const words = data.words;
const form = $("#job-new") || $("#job-add");
const chosen = [];

const tell = (text, bad = false) => {
  $("#said").textContent = text;
  $("#said").classList.toggle("oc-bad", bad);
};
const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

// Choosing ---------------------------------------------------------------------------------------
const add = (files) => {
  for (const file of files) {
    const meter = element("progress", { class: "oc-meter", max: 1, value: 0, "aria-label": file.name });
    const note = element("small", { class: "oc-muted" }, size(file.size));
    const remove = element("button", { class: "btn btn-sm", type: "button" }, words.remove);
    const row = element("li", {}, element("bdi", {}, file.name), note, meter, remove);
    const item = { file, row, meter, note, remove, state: "" };
    remove.addEventListener("click", () => {
      chosen.splice(chosen.indexOf(item), 1);
      row.remove();
    });
    chosen.push(item);
    $("#uploads").append(row);
  }
  tell("");
};

// Sending ----------------------------------------------------------------------------------------
const said = (text) => {
  try {
    const body = JSON.parse(text);
    return `${body.error_code || ""} ${body.error_msg || ""}`.trim();
  } catch {
    return words.network;
  }
};
const token = () => form.elements.csrfmiddlewaretoken.value;
const create = async () => {
  const body = {
    service: form.elements.service.value,
    name: form.elements.name.value,
    options: options(form),
    project_id: data.project,
    enterprise_project_id: form.elements.enterprise_project_id.value || "0",
    page_range: form.elements.page_range.value.trim(),
    text_layer: $("#text-layer")?.checked ? "use" : "recognise",
    retention_hours: Number(form.elements.retention_hours.value),
  };
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  const answer = await fetch(data.api, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(said(text));
  return JSON.parse(text).id;
};
// XMLHttpRequest, because fetch does not tell how far an upload has come.
const send = (job, item) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${data.api}/${job}/files?name=${encodeURIComponent(item.file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.addEventListener("progress", (event) => {
      item.meter.value = event.loaded / event.total;
      item.note.textContent = event.loaded < event.total ? words.uploading : words.opening;
    });
    request.addEventListener("loadend", () => {
      const good = request.status === 201;
      item.state = good ? "taken" : "refused";
      item.meter.value = 1;
      item.row.classList.add(good ? "oc-taken" : "oc-refused");
      item.note.classList.toggle("oc-bad", !good);
      item.note.textContent = good
        ? `${words.taken} · ${JSON.parse(request.responseText).pages} ${words.pages}`
        : `${words.refused}: ${said(request.responseText)}`;
      resolve(good);
    });
    request.send(item.file);
  });

if (form) {
  $("#files").addEventListener("change", (event) => {
    add(event.target.files);
    event.target.value = "";
  });
  const drop = $("#drop");
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("oc-over", name === "dragover");
      if (name === "drop") add(event.dataTransfer.files);
    });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const waiting = chosen.filter((item) => !item.state);
    if (!waiting.length) return tell(words.none, true);
    const button = $("#send");
    button.disabled = true;
    button.classList.add("oc-busy");
    tell(words.uploading);
    try {
      const job = data.job || (await create());
      for (const item of waiting) item.remove.remove();
      let taken = 0;
      for (const item of waiting) taken += await send(job, item);
      const address = `${data.page}?job=${job}`;
      if (taken === waiting.length) return location.assign(address);
      $("#said").replaceChildren(element("a", { class: "btn btn-sm", href: address }, words.open));
    } catch (error) {
      tell(error.message || words.network, true);
      button.disabled = false;
    } finally {
      button.classList.remove("oc-busy");
    }
  });
}
