// Shared by the pages with the form of a service: elements, and the options that differ from their default.
export const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

export const options = (form) => {
  const found = {};
  for (const field of form.querySelectorAll("[data-option]")) {
    const { option: name, kind } = field.dataset;
    if (kind === "bool") {
      if (field.checked !== (field.dataset.default === "True")) found[name] = field.checked;
    } else if (kind === "list") {
      if (field.checked) (found[name] ||= []).push(field.value);
    } else if (field.value !== "" && field.value !== field.dataset.default) {
      found[name] = kind === "int" ? Number(field.value) : field.value;
    }
  }
  return found;
};
