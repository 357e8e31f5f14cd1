// SPDX-License-Identifier: LGPL-2.1-or-later
// The video on the stage.

const $ = (id) => document.getElementById(id);
const video = $("video"), stage = $("stage");
const still = matchMedia("(prefers-reduced-motion: reduce)");

let address = "";      // of the video on show
let whole = false;     // nothing will follow
let retried = false;
let report = () => {}; // what happens to it: "moving", "broken"

export function onReport(func) {
  report = func;
}

export function stop() {
  address = "";
  whole = retried = false;
  stage.classList.remove("complete", "moving");
  video.removeAttribute("poster");
  if (video.src) {
    video.pause();
    video.removeAttribute("src");
    video.load();
  }
}

function play() {
  video.play().catch(() => { /* the Play button is there */ });
}

function start() {
  video.loop = false;
  video.src = address;
  if (!still.matches)
    play();
}

// While it grows, and again when it is whole. Who wants no motion sees it then,
// and starts it himself.
export function show(url, isWhole, poster) {
  whole = isWhole;
  if (whole && still.matches)
    video.poster = poster;
  if (url === address && video.src)
    return;
  address = url;
  video.preload = still.matches ? "none" : "auto";
  if (whole || !still.matches)
    start();
}

// The first round reports its end; from then on the browser repeats without a gap.
function onEnded() {
  video.loop = $("loop").getAttribute("aria-pressed") === "true";
  if (video.loop)
    play();
}

// Some browsers do not play what has no known length: they get it when it is whole.
function onError() {
  if (!video.src)
    return;
  if (!whole) {
    video.removeAttribute("src");
  } else if (!retried) {
    retried = true;
    start();
  } else {
    report("broken");
  }
}

function onChange() {
  $("play").textContent = video.paused ? "Play" : "Pause";
  if (!video.paused && video.src) {
    stage.classList.add("moving");
    report("moving");
  }
}

function toggle() {
  if (video.paused)
    play();
  else
    video.pause();
}

export function listen() {
  $("play").addEventListener("click", toggle);
  video.addEventListener("click", toggle);
  $("loop").addEventListener("click", () => {
    const on = $("loop").getAttribute("aria-pressed") !== "true";
    $("loop").setAttribute("aria-pressed", on);
    video.loop = on;
    if (on && video.ended)
      play();
  });
  video.addEventListener("ended", onEnded);
  video.addEventListener("error", onError);
  for (const name of ["playing", "pause", "play", "emptied"])
    video.addEventListener(name, onChange);
}
