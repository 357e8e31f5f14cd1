// SPDX-License-Identifier: LGPL-2.1-or-later
// Prompts that wait for the one under way. They outlive a reload, not the tab.

const $ = (id) => document.getElementById(id);
const key = "visioncraft-next";

let waiting = [];

function save() {
  try {
    sessionStorage.setItem(key, JSON.stringify(waiting));
  } catch { /* then they do not outlive it */ }
}

function show() {
  $("next").hidden = waiting.length === 0;
  $("next-list").replaceChildren(...waiting.map((body) => {
    const li = document.createElement("li");
    const text = document.createElement("span");
    const button = document.createElement("button");
    text.textContent = body.prompt;
    button.type = "button";
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove: ${body.prompt}`);
    button.addEventListener("click", () => {
      waiting = waiting.filter((other) => other !== body);
      changed();
      $("prompt").focus();
    });
    li.append(text, button);
    return li;
  }));
}

function changed() {
  save();
  show();
}

export function add(body) {
  waiting.push(body);
  changed();
}

// undefined: there is none.
export function take() {
  const body = waiting.shift();
  changed();
  return body;
}

export function load() {
  try {
    waiting = JSON.parse(sessionStorage.getItem(key)) ?? [];
  } catch {
    waiting = [];
  }
  show();
  return waiting.length;
}
