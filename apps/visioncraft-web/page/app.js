// SPDX-License-Identifier: LGPL-2.1-or-later
import { logIn } from "./login.js";
import { errorText, facts, ideas, working } from "./messages.js";
import { ask, sendJson } from "./server.js";

const $ = (id) => document.getElementById(id);
const form = $("form"), stage = $("stage"), video = $("video");
const generations = "api/generations";

let job = null;        // what the stage shows, as the server last reported it
let events = null;     // the EventSource of a job under way
let heard = 0;          // performance.now() of the last event
let clock = 0;         // timer of the seconds

// --- The stage ---

function show(view) {
  stage.dataset.view = view;
  const busy = view === "working";
  $("generate").disabled = busy;
  stage.setAttribute("aria-busy", busy);
  if (!busy) {
    clearInterval(clock);
    clock = 0;
    document.title = "VisionCraft";
  }
}

function announce(text) {
  if ($("announce").textContent !== text)
    $("announce").textContent = text;
}

function showError(error) {
  stopVideo();
  const [title, text, detail] = errorText(error);
  $("error-title").textContent = title;
  $("error-text").textContent = text;
  $("error-detail").textContent = detail;
  $("error-detail").hidden = detail === "";
  stage.dataset.kind = error.kind;
  for (const field of form.elements)
    field.toggleAttribute("aria-invalid", field.name !== "" && field.name === error.field);
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
  $("clock").hidden = job.state === "queued";
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

function address(what) {
  return `${generations}/${job.id}/${what}`;
}

function showResult() {
  $("caption").textContent = job.prompt;
  $("facts").textContent = facts(job);
  $("damaged").hidden = !job.damaged;
  for (const format of ["gif", "mp4", "webm"])
    $(`save-${format}`).href = address(format);
  stage.classList.add("complete");
  if (!video.src)
    startVideo();
}

// --- The video ---

function stopVideo() {
  stage.classList.remove("complete", "moving");
  if (video.src) {
    video.pause();
    video.removeAttribute("src");
    video.load();
  }
}

function startVideo() {
  video.loop = false;
  video.src = address("video");
  video.play().catch(() => { /* the Play button is there */ });
}

// The first round reports its end; from then on the browser repeats without a gap.
function onEnded() {
  video.loop = $("loop").getAttribute("aria-pressed") === "true";
  if (video.loop)
    video.play().catch(() => {});
}

// Some browsers do not play what has no known length: they get it when it is whole.
function onVideoError() {
  if (!video.src || !job)
    return;
  if (job.state !== "done") {
    video.removeAttribute("src");
  } else if (!video.dataset.retried) {
    video.dataset.retried = job.id;
    startVideo();
  } else {
    showError({ kind: "damaged" });
  }
}

function onPlaying() {
  $("play").textContent = video.paused ? "Play" : "Pause";
  if (!video.paused && stage.dataset.view !== "error") {
    stage.classList.add("moving");
    show("video");
  }
}

// --- A generation ---

function leave() {
  events?.close();
  events = null;
}

function follow(id) {
  leave();
  history.replaceState(null, "", `#${id}`);
  events = new EventSource(`${generations}/${id}/events`);
  events.onmessage = (event) => update(JSON.parse(event.data));
  events.onerror = () => {
    if (events?.readyState === EventSource.CLOSED) {
      leave();
      showError({ kind: "gone" });
    } else if (performance.now() - heard > 10000) {
      leave();
      showError({ kind: "offline" });
    }
  };
}

function update(state) {
  job = state;
  heard = performance.now();
  switch (job.state) {
    case "streaming":
      showWorking();
      if (!video.src)
        startVideo();
      break;
    case "done":
      leave();
      if (!stage.classList.contains("moving"))
        show("video");
      showResult();
      announce("The animation is ready.");
      refreshGallery();
      break;
    case "failed":
      leave();
      showError(job.error);
      break;
    case "canceled":
      leave();
      showError({ kind: "canceled" });
      break;
    default:
      showWorking();
  }
}

async function submit(event) {
  event?.preventDefault();
  if ($("generate").disabled || !form.reportValidity())
    return;
  const data = new FormData(form);
  const body = Object.fromEntries(data);
  body.cfg_scale = Number(body.cfg_scale);
  body.steps = Number(body.steps);

  leave();
  stopVideo();
  delete video.dataset.retried;
  for (const field of form.elements)
    field.removeAttribute("aria-invalid");
  $("generate").disabled = true;
  try {
    const state = await ask(generations, sendJson("POST", body));
    update(state);
    follow(state.id);
    // On a phone the stage is below the form.
    stage.scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (error.kind === "login")
      logIn().then(refreshGallery);
    showError(error);
  }
}

async function cancel() {
  const id = job.id;
  // First the stream: a browser has few connections to one server.
  leave();
  stopVideo();
  showError({ kind: "canceled" });
  $("prompt").focus();
  await ask(`${generations}/${id}`, { method: "DELETE" }).catch(() => {});
}

// --- The gallery ---

function makeCard(item) {
  const li = document.createElement("li");
  const button = document.createElement("button");
  const picture = document.createElement("video");
  const text = document.createElement("span");

  button.type = "button";
  button.dataset.id = item.id;
  picture.src = `${generations}/${item.id}/video`;
  picture.preload = "metadata";
  picture.muted = picture.loop = picture.playsInline = true;
  picture.setAttribute("aria-hidden", "true");
  text.textContent = item.prompt;
  button.append(picture, text);
  const play = () => picture.play().catch(() => {});
  const pause = () => picture.pause();
  button.addEventListener("pointerenter", play);
  button.addEventListener("focus", play);
  button.addEventListener("pointerleave", pause);
  button.addEventListener("blur", pause);
  button.addEventListener("click", () => open(item));
  li.append(button);
  return li;
}

function open(item) {
  if (events) // the one under way goes on being shown
    return;
  stopVideo();
  delete video.dataset.retried;
  job = item;
  history.replaceState(null, "", `#${item.id}`);
  show("video");
  showResult();
  stage.focus({ preventScroll: true });
  stage.scrollIntoView({ block: "nearest" });
}

async function refreshGallery() {
  const { generations: items } = await ask(generations).catch(() => ({ generations: [] }));
  $("gallery").hidden = items.length === 0;
  // What is there stays: a video that is replaced flickers.
  const old = new Map([...$("cards").children].map((li) => [li.firstChild.dataset.id, li]));
  $("cards").replaceChildren(...items.map((item) => old.get(item.id) ?? makeCard(item)));
  return items;
}

// --- The form ---

function showValue(id) {
  $(`${id}-value`).textContent = $(id).value;
  const { min, max, value } = $(id);
  $(id).style.setProperty("--part", `${100 * (value - min) / (max - min)}%`);
}

function showCount() {
  $("prompt-count").textContent = `${$("prompt").value.length} / ${$("prompt").maxLength}`;
}

function fill(values) {
  $("prompt").value = values.prompt;
  $("negative-prompt").value = values.negative_prompt;
  $("cfg-scale").value = values.cfg_scale;
  $("steps").value = values.steps;
  if ([...$("sampler").options].some((option) => option.value === values.sampler))
    $("sampler").value = values.sampler;
  showValues();
}

function showValues() {
  showValue("cfg-scale");
  showValue("steps");
  showCount();
}

function setUpForm(options) {
  for (const name of options.samplers)
    $("sampler").append(new Option(name, name));
  for (const [id, range] of [["cfg-scale", options.cfg_scale], ["steps", options.steps]]) {
    $(id).min = range.min;
    $(id).max = range.max;
    $(id).value = range.default;
  }
  $("prompt").maxLength = $("negative-prompt").maxLength = options.max_prompt;
  for (const [name, text] of ideas) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "idea";
    button.textContent = name;
    button.addEventListener("click", () => {
      $("prompt").value = text;
      showCount();
      $("prompt").focus();
    });
    $("ideas").append(button);
  }
  showValues();
}

