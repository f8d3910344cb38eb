// Repetition of what failed, and pauses.

/** The number of attempts before an error is final. */
export const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/** Repeats a failed attempt with growing pauses, unless the request itself was at fault. Time offline is no attempt. */
export async function withRetries(signal, attempt, onOffline) {
  for (let count = 1; ; ) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!error.isRetryable) throw error;
      if (isOffline()) {
        onOffline?.();
        await online(signal);
      } else if (count < ATTEMPTS) {
        await pause(backoff(count, error), signal);
        count += 1;
      } else throw error;
    }
  }
}

/** Returns the pause after a failed attempt in milliseconds. A service may ask for a longer one (`Retry-After`). */
export function backoff(count, { retryAfter = 0 }) {
  const ms = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
  return Math.max(1000 * retryAfter, ms * (0.5 + Math.random() / 2));
}

/** Returns `true` if the device is certainly offline. */
export function isOffline() {
  return globalThis.navigator?.onLine === false;
}

/** Waits until the device is online. */
export function online(signal) {
  return abortable(signal, (resolve) => {
    addEventListener("online", resolve, { once: true });
    return () => removeEventListener("online", resolve);
  });
}

/** Waits for a time. */
export function pause(ms, signal) {
  return abortable(signal, (resolve) => {
    const timer = setTimeout(resolve, ms);
    return () => clearTimeout(timer);
  });
}

/** Returns a promise that `signal` rejects. `start` returns a function that stops what it has started. */
function abortable(signal, start) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = start(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    const abort = () => {
      stop();
      reject(signal.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
