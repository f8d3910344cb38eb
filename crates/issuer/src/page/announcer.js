// Announcements for screen readers, one after the other. A new text would otherwise replace one that was not read yet.

const PAUSE_MS = 1200;
const region = document.getElementById("announcer");
const waiting = [];
let isReading = false;

/** Reads a text after all earlier ones. */
export function announce(text) {
  waiting.push(text);
  if (!isReading) readNext();
}

function readNext() {
  const text = waiting.shift();
  isReading = text !== undefined;
  if (!isReading) return;
  region.textContent = text;
  setTimeout(readNext, PAUSE_MS);
}