function listen() {
  form.addEventListener("submit", submit);
  form.addEventListener("input", showValues);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
      submit(event);
  });
  $("cancel").addEventListener("click", cancel);
  $("retry").addEventListener("click", () => submit());
  $("reuse").addEventListener("click", () => {
    fill(job);
    $("prompt").focus();
  });
  $("loop").addEventListener("click", () => {
    const on = $("loop").getAttribute("aria-pressed") !== "true";
    $("loop").setAttribute("aria-pressed", on);
    video.loop = on;
    if (on && video.ended)
      video.play().catch(() => {});
  });
  $("play").addEventListener("click", () => video.paused ? video.play() : video.pause());
  video.addEventListener("click", () => video.paused ? video.play() : video.pause());
  video.addEventListener("ended", onEnded);
  video.addEventListener("error", onVideoError);
  for (const name of ["playing", "pause", "play"])
    video.addEventListener(name, onPlaying);
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

async function start() {
  listen();
  try {
    setUpForm(await askOptions());
  } catch (error) {
    showError(error);
    return;
  }
  const items = await refreshGallery();
  const id = location.hash.slice(1);
  const item = items.find((other) => other.id === id);
  if (item)
    open(item);
  else if (/^[0-9a-f]{32}$/.test(id))
    ask(`${generations}/${id}`).then((state) => { update(state); follow(id); },
      () => history.replaceState(null, "", location.pathname));
  document.documentElement.dataset.ready = "yes";
}

start();
