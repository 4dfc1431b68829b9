// The frame: menus, navigation drawer, command search, copy buttons, confirmations, messages.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Menus are <details>; one is open at a time, Escape and a click elsewhere close it.
const closeMenus = (except) => {
  for (const menu of $$("details.oc-menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.oc-menu")));
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.oc-menu");
  if (event.key === "Escape") {
    closeMenus();
    closeDrawer();
    if (menu) $("summary", menu).focus();
  }
  if (menu?.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const items = $$("a, button, input", menu);
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = items[(items.indexOf(document.activeElement) + step + items.length) % items.length];
    next?.focus();
    event.preventDefault();
  }
});

// Drawer on narrow screens.
const drawer = $("#oc-nav");
const drawerButton = $("[data-drawer]");
function closeDrawer() {
  if (!drawer || !document.body.classList.contains("oc-drawer-open")) return;
  document.body.classList.remove("oc-drawer-open");
  drawerButton.setAttribute("aria-expanded", "false");
  drawerButton.focus();
}
drawerButton?.addEventListener("click", () => {
  const open = document.body.classList.toggle("oc-drawer-open");
  drawerButton.setAttribute("aria-expanded", String(open));
  if (open) $("a", drawer)?.focus();
});
$("[data-drawer-close]")?.addEventListener("click", closeDrawer);

// Command search: "/" or Ctrl+K opens it, arrows move, Enter goes.
const palette = $("#oc-search");
if (palette) {
  const input = $("input", palette);
  const items = $$("[data-search-item]", palette);
  const none = $("[data-search-none]", palette);
  let active = -1;
  const shown = () => items.filter((item) => !item.hidden);
  const mark = (index) => {
    const visible = shown();
    for (const item of items) item.removeAttribute("aria-selected");
    active = visible.length ? (index + visible.length) % visible.length : -1;
    const current = visible[active];
    current?.setAttribute("aria-selected", "true");
    current?.scrollIntoView({ block: "nearest" });
    if (current) input.setAttribute("aria-activedescendant", current.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = item.textContent.toLowerCase() + " " + item.dataset.searchItem;
      item.hidden = !words.every((word) => text.includes(word));
    }
    none.hidden = shown().length > 0;
    mark(0);
  };
  const open = () => {
    input.value = "";
    filter();
    palette.showModal();
  };
  $("[data-search-open]")?.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if ((slash || command) && !palette.open) {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter") shown()[active]?.click();
    else return;
    event.preventDefault();
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
}

// Everything below also runs on parts that htmx brings in.
const say = (text) => {
  const live = $("#oc-live");
  if (live) live.textContent = text;
};
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = copy.dataset.copyFrom ? $(copy.dataset.copyFrom) : null;
    const text = source ? (source.value ?? source.textContent) : copy.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    copy.classList.add("oc-copied");
    say(copy.dataset.copied || "");
    setTimeout(() => copy.classList.remove("oc-copied"), 1500);
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = $(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(dismiss.dataset.dismiss)?.remove();
});

// A form that was refused comes back in its dialog, with the reason inside: the page below is out of reach.
for (const dialog of $$("dialog[open]")) {
  dialog.close();
  dialog.showModal();
  $("h2", dialog)?.after(...$$("#oc-messages .oc-note-error"));
}

// A destructive form asks for the name: its button wakes when the name is typed.
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-confirm-name]");
  if (field) {
    const button = $("[data-confirm-button]", field.form);
    button.disabled = field.value !== field.dataset.confirmName;
  }
  const search = event.target.closest("[data-filter]");
  if (search) filterRows(search);
});
const filterRows = (search) => {
  const words = search.value.toLowerCase();
  let shown = 0;
  for (const row of $$(`${search.dataset.filter} tbody tr[data-row]`)) {
    row.hidden = !row.textContent.toLowerCase().includes(words);
    if (!row.hidden) shown += 1;
  }
  const none = $(`${search.dataset.filter} [data-filter-none]`);
  if (none) none.hidden = shown > 0;
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  const all = event.target.closest("[data-check-all]");
  if (all) for (const box of $$(all.dataset.checkAll)) box.checked = all.checked;
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) showParts(reveal);
});
// A choice shows the part of the form that belongs to it.
const showParts = (control) => {
  const value = control.type === "checkbox" ? String(control.checked) : control.value;
  if (control.type === "radio" && !control.checked) return;
  for (const part of $$(`[data-part="${control.dataset.reveal}"]`)) {
    part.hidden = !part.dataset.when.split(" ").includes(value);
    for (const field of $$("input, select, textarea", part)) field.disabled = part.hidden;
  }
};
for (const control of $$("[data-reveal]")) showParts(control);

