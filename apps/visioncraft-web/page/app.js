// SPDX-License-Identifier: LGPL-2.1-or-later
import * as form from "./form.js";
import * as gallery from "./gallery.js";
import { logIn } from "./login.js";
import { errorText, facts, working } from "./messages.js";
import * as next from "./next.js";
import * as player from "./player.js";
import { address, ask, follow, generations, sendJson } from "./server.js";

const $ = (id) => document.getElementById(id);
const stage = $("stage");

let job = null;        // what the stage shows, as the server last reported it
let body = null;       // what was asked for last
let leave = null;      // ends to follow the one under way
let heard = 0;         // performance.now() of its last state
let clock = 0;         // timer of the seconds
let again = submit;    // what "Try again" does

// --- The stage ---

function show(view) {
  stage.dataset.view = view;
  stage.setAttribute("aria-busy", view === "working");
  $("generate-text").textContent = isBusy() ? "Queue" : "Generate";
  if (view !== "working") {
    clearInterval(clock);
    clock = 0;
    if (!document.hidden) // else it may say how it ended
      document.title = "VisionCraft";
  }
}

function announce(text) {
  if ($("announce").textContent !== text)
    $("announce").textContent = text;
}

function showError(error, retry = submit) {
  const [title, text, detail] = errorText(error);
  again = retry;
  player.stop();
  $("error-title").textContent = title;
  $("error-text").textContent = text;
  $("error-detail").textContent = detail;
  $("error-detail").hidden = detail === "";
  stage.dataset.kind = error.kind;
  form.mark(error.field);
  show("error");
}

function tick() {
  const since = (performance.now() - heard) / 1000;
  const s = job.state === "queued" ? since : job.seconds + since;
  $("clock").textContent = `${Math.floor(s)} s`;
  document.title = `${Math.floor(s)} s · VisionCraft`;
}

function showWorking() {
  const [lead, hint] = working(job);
  $("working-text").textContent = lead;
  $("working-hint").textContent = hint;
  $("working-prompt").textContent = job.prompt;
  $("clock").hidden = job.state === "queued" || job.state === "sending";
  if (job.state === "downloading" && job.total)
    $("bar").value = 100 * job.bytes / job.total;
  else
    $("bar").removeAttribute("value");
  stage.dataset.state = job.state;
  if (!clock)
    clock = setInterval(tick, 250);
  tick();
  announce(lead);
  show("working");
}

function showResult() {
  $("caption").textContent = job.prompt;
  $("facts").textContent = facts(job);
  $("damaged").hidden = !job.damaged;
  for (const format of ["gif", "mp4", "webm"])
    $(`save-${format}`).href = address(job, format);
  resetDelete();
  stage.classList.add("complete");
  player.show(address(job, "video"), true, address(job, "poster"));
}

function remember(id) {
  history.replaceState(null, "", id ? `g/${id}` : "./");
}

// --- A generation ---

function isBusy() {
  return leave !== null || (job !== null && job.state === "sending");
}

function stopFollowing() {
  leave?.();
  leave = null;
}

function start(state) {
  stopFollowing();
  remember(state.id);
  leave = follow(state.id, {
    update,
    lost: () => {
      $("working-hint").textContent = "The connection was cut. Reconnecting…";
    },
    failed: (error) => {
      const { id } = job;
      stopFollowing();
      if (error.kind === "login")
        logIn().then(() => look(id));
      showError(error, error.kind === "offline" ? () => look(id) : submit);
    },
  });
  update(state);
}

// One that may have ended while nobody looked.
function look(id) {
  return ask(`${generations}/${id}`).then(
    (state) => state.state === "done" ? open(state) : start(state),
    (error) => showError(error, error.kind === "offline" ? () => look(id) : submit));
}

function finish() {
  stopFollowing();
  gallery.refresh(open);
}

function goOn() {
  const waiting = next.take();
  if (waiting)
    send(waiting);
}

function update(state) {
  job = state;
  heard = performance.now();
  switch (job.state) {
    case "streaming":
      showWorking();
      player.show(address(job, "video"), false);
      break;
    case "done":
      finish();
      show("video");
      showResult();
      announce("The animation is ready.");
      if (document.hidden)
        document.title = "✓ Ready · VisionCraft";
      goOn();
      break;
    case "failed":
      finish();
      showError(job.error);
      if (document.hidden)
        document.title = "✗ Failed · VisionCraft";
      break;
    case "canceled":
      finish();
      showError({ kind: "canceled" });
      break;
    default:
      showWorking();
  }
}

