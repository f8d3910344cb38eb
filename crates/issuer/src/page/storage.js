// Uploads that survive a reload of the page, in IndexedDB.

const NAME = "darkroom";
const STORE = "uploads";
/** Results are kept for this time. Unfinished uploads are kept until they are finished. */
const MAX_AGE_MS = 60 * 60 * 1000;

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Runs an operation. Without IndexedDB, as in some private windows, the page works but forgets. */
async function run(mode, operation) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = operation(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    return undefined;
  }
}

/** Writes a record, or replaces the one with the same key. */
export function keep(record) {
  return run("readwrite", (store) => store.put(record));
}

/** Removes a record. */
export function forget(key) {
  return run("readwrite", (store) => store.delete(key));
}

/** Returns all records, the oldest first. */
export async function kept() {
  const records = (await run("readonly", (store) => store.getAll())) ?? [];
  const isOld = ({ outcome, addedAt }) => outcome && Date.now() - addedAt > MAX_AGE_MS;
  for (const { key } of records.filter(isOld)) forget(key);
  return records.filter((record) => !isOld(record)).sort((a, b) => a.addedAt - b.addedAt);
}
