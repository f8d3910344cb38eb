// The wait for outcomes.

import { ATTEMPTS, backoff, isOffline, online, pause } from "./retry.js";

const WAIT_SECONDS = 25;
/** The time in which uploads gather, so that the shared wait starts again once for all of them. */
const GATHER_MS = 50;
/** The maximum number of uploads in one request. */
const MAX_BATCH = 100;

/** One wait for the outcomes of all uploads that share a service and its credentials. */
class Poller {
  #issuer;
  /** The uploads without an outcome. */
  #pending = new Set();
  #isGathering = false;
  #isRunning = false;
  /** Ends the current wait, so that the next wait contains all pending uploads. */
  #restart;

  constructor(issuer) {
    this.#issuer = issuer;
  }

  /** Returns the outcome of an upload. */
  wait({ profile, owner, id }, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (finish) => (value) => {
        this.#pending.delete(entry);
        signal?.removeEventListener("abort", abort);
        finish(value);
      };
      const entry = { reference: { profile, owner, id }, resolve: end(resolve), reject: end(reject) };
      const abort = () => {
        entry.reject(signal.reason);
        if (this.#pending.size === 0) this.#restart?.abort();
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#pending.add(entry);
      this.#gather();
    });
  }

  async #gather() {
    if (this.#isGathering) return;
    this.#isGathering = true;
    await pause(GATHER_MS);
    this.#isGathering = false;
    this.#restart?.abort();
    if (!this.#isRunning) this.#run();
  }

  async #run() {
    this.#isRunning = true;
    for (let failures = 0; this.#pending.size > 0; ) {
      const batch = [...this.#pending].slice(0, MAX_BATCH);
      this.#restart = new AbortController();
      const { signal } = this.#restart;
      try {
        await this.#poll(batch, signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) continue;
        failures += 1;
        await this.#recover(batch, error, failures);
      }
    }
    this.#restart = undefined;
    this.#isRunning = false;
  }

  async #poll(batch, signal) {
    const body = { uploads: batch.map(({ reference }) => reference) };
    const path = `/v1/uploads/status?wait=${WAIT_SECONDS}`;
    const { uploads } = await this.#issuer.request(path, { method: "POST", body, signal });
    for (const [index, status] of uploads.entries()) {
      const entry = batch[index];
      if (isFinal(status)) entry.resolve(status);
      // The next batch begins with the uploads that did not fit into this one.
      else if (this.#pending.delete(entry)) this.#pending.add(entry);
    }
  }

  async #recover(batch, error, failures) {
    if (error.isRetryable && isOffline()) await online();
    else if (error.isRetryable && failures < ATTEMPTS) await pause(backoff(failures, error));
    else if (error.isRetryable || batch.length === 1) for (const entry of batch) entry.reject(error);
    else await this.#readEach(batch);
  }

  /** Reads the uploads one by one, so that one unknown upload does not end the wait for the others. */
  async #readEach(batch) {
    for (const entry of batch) {
      const { profile, owner, id } = entry.reference;
      try {
        const status = await this.#issuer.request(`/v1/uploads/${profile}/${owner}/${id}`);
        if (isFinal(status)) entry.resolve(status);
      } catch (error) {
        if (!error.isRetryable) entry.reject(error);
      }
    }
  }
}

function isFinal({ status }) {
  return !["awaiting_upload", "processing"].includes(status);
}

const pollers = new Map();
const tokenNumbers = new WeakMap();
let lastTokenNumber = 0;

/** Returns the outcome of an upload, by the wait that all uploads with this issuer share. */
export function waitForStatus(issuer, upload, signal) {
  const { endpoint, token, headers } = issuer;
  if (typeof token === "function" && !tokenNumbers.has(token)) tokenNumbers.set(token, (lastTokenNumber += 1));
  const key = JSON.stringify([endpoint, tokenNumbers.get(token) ?? token, headers]);
  if (!pollers.has(key)) pollers.set(key, new Poller(issuer));
  return pollers.get(key).wait(upload, signal);
}