async function send(wanted) {
  body = wanted;
  player.stop();
  job = { ...body, state: "sending", seconds: 0 };
  heard = performance.now();
  showWorking();
  try {
    const state = await ask(generations, sendJson("POST", body));
    if (job.state === "canceled") // meanwhile
      ask(`${generations}/${state.id}`, { method: "DELETE" }).catch(() => {});
    else
      start(state);
  } catch (error) {
    job = null;
    if (error.kind === "login")
      logIn().then(() => gallery.refresh(open));
    showError(error);
  }
}

function submit() {
  const wanted = form.read();
  if (!wanted)
    return;
  if (isBusy()) {
    next.add(wanted);
    announce("It is next.");
    return;
  }
  send(wanted);
  // On a phone the stage is below the form.
  stage.focus({ preventScroll: true });
  stage.scrollIntoView({ block: "nearest" });
}

async function cancel() {
  if (!isBusy())
    return;
  const { id } = job;
  // First the stream: a browser has few connections to one server.
  stopFollowing();
  job = { ...job, state: "canceled" };
  showError({ kind: "canceled" });
  $("prompt").focus();
  if (id)
    await ask(`${generations}/${id}`, { method: "DELETE" }).catch(() => {});
  goOn();
}

// --- A finished one ---

function open(item) {
  if (isBusy()) // the one under way goes on being shown
    return;
  player.stop();
  job = item;
  remember(item.id);
  show("video");
  showResult();
  stage.focus({ preventScroll: true });
  stage.scrollIntoView({ block: "nearest" });
}

function resetDelete() {
  $("delete").textContent = "Delete";
  delete $("delete").dataset.sure;
}

async function remove() {
  if (!$("delete").dataset.sure) {
    $("delete").dataset.sure = "asked";
    $("delete").textContent = "Really delete?";
    return;
  }
  resetDelete();
  try {
    await ask(`${generations}/${job.id}`, { method: "DELETE" });
  } catch (error) {
    if (error.kind !== "gone") {
      showError(error);
      return;
    }
  }
  player.stop();
  job = null;
  remember("");
  show("empty");
  announce("Deleted.");
  $("prompt").focus();
  gallery.refresh(open);
}

async function copyLink() {
  const link = new URL(`g/${job.id}`, document.baseURI).href;
  try {
    await navigator.clipboard.writeText(link);
    announce("The link is copied.");
    $("copy").textContent = "Copied";
  } catch {
    // Browsers copy on pages of this machine and over TLS only.
    prompt("The link:", link);
  }
  setTimeout(() => { $("copy").textContent = "Copy link"; }, 2000);
}

// --- The page ---

function listen() {
  player.listen();
  player.onReport((what) => {
    if (what === "broken")
      showError({ kind: "damaged" });
    else if (stage.dataset.view !== "error")
      show("video");
  });
  $("cancel").addEventListener("click", cancel);
  $("retry").addEventListener("click", () => again());
  $("reuse").addEventListener("click", () => form.fill(job));
  $("copy").addEventListener("click", copyLink);
  $("delete").addEventListener("click", remove);
  $("delete").addEventListener("blur", resetDelete);
  $("next-go").addEventListener("click", () => isBusy() || goOn());
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the page's base may be elsewhere
    stage.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape")
      cancel();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !isBusy())
      document.title = "VisionCraft";
  });
}

// The first request shows whether the server wants a password first.
async function askOptions() {
  try {
    return await ask("api/options");
  } catch (error) {
    if (error.kind !== "login")
      throw error;
    document.documentElement.dataset.ready = "login";
    await logIn();
    return askOptions();
  }
}

async function begin() {
  const [id] = /[0-9a-f]{32}$/.exec(location.href) ?? [];
  listen();
  next.load();
  try {
    form.setUp(await askOptions(), submit);
  } catch (error) {
    showError(error, () => location.reload());
    return;
  }
  await gallery.refresh(open);
  if (id)
    await look(id);
  document.documentElement.dataset.ready = "yes";
}

begin();
