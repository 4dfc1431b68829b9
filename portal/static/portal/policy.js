// The visual editor of custom policies, kept in step with the JSON document below it.
const area = document.querySelector("#document");
const visual = document.querySelector("#visual");
const add = document.querySelector("#add-statement");
const data = (id) => JSON.parse(document.querySelector(id)?.textContent || "[]");
const [actions, operators, keys] = [data("#actions-data"), data("#operators-data"), data("#keys-data")];
const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const on = (node, name, run) => (node.addEventListener(name, run), node);
const list = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

if (visual && area) {
  const words = visual.dataset;
  const groups = new Map();
  for (const row of actions) {
    const key = row.name.split(":").slice(0, 2).join(":");
    groups.set(key, [...(groups.get(key) || []), row.name]);
  }
  const known = new Set([...groups].flatMap(([key, names]) => [`${key}:*`, ...names]));
  const read = () => {
    const found = JSON.parse(area.value);
    const fine = Array.isArray(found?.Statement) && found.Statement.every((row) => row && typeof row === "object");
    if (!fine) throw new SyntaxError("Statement");
    return found;
  };
  const write = (found) => {
    area.value = JSON.stringify(found, null, 2);
    area.dispatchEvent(new Event("written", { bubbles: true })); // asks the server to check it
  };
  const draw = () => {
    try {
      visual.replaceChildren(...read().Statement.map(card));
      add.disabled = false;
    } catch {
      visual.replaceChildren(element("p", { class: "oc-bad", role: "status" }, words.badJson));
      add.disabled = true;
    }
  };
  const change = (index, edit, redraw) => {
    const found = read();
    edit(found.Statement[index], found);
    write(found);
    if (redraw) draw();
  };
  const button = (label, run, attributes = {}) =>
    on(element("button", { class: "btn btn-sm", type: "button", ...attributes }, label), "click", run);
  const choice = (options, value, label) => {
    const node = element("select", { class: "form-select", "aria-label": label });
    for (const [key, text] of options) node.append(element("option", { value: key }, text));
    if (![...node.options].some((row) => row.value === value)) node.append(element("option", { value }, value));
    node.value = value;
    return node;
  };

  const card = (statement, index) => {
    const title = `${words.statement} ${index + 1}`;
    const effects = [["Allow", words.allow], ["Deny", words.deny]];
    const effect = choice(effects, statement.Effect ?? "", words.effectLabel);
    effect.classList.add("w-auto");
    on(effect, "change", () => change(index, (row) => (row.Effect = effect.value)));
    const filter = element("input", { class: "form-control w-auto", type: "search", "aria-label": words.filterLabel, placeholder: words.filterLabel });
    const remove = button(words.remove, () => change(index, (_row, whole) => whole.Statement.splice(index, 1), true), { "aria-label": `${words.remove}: ${title}` });
    const chosen = new Set(list(statement.Action));
    const box = element("div", { class: "oc-scroll", role: "group", "aria-label": `${title}: ${words.actionsLabel}`, tabindex: "0" });
    for (const [key, names] of groups) box.append(group(key, names, chosen, index));
    on(filter, "input", () => {
      const text = filter.value.toLowerCase();
      for (const row of box.querySelectorAll("label[data-name]")) row.hidden = !row.dataset.name.includes(text);
      for (const part of box.querySelectorAll("[data-group]")) part.hidden = !part.querySelector("label:not([hidden])");
    });
    return element(
      "fieldset", { class: "card oc-card oc-stack" },
      element("legend", { class: "visually-hidden" }, title),
      element("div", { class: "oc-actions" }, element("strong", {}, title), effect, filter, remove),
      box, patterns(chosen, index), resources(statement, index), conditions(statement, index),
    );
  };

  const group = (key, names, chosen, index) => {
    const part = element("div", { "data-group": key });
    for (const name of [`${key}:*`, ...names]) {
      const tick = element("input", { class: "form-check-input", type: "checkbox" });
      tick.checked = chosen.has(name);
      on(tick, "change", () => change(index, (statement) => {
        const set = new Set(list(statement.Action));
        if (tick.checked) set.add(name);
        else set.delete(name);
        statement.Action = [...set];
      }));
      part.append(element("label", { class: "form-check", "data-name": name.toLowerCase() }, tick, element("span", { class: "form-check-label" }, element("code", {}, name))));
    }
    return part;
  };

  // Patterns such as ocr:*:get*, which no tick stands for.
  const patterns = (chosen, index) => {
    const field = element("input", { class: "form-control w-auto", "aria-label": words.addPattern, placeholder: "ocr:*:get*", dir: "ltr", spellcheck: "false" });
    const put = () => {
      if (field.value.trim()) change(index, (row) => (row.Action = [...new Set([...list(row.Action), field.value.trim()])]), true);
    };
    on(field, "keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(), put();
    });
    const others = [...chosen].filter((name) => !known.has(name)).map((name) =>
      element("span", { class: "oc-pill" }, element("code", { dir: "ltr" }, name), button("×", () => change(index, (row) => (row.Action = list(row.Action).filter((one) => one !== name)), true), { class: "oc-close", "aria-label": `${words.remove}: ${name}` })));
    return element("div", { class: "oc-actions" }, element("span", { class: "form-label mb-0" }, words.other), ...others, field, button(words.addPattern, put));
  };

  const resources = (statement, index) => {
    if (statement.Resource && !Array.isArray(statement.Resource)) return ""; // an agency's form: JSON only
    const field = element("textarea", { class: "form-control oc-mono", rows: "1", dir: "ltr", spellcheck: "false", placeholder: "ocr:*:*:*:*" });
    field.value = list(statement.Resource).join("\n");
    field.rows = Math.max(1, list(statement.Resource).length);
    on(field, "input", () => change(index, (row) => {
      const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
      if (lines.length) row.Resource = lines;
      else delete row.Resource;
    }));
    return element("label", { class: "d-block" }, element("span", { class: "form-label" }, words.resources), field);
  };

  // {Operator: {key: [values]}} as rows; two rows of one operator and key become one.
  const flat = (condition) => Object.entries(condition || {}).flatMap(([operator, entries]) =>
    Object.entries(entries || {}).map(([key, values]) => ({ operator, key, values: list(values) })));
  const nested = (rows) => {
    const found = {};
    for (const { operator, key, values } of rows) {
      found[operator] ??= {};
      found[operator][key] = [...(found[operator][key] || []), ...values];
    }
    return found;
  };
  const conditions = (statement, index) => {
    const rows = flat(statement.Condition);
    const save = (redraw) => change(index, (row) => {
      if (rows.length) row.Condition = nested(rows);
      else delete row.Condition;
    }, redraw);
    const lines = rows.map((row, place) => {
      const names = operators.flatMap((name) => [[name, name], [`${name}IfExists`, `${name}IfExists`]]);
      const operator = choice(names, row.operator, words.operator);
      const key = choice(keys.map(({ name }) => [name, name]), row.key, words.key);
      const about = keys.find(({ name }) => name === row.key);
      key.title = about?.description ?? "";
      const values = element("input", { class: "form-control", "aria-label": words.values, placeholder: words.values, dir: "ltr", spellcheck: "false", value: row.values.join(", ") });
      on(operator, "change", () => ((row.operator = operator.value), save(true)));
      on(key, "change", () => {
        row.key = key.value;
        // An operator of another type would never match: take the key's first instead.
        const fitting = keys.find(({ name }) => name === row.key)?.operators ?? [row.operator];
        if (!fitting.includes(row.operator.replace(/IfExists$/, ""))) row.operator = fitting[0];
        save(true);
      });
      on(values, "input", () => ((row.values = values.value.split(",").map((one) => one.trim()).filter(Boolean)), save()));
      return element("div", { class: "oc-condition" }, operator, key, values, button("×", () => (rows.splice(place, 1), save(true)), { "aria-label": `${words.remove}: ${row.operator} ${row.key}` }));
    });
    const more = button(words.addCondition, () => {
      const free = keys.find(({ name }) => !rows.some((row) => row.key === name)) || keys[0];
      rows.push({ operator: free.operators[0], key: free.name, values: [""] });
      save(true);
    });
    return element("div", { class: "oc-stack" }, element("span", { class: "form-label mb-0" }, words.conditions), ...lines, element("div", {}, more));
  };

  visual.hidden = false;
  add.hidden = false;
  on(add, "click", () => {
    const found = read();
    found.Statement.push({ Effect: "Allow", Action: [] });
    write(found);
    draw();
  });
  on(area, "input", draw);
  draw();
}
