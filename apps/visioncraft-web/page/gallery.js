// SPDX-License-Identifier: LGPL-2.1-or-later
// The finished ones: pictures, which move under the pointer.
import { address, ask, generations } from "./server.js";

const $ = (id) => document.getElementById(id);
const still = matchMedia("(prefers-reduced-motion: reduce)");

// A dozen videos would hold every connection that a browser has to a server: each
// is asked for when somebody points at it, and let go afterwards.
function addMotion(button, item) {
  let video = null;
  const play = () => {
    if (video || still.matches)
      return;
    video = document.createElement("video");
    video.preload = "none";
    video.muted = video.loop = video.playsInline = true;
    video.setAttribute("aria-hidden", "true");
    video.src = address(item, "video");
    button.prepend(video);
    video.play().catch(() => {});
  };
  const stop = () => {
    if (!video)
      return;
    video.removeAttribute("src");
    video.load();
    video.remove();
    video = null;
  };
  for (const name of ["pointerenter", "focus"])
    button.addEventListener(name, play);
  for (const name of ["pointerleave", "blur"])
    button.addEventListener(name, stop);
}

function makeCard(item, open) {
  const li = document.createElement("li");
  const button = document.createElement("button");
  const picture = document.createElement("img");
  const text = document.createElement("span");

  button.type = "button";
  button.dataset.id = item.id;
  picture.src = address(item, "poster");
  picture.loading = "lazy";
  picture.alt = "";
  text.textContent = item.prompt;
  button.append(picture, text);
  addMotion(button, item);
  button.addEventListener("click", () => open(item));
  li.append(button);
  return li;
}

// Asks for the list; what is there already stays: what is replaced flickers.
export async function refresh(open) {
  const { generations: items } = await ask(generations).catch(() => ({ generations: [] }));
  const old = new Map([...$("cards").children].map((li) => [li.firstChild.dataset.id, li]));
  $("gallery").hidden = items.length === 0;
  $("cards").replaceChildren(...items.map((item) => old.get(item.id) ?? makeCard(item, open)));
  return items;
}
