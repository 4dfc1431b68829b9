// The visual editor of custom policies: statements of ticked actions, in step with the JSON below.
const area = document.querySelector("#document");
const visual = document.querySelector("#visual");
const add = document.querySelector("#add-statement");
const actions = JSON.parse(document.querySelector("#actions-data")?.textContent || "[]");
const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

if (visual && area) {
  const words = visual.dataset;
  const read = () => {
    const found = JSON.parse(area.value);
    if (!Array.isArray(found.Statement)) throw new SyntaxError("Statement");
    return found;
  };
  const write = (document_) => (area.value = JSON.stringify(document_, null, 2));
  const groups = Map.groupBy ? Map.groupBy(actions, (row) => row.name.split(":").slice(0, 2).join(":")) : new Map();
  if (!groups.size) for (const row of actions) {
    const key = row.name.split(":").slice(0, 2).join(":");
    groups.set(key, [...(groups.get(key) || []), row]);
  }
  const draw = () => {
    let document_;
    try {
      document_ = read();
    } catch {
      visual.replaceChildren(element("p", { class: "oc-bad", role: "status" }, words.badJson));
      return;
    }
    visual.replaceChildren(...document_.Statement.map((statement, index) => card(statement, index)));
  };
  const change = (index, edit) => {
    const document_ = read();
    edit(document_.Statement[index], document_);
    write(document_);
  };
  const card = (statement, index) => {
    const effect = element("select", { class: "form-select w-auto", "aria-label": words.effectLabel });
    for (const [value, label] of [["Allow", words.allow], ["Deny", words.deny]]) effect.append(element("option", { value }, label));
    effect.value = statement.Effect;
    effect.addEventListener("change", () => change(index, (row) => (row.Effect = effect.value)));
    const filter = element("input", { class: "form-control w-auto", type: "search", "aria-label": words.filterLabel, placeholder: words.filterLabel });
    const remove = element("button", { class: "btn btn-sm", type: "button" }, words.remove);
    remove.addEventListener("click", () => {
      change(index, (_row, whole) => whole.Statement.splice(index, 1));
      draw();
    });
    const list = element("div", { class: "oc-scroll", role: "group", "aria-label": words.actionsLabel, tabindex: "0" });
    for (const [key, rows] of groups) list.append(group(key, rows, statement.Action || [], index));
    filter.addEventListener("input", () => {
      for (const row of list.querySelectorAll("[data-name]")) row.hidden = !row.dataset.name.includes(filter.value.toLowerCase());
    });
    return element(
      "fieldset", { class: "card oc-card oc-stack" },
      element("legend", { class: "visually-hidden" }, `${words.statement} ${index + 1}`),
      element("div", { class: "oc-actions" }, element("strong", {}, `${words.statement} ${index + 1}`), effect, filter, remove),
      list,
    );
  };
  const group = (key, rows, chosen, index) => {
    const box = element("div", { "data-name": rows.map((row) => row.name.toLowerCase()).join(" ") });
    for (const row of [{ name: `${key}:*`, description: "" }, ...rows]) {
      const tick = element("input", { class: "form-check-input", type: "checkbox" });
      tick.checked = chosen.includes(row.name);
      tick.addEventListener("change", () =>
        change(index, (statement) => {
          const set = new Set(statement.Action);
          if (tick.checked) set.add(row.name);
          else set.delete(row.name);
          statement.Action = [...set];
        }),
      );
      box.append(element("label", { class: "form-check", "data-name": row.name.toLowerCase() }, tick, element("span", { class: "form-check-label" }, element("code", {}, row.name))));
    }
    return box;
  };
  visual.hidden = false;
  add.hidden = false;
  add.addEventListener("click", () => {
    const document_ = read();
    document_.Statement.push({ Effect: "Allow", Action: [] });
    write(document_);
    draw();
  });
  area.addEventListener("input", draw);
  draw();
}
