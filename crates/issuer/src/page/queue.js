// The strip of all uploads and their states.

import { announce } from "/page/announcer.js";

const section = document.getElementById("queue");
const [summary, list, clear] = ["p", "ol", ".clear"].map((selector) => section.querySelector(selector));
const NAMES = { waiting: "waiting", sending: "sending", processing: "processing", ready: "ready", refused: "not ready" };
const FINISHED = ["ready", "refused"];
/** The cards of the strip, and the button of each. */
const cards = new Map();

/** Adds a card to the strip. */
export function enqueue(card) {
  const button = document.createElement("button");
  button.type = "button";
  button.addEventListener("click", () => {
    card.element.scrollIntoView({ block: "center" });
    card.heading.focus({ preventScroll: true });
  });
  const item = document.createElement("li");
  item.append(button);
  list.append(item);
  cards.set(card, button);
  refresh(card);
}

/** Shows the state of a card, and the number of uploads in each state. */
export function refresh(card) {
  const button = cards.get(card);
  if (!button) return;
  const wasBusy = isBusy();
  button.dataset.state = card.state;
  button.setAttribute("aria-label", `${card.name}: ${NAMES[card.state]}`);
  if (card.previewUrl) button.style.backgroundImage = `url(${card.previewUrl})`;
  count();
  if (wasBusy && !isBusy() && cards.size > 1) announce(`All uploads are finished: ${summary.textContent}`);
}

/** Removes a card. */
export function dequeue(card) {
  cards.get(card)?.parentElement.remove();
  cards.delete(card);
  count();
}

/** Removes all cards that are finished. */
export function clearFinished() {
  for (const card of [...cards.keys()]) if (FINISHED.includes(card.state)) card.remove();
}

function isBusy() {
  return [...cards.values()].some((button) => button.dataset.state && !FINISHED.includes(button.dataset.state));
}

function count() {
  const states = [...cards.keys()].map(({ state }) => state);
  const counts = Object.entries(NAMES).map(([state, name]) => [states.filter((it) => it === state).length, name]);
  summary.textContent = counts.filter(([number]) => number > 0).map(([number, name]) => `${number} ${name}`).join(", ");
  section.hidden = cards.size < 2;
  clear.hidden = !states.some((state) => FINISHED.includes(state));
}
