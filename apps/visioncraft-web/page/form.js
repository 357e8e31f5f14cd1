// SPDX-License-Identifier: LGPL-2.1-or-later
// What the next generation is asked for.
import { ideas } from "./messages.js";

const $ = (id) => document.getElementById(id);
const form = $("form");

function showValue(id) {
  $(`${id}-value`).textContent = $(id).value;
  const { min, max, value } = $(id);
  $(id).style.setProperty("--part", `${100 * (value - min) / (max - min)}%`);
}

function showValues() {
  showValue("cfg-scale");
  showValue("steps");
  $("prompt-count").textContent = `${$("prompt").value.length} / ${$("prompt").maxLength}`;
}

export function fill(values) {
  $("prompt").value = values.prompt;
  $("negative-prompt").value = values.negative_prompt;
  $("cfg-scale").value = values.cfg_scale;
  $("steps").value = values.steps;
  if ([...$("sampler").options].some((option) => option.value === values.sampler))
    $("sampler").value = values.sampler;
  showValues();
  $("prompt").focus();
}

// null: the browser has said what is missing.
export function read() {
  if (!form.reportValidity())
    return null;
  const body = Object.fromEntries(new FormData(form));
  body.cfg_scale = Number(body.cfg_scale);
  body.steps = Number(body.steps);
  mark(null);
  return body;
}

// The field that an error is about.
export function mark(name) {
  for (const field of form.elements)
    field.toggleAttribute("aria-invalid", field.name !== "" && field.name === name);
}

export function setUp(options, submit) {
  $("sampler").replaceChildren(...options.samplers.map((name) => new Option(name, name)));
  for (const [id, range] of [["cfg-scale", options.cfg_scale], ["steps", options.steps]]) {
    $(id).min = range.min;
    $(id).max = range.max;
    $(id).value = range.default;
  }
  $("prompt").maxLength = $("negative-prompt").maxLength = options.max_prompt;
  $("ideas").replaceChildren(...ideas.map(([name, text]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "idea";
    button.textContent = name;
    button.addEventListener("click", () => {
      $("prompt").value = text;
      showValues();
      $("prompt").focus();
    });
    return button;
  }));
  form.addEventListener("input", showValues);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  });
  showValues();
}
