// The card of one upload.

import { deleteUpload, detectType, upload, waitForOutcome } from "/client.js";
import { describeType, explain, formatBytes } from "/explain.js";
import { announce } from "/page/announcer.js";
import { readExif } from "/page/exif.js";
import { dequeue, enqueue, refresh } from "/page/queue.js";
import { showResult } from "/page/result.js";
import { credentials } from "/page/session.js";
import { drawThumbHash } from "/page/thumbhash.js";
import { encodeThumbHash } from "/page/thumbhash-encoder.js";

const template = document.getElementById("upload");
/** Refusals of the file itself: another attempt would end the same way. */
const IS_FINAL = ["rejected", "empty", "unreadable", "too_many_bytes", "unsupported_format"];

/** Shows an upload from its file to its images. Emits `change` for what a reload must know, and `gone`. */
export class Card extends EventTarget {
  #record;
  #controller;
  /** `true` once the browser has decoded the file. */
  #preview;

  constructor(record) {
    super();
    this.#record = record;
    this.name = record.file.name || "Photo";
    this.state = "waiting";
    // The content of a template belongs to a document that loads no images.
    this.element = document.importNode(template.content.firstElementChild, true);
    this.heading = this.part("h2");
    this.heading.textContent = this.name;
    this.part("progress").setAttribute("aria-label", `Upload of ${this.name}`);
    const actions = {
      cancel: () => this.#cancel(),
      retry: () => this.#retry(),
      delete: () => this.#delete(),
      dismiss: () => this.#dismiss(),
    };
    for (const [name, action] of Object.entries(actions)) {
      const button = this.part(`.${name}`);
      button.setAttribute("aria-label", `${button.textContent}: ${this.name}`);
      button.addEventListener("click", action);
    }
    this.#preview = this.#showPreview();
    enqueue(this);
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  /** Uploads the file and shows its outcome. */
  async run() {
    const { file, profile, owner, crop } = this.#record;
    const onCreated = ({ profile, owner, id }) => this.#change({ reference: { profile, owner, id }, isSent: false });
    const onProgress = (progress) => this.#showProgress(progress);
    await this.#follow((signal) => upload(file, { ...credentials(), profile, owner, crop, signal, onCreated, onProgress }));
  }

  /** Continues an upload that a previous visit began. */
  async resume() {
    const { reference, isSent, outcome } = this.#record;
    if (outcome && outcome.status !== "ready") return this.#show(outcome);
    if (isSent) {
      this.#setState("processing", "Processing…");
      return this.#follow((signal) => waitForOutcome(reference, { ...credentials(), signal }));
    }
    // The earlier request may have stored a part of the file, or all of it.
    if (reference) await deleteUpload(reference, credentials()).catch(() => {});
    return this.run();
  }

  /** Removes the card. The upload stays as it is. */
  remove() {
    dequeue(this);
    URL.revokeObjectURL(this.previewUrl);
    this.element.remove();
    this.dispatchEvent(new Event("gone"));
  }

  async #follow(start) {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    try {
      await this.#show(await start(signal));
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) return this.#showRefusal(error);
      this.#finish("refused", "Cancelled. Nothing of it is left on the service.", ["retry"]);
      this.dispatchEvent(new Event("gone"));
    }
  }

  async #show(outcome) {
    this.#change({ outcome });
    if (outcome.status === "in_review") return this.#finish("ready", "In review. It is published after an approval.", ["delete"]);
    if (outcome.status !== "ready") return this.#showRefusal(outcome);
    const { file, crop } = this.#record;
    const exif = await readExif(file).catch(() => ({}));
    showResult(this, outcome, exif, { isCropped: Boolean(crop), hasPreview: await this.#preview });
    this.#finish("ready", "Ready", ["delete"]);
  }

  #showProgress({ phase, loaded, total }) {
    const bar = this.part("progress");
    if (this.#controller.signal.aborted) return;
    if (phase === "waiting") this.#setState("waiting", "Waiting for other photos");
    if (phase === "offline") this.#setState("waiting", "You are offline. This upload resumes by itself.");
    if (phase === "sending") this.#setState("sending", `Sending, ${formatBytes(loaded)} of ${formatBytes(total)}`);
    if (phase === "processing") {
      this.#change({ isSent: true });
      bar.removeAttribute("value");
      this.part(".hash").hidden = this.part(".before").hidden;
      this.#setState("processing", "Processing…");
    } else bar.value = loaded / total;
  }

  async #showRefusal(refusal) {
    const { file, limits } = this.#record;
    const type = await detectType(file).catch(() => "");
    const { code, what, why, advice } = explain(refusal, { type, size: file.size, ...limits });
    const paragraphs = [what, why, advice].filter(Boolean).map((text, index) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      paragraph.className = index === 0 ? "what" : "";
      return paragraph;
    });
    this.part(".refusal").replaceChildren(...paragraphs);
    this.part(".refusal").hidden = false;
    const isFinal = IS_FINAL.includes(refusal.status) || IS_FINAL.includes(code);
    if (isFinal && refusal instanceof Error) this.dispatchEvent(new Event("gone"));
    this.#finish("refused", "Not uploaded", isFinal ? [] : ["retry"], [what, why, advice].filter(Boolean).join(" "));
  }

  #setState(state, text) {
    this.state = state;
    this.element.dataset.state = state;
    this.part(".state").textContent = text;
    refresh(this);
  }

  /** Shows the final state and the buttons that remain. The focus stays in the card. */
  #finish(state, text, buttons, details = "") {
    const hadFocus = this.element.contains(document.activeElement) && document.activeElement !== this.heading;
    this.#setState(state, text);
    this.part("progress").hidden = true;
    if (state === "refused") this.part(".hash").hidden = true;
    for (const name of ["cancel", "retry", "delete"]) this.part(`.${name}`).hidden = !buttons.includes(name);
    this.part(".cancel").disabled = false;
    this.part(".dismiss").hidden = false;
    if (hadFocus) this.heading.focus();
    announce(`${this.name}: ${text}. ${details}`);
  }

  #cancel() {
    this.part(".cancel").disabled = true;
    this.heading.focus();
    this.#setState("waiting", "Cancelling…");
    this.#controller?.abort();
  }

  async #retry() {
    this.heading.focus();
    for (const selector of [".refusal", ".retry", ".dismiss"]) this.part(selector).hidden = true;
    this.part("progress").hidden = false;
    this.part("progress").value = 0;
    this.part(".hash").hidden = true;
    this.part(".cancel").hidden = false;
    this.#change({ outcome: undefined, reference: undefined, isSent: false });
    await this.run();
  }

  async #delete() {
    const { reference } = this.#record;
    this.heading.focus();
    this.part(".delete").disabled = true;
    try {
      await deleteUpload(reference, credentials());
      for (const selector of [".facts", ".place", ".links", ".delete"]) this.part(selector).hidden = true;
      this.part(".preview").replaceChildren();
      this.#setState("refused", "Deleted from the service");
      announce(`${this.name}: deleted from the service`);
      this.dispatchEvent(new Event("gone"));
    } catch (error) {
      const { why, advice } = explain(error);
      this.part(".delete").disabled = false;
      announce(`${this.name} was not deleted. ${why} ${advice}`);
      this.part(".state").textContent = `Not deleted. ${why} ${advice}`;
    }
  }

  #dismiss() {
    const neighbor = this.element.nextElementSibling ?? this.element.previousElementSibling;
    this.remove();
    (neighbor?.querySelector("h2") ?? document.getElementById("files")).focus();
  }

  #change(detail) {
    Object.assign(this.#record, detail);
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  /** Shows the file itself if the browser can decode it, otherwise its kind. */
  async #showPreview() {
    const image = this.part(".before");
    this.previewUrl = URL.createObjectURL(this.#record.preview ?? this.#record.file);
    image.src = this.previewUrl;
    image.alt = `Preview of ${this.name}`;
    const isShown = await image.decode().then(() => true, () => false);
    image.hidden = !isShown;
    refresh(this);
    if (isShown) {
      drawThumbHash(this.part(".hash"), encodeThumbHash(image, image.naturalWidth, image.naturalHeight));
      return true;
    }
    const type = await detectType(this.#record.file).catch(() => "");
    const kind = this.part(".kind");
    if (kind) {
      kind.textContent = type.startsWith("image/") ? `This browser cannot show ${describeType(type)}.` : "No preview";
      kind.hidden = false;
    }
    return false;
  }
}
