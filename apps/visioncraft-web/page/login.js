// SPDX-License-Identifier: LGPL-2.1-or-later
// The password, where the server asks for one.
import { errorText } from "./messages.js";
import { ask, sendJson } from "./server.js";

const form = document.getElementById("login");
const text = document.getElementById("login-text");

function show(on) {
  form.hidden = !on;
  document.getElementById("work").hidden = on;
  if (on) {
    document.getElementById("gallery").hidden = true;
    form.password.focus();
  }
}

// Settles when the server has taken the password.
export function logIn() {
  text.textContent = "Whoever runs this page has given it one.";
  form.password.removeAttribute("aria-invalid");
  show(true);
  return new Promise((done) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        await ask("api/login", sendJson("POST", { password: form.password.value }));
      } catch (error) {
        text.textContent = errorText(error).slice(0, 2).join(": ");
        form.password.setAttribute("aria-invalid", "true");
        form.password.select();
        return;
      }
      form.password.value = "";
      show(false);
      done();
    };
  });
}
