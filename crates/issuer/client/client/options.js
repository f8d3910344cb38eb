// Options and their checks.

import { Issuer } from "./issuer.js";

/** The maximum number of edits between an unknown option and the option that the error suggests. */
const MAX_EDITS = 3;

const isText = (value) => typeof value === "string";
const isFunction = (value) => typeof value === "function";
const isTextMap = (value) => typeof value === "object" && value !== null && Object.values(value).every(isText);
const isBox = (box) => ["x", "y", "width", "height"].every((side) => Number.isFinite(box?.[side]));

/** Every option, the test of its value, and the words for a valid value. */
const OPTIONS = {
  endpoint: [isText, "the address of the service"],
  profile: [isText, "the name of a profile"],
  owner: [isText, "the name of an owner"],
  metadata: [isTextMap, "an object whose values are text"],
  crop: [isBox, "an object with the numbers x, y, width and height"],
  token: [(value) => isText(value) || isFunction(value), "text, or a function that returns text"],
  headers: [isTextMap, "an object whose values are text"],
  onProgress: [isFunction, "a function"],
  onCreated: [isFunction, "a function"],
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal"],
};

/** Checks the options of a call, and fills in the defaults. */
export function readOptions(options) {
  for (const [name, value] of Object.entries(options)) {
    const [isValid, expected] = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : unknownOption(name);
    if (value !== undefined && value !== null && !isValid(value)) throw new TypeError(`${name} must be ${expected}`);
  }
  const { endpoint, token, headers, ...others } = options;
  const issuer = new Issuer(readEndpoint(endpoint ?? ""), token ?? undefined, headers ?? {});
  return { ...others, profile: options.profile ?? "avatar", issuer };
}

function unknownOption(name) {
  const known = Object.keys(OPTIONS);
  const [nearest] = known.sort((a, b) => edits(name, a) - edits(name, b));
  const hint = edits(name, nearest) <= MAX_EDITS ? `did you mean "${nearest}"?` : `the options are ${known.sort().join(", ")}`;
  throw new TypeError(`unknown option "${name}"; ${hint}`);
}

/** Returns the number of edits that turn one text into another (Levenshtein). */
function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      next.push(Math.min(row[j] + (letter === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** Returns the address without slashes at its end. An empty address is the origin of the page. */
function readEndpoint(endpoint) {
  const trimmed = endpoint.trim().replace(/\/+$/, "");
  const isPath = trimmed === "" || /^\/[^/]/.test(trimmed);
  if (isPath && typeof location === "undefined") {
    throw new TypeError('endpoint is missing; outside of a page it must be a URL such as "https://images.example"');
  }
  if (!isPath && !/^https?:\/\/[^/?#]+[^?#]*$/.test(trimmed)) {
    throw new TypeError(`endpoint must be a URL such as "https://images.example", found "${endpoint}"`);
  }
  return trimmed;
}
