/** A file, request or connection that failed. */
export class UploadError extends Error {
  name: "UploadError";
  /**
   * The stable code: one of the service (https://images.example/openapi.json), or `empty` and `unreadable` (the file),
   * `unreachable` (the connection), `store_refused` (the store).
   */
  code: string;
  /** The HTTP status; 0 if there was no response, and `undefined` if there was no request. */
  status: number | undefined;
  /** `true` if the same call may succeed later. The client has then already tried several times. */
  isRetryable: boolean;
  /** The seconds after which the service asks clients to try again. */
  retryAfter: number | undefined;
}

/** The service and its credentials. */
export interface ServiceOptions {
  /** The address of the service. The default is the origin of the page. */
  endpoint?: string;
  /** An API key or token, or a function that returns a current one. It is never sent to the store. */
  token?: string | (() => string | Promise<string>);
  /** Further headers for the service. */
  headers?: Record<string, string>;
  /**
   * Cancels the call. The upload is deleted first, then the call throws the reason of the signal. If the upload
   * cannot be deleted, the call throws an `UploadError`.
   */
  signal?: AbortSignal;
}

export interface UploadOptions extends ServiceOptions {
  /** The profile. The default is `avatar`. */
  profile?: string;
  /** The owner. Omit it if the token acts for one owner only. */
  owner?: string;
  /** Pairs of text that the outcome repeats. */
  metadata?: Record<string, string>;
  /** The part to keep, in pixels of the upright image. */
  crop?: CropBox;
  /** Is called for every change of the progress. */
  onProgress?: (progress: Progress, file: Blob) => void;
  /**
   * Is called when the service has accepted the upload, before the file is sent. Keep the names, so that another page
   * can continue with `waitForOutcome`. Is called again if the URL expired before the file was sent.
   */
  onCreated?: (upload: UploadReference, file: Blob) => void;
}

export interface CropBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Progress {
  /** `waiting` for other uploads, `sending`, `offline` (resumes by itself), or `processing` after the file was sent. */
  phase: "waiting" | "sending" | "offline" | "processing";
  /** The bytes that were sent. */
  loaded: number;
  /** The size of the file. It is never 0, because empty files are refused. */
  total: number;
}

/** The names of an upload. */
export interface UploadReference {
  profile: string;
  owner: string;
  id: string;
}

export interface Variant {
  name: string;
  key: string;
  content_type: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
  url: string;
}

export interface Source {
  bytes: number;
  sha256?: string;
  format?: string;
  /** The stored width, before the orientation is applied. */
  width?: number;
  /** The stored height, before the orientation is applied. */
  height?: number;
  /** The EXIF orientation, 1 to 8. */
  orientation?: number;
  frames?: number;
}

interface Manifest extends UploadReference {
  source: Source;
  metadata: Record<string, string>;
  finished_at: string;
  render_ms: number;
}

export interface Ready extends Manifest {
  status: "ready";
  variants: Variant[];
  /** The variants as HTML: `srcset` by media type, `sizes`, and a `<picture>` element without a text for `alt`. */
  responsive: { srcset: Record<string, string>; sizes: string; html: string };
  placeholder: { thumbhash: string; dominant_color: string };
  /** 64-bit hashes in hex, for finding duplicates. Missing if the image has little contrast. */
  perceptual_hashes?: { upright: string; turned: string[] };
  removed_metadata: string[];
}

/** The images exist, but are not published until a reviewer approves the upload. They have no URL yet. */
export interface InReview extends Manifest {
  status: "in_review";
  variants: Omit<Variant, "url">[];
  placeholder: { thumbhash: string; dominant_color: string };
  perceptual_hashes?: { upright: string; turned: string[] };
  removed_metadata: string[];
}

export interface Refused extends Manifest {
  /** `rejected`: the image is at fault. `failed`: it may be fine. */
  status: "rejected" | "failed";
  error: { code: string; message: string };
}

export interface Gone extends UploadReference {
  /** `expired`: the file did not arrive in time. */
  status: "expired" | "deleted";
}

export type Outcome = Ready | InReview | Refused | Gone;

export type Result = { file: Blob; outcome: Outcome; error?: undefined } | { file: Blob; error: unknown; outcome?: undefined };

/**
 * Uploads one file and waits for its outcome.
 *
 * Failed requests are repeated, with a new URL if the old one has expired. While the device is offline, the upload
 * waits. Four files at once are sent; one request waits for the outcomes of all uploads.
 *
 * @throws UploadError if the service or the store refuses the file, or cannot be reached
 * @throws TypeError if an option is unknown or has an invalid value
 */
export function upload(file: Blob, options?: UploadOptions): Promise<Outcome>;

/**
 * Uploads many files. Never throws because of a file: the result of each file has its outcome or its error. The results
 * are in the order of the files. `options` may be a function that returns the options of one file.
 */
export function uploadAll(
  files: Iterable<Blob> | ArrayLike<Blob>,
  options?: UploadOptions | ((file: Blob, index: number) => UploadOptions),
): Promise<Result[]>;

/** Waits for the outcome of an upload that was sent before. An abort ends the wait and deletes nothing. */
export function waitForOutcome(upload: UploadReference, options?: ServiceOptions): Promise<Outcome>;

/** Deletes an upload with everything that was made from it. Succeeds if there is nothing to delete. */
export function deleteUpload(upload: UploadReference, options?: ServiceOptions): Promise<void>;

/** Returns the media type that the first bytes of a file show, or an empty text for an unknown type. */
export function detectType(file: Blob): Promise<string>;
