import type { Outcome } from "./client.js";

export interface FileFacts {
  /** The media type, from `detectType`. */
  type?: string;
  /** The size in bytes. */
  size?: number;
  /** The `max_bytes` of the profile. */
  maxBytes?: number;
  /** The `formats` of the profile. */
  formats?: string[];
}

export interface Explanation {
  code: string;
  /** What the file is. It is empty if that does not matter. */
  what: string;
  why: string;
  /** What to do. */
  advice: string;
  /** The message of the service. */
  message?: string;
}

/** Explains an outcome without images, or an error of `upload`, to people. */
export function explain(refusal: Outcome | Error, file?: FileFacts): Explanation;

/** Returns the whole explanation as one text. */
export function explainInWords(refusal: Outcome | Error, file?: FileFacts): string;

/** Returns a media type as people call it, such as "a PDF document". */
export function describeType(type: string): string;

/** Returns a number of bytes as text, such as "12.3 MB". */
export function formatBytes(count: number): string;
