// Quick starts: the code of the first call in the chosen language, from the same generator as the explorer.
import { LANGUAGES, generate } from "./code.js";

const call = JSON.parse(document.querySelector("#call-data").textContent);
const chooser = document.querySelector("#language");
for (const [key, label] of LANGUAGES) chooser.append(new Option(label, key));
chooser.value = sessionStorage.getItem("code-language") || "curl";
const show = () => {
  sessionStorage.setItem("code-language", chooser.value);
  document.querySelector("#code").textContent = generate(chooser.value, call);
};
chooser.addEventListener("change", show);
show();