// Password fields can be shown.
document.addEventListener("click", (event) => {
  const eye = event.target.closest("[data-show-password]");
  if (!eye) return;
  const field = $(eye.dataset.showPassword);
  field.type = field.type === "password" ? "text" : "password";
  eye.setAttribute("aria-pressed", String(field.type === "text"));
});

// Times are written by the server in UTC and shown in the reader's own zone.
const localTimes = (root) => {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium", timeStyle: "medium",
  });
  for (const time of $$("time[datetime][data-local]", root)) {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) continue;
    time.title = time.textContent.trim();
    time.textContent = format.format(moment);
  }
};
localTimes(document);
document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt));

// A button that sends a form shows that it works and cannot be pressed twice.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  const button = event.submitter;
  if (button && event.target.method === "post") {
    setTimeout(() => {
      button.classList.add("oc-busy");
      button.setAttribute("aria-busy", "true");
    });
  }
});
addEventListener("pageshow", () => {
  for (const button of $$(".oc-busy")) button.classList.remove("oc-busy");
});
document.addEventListener("htmx:responseError", (event) => {
  say(event.detail.xhr.statusText);
  location.reload();
});

// A long form or dialog in steps: "next" checks the fields of its step first. Without scripts all
// steps are shown at once, and the buttons are not.
for (const whole of $$("[data-steps]")) {
  const steps = $$("[data-step]", whole);
  const names = $$("[data-step-name]", whole);
  const go = (index) => {
    steps.forEach((step, place) => (step.hidden = place !== index));
    names.forEach((name, place) => {
      if (place === index) name.setAttribute("aria-current", "step");
      else name.removeAttribute("aria-current");
    });
    for (const control of $$("[data-reveal]", whole)) showParts(control);
  };
  const good = (step) => {
    const fields = $$("input, select, textarea", step).filter((field) => !field.disabled);
    const one = fields.filter((field) => field.hasAttribute("data-step-one"));
    one[0]?.setCustomValidity(one.length && !one.some((field) => field.checked) ? " " : "");
    return fields.every((field) => field.reportValidity());
  };
  for (const part of $$("[data-step-buttons]", whole)) part.hidden = false;
  whole.addEventListener("click", (event) => {
    const here = steps.findIndex((step) => !step.hidden);
    if (event.target.closest("[data-step-next]") && good(steps[here])) go(here + 1);
    else if (event.target.closest("[data-step-back]")) go(here - 1);
    else return;
    $("input, button", steps.find((step) => !step.hidden))?.focus();
  });
  whole.addEventListener("keydown", (event) => {
    const here = steps.findIndex((step) => !step.hidden);
    if (event.key !== "Enter" || here === steps.length - 1 || event.target.matches("button, textarea, a")) return;
    event.preventDefault();
    if (good(steps[here])) go(here + 1);
  });
  whole.addEventListener("input", () => {
    for (const field of $$("[data-step-one]", whole)) field.setCustomValidity("");
  });
  go(0);
}

// A search field that narrows a list of labels.
document.addEventListener("input", (event) => {
  const search = event.target.closest("[data-filter-labels]");
  if (!search) return;
  const text = search.value.toLowerCase();
  for (const row of $$(`${search.dataset.filterLabels} label`)) row.hidden = !row.textContent.toLowerCase().includes(text);
});
