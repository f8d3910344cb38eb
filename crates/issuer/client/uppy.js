// Uploads the files of Uppy 5 and 6 to Darkroom.
//
//   import DarkroomUpload from "https://images.example/uppy.js";
//   uppy.use(DarkroomUpload, { endpoint: "https://images.example", profile: "photo", owner: "u123" });
//
// The plugin is no subclass of Uppy's BasePlugin, so that it needs no copy of Uppy.

import { detectType, upload } from "./client.js";
import { explainInWords } from "./explain.js";

/** Options of Uppy itself. Uppy passes them to every plugin if they change. */
const UPPY_OPTIONS = ["locale", "debug", "logger", "meta", "restrictions", "infoTimeout", "autoProceed"];

/** An uploader plugin for Uppy. The outcome of a file is its `response.body`. */
export default class DarkroomUpload {
  static VERSION = "0.1.0";
  type = "uploader";

  constructor(uppy, options = {}) {
    this.uppy = uppy;
    this.opts = options;
    this.id = options.id ?? "DarkroomUpload";
  }

  install() {
    this.uppy.addUploader(this.#uploadFiles);
  }

  uninstall() {
    this.uppy.removeUploader(this.#uploadFiles);
  }

  setOptions(options) {
    const own = Object.entries(options).filter(([name]) => !UPPY_OPTIONS.includes(name));
    this.opts = { ...this.opts, ...Object.fromEntries(own) };
  }

  // Uppy calls these two methods of every plugin when its state changes.
  update() {}
  afterUpdate() {}

  #uploadFiles = async (ids) => {
    const files = ids.map((id) => this.uppy.getFile(id)).filter((file) => file && !file.error);
    this.uppy.emit("upload-start", files);
    await Promise.all(files.map((file) => this.#uploadFile(file)));
  };

  async #uploadFile(file) {
    const { uppy } = this;
    const controller = new AbortController();
    const cancel = () => controller.abort();
    const cancelRemoved = (removed) => removed?.id === file.id && cancel();
    uppy.on("file-removed", cancelRemoved);
    uppy.on("cancel-all", cancel);
    try {
      const body = await upload(localData(file), this.#clientOptions(file, controller.signal));
      const response = { status: 200, body, uploadURL: body.variants?.[0].url };
      if (body.status === "ready" || body.status === "in_review") uppy.emit("upload-success", uppy.getFile(file.id), response);
      else await this.#refuse(file, body, { status: 422, body });
    } catch (error) {
      if (!controller.signal.aborted) await this.#refuse(file, error, { status: error.status ?? 0 });
    } finally {
      uppy.off("file-removed", cancelRemoved);
      uppy.off("cancel-all", cancel);
    }
  }

  /** Reports an outcome without images, or an error. Uppy shows the message of the error. */
  async #refuse(file, refusal, response) {
    const isMistake = refusal instanceof TypeError;
    const type = await detectType(localData(file)).catch(() => "");
    const words = isMistake ? refusal.message : explainInWords(refusal, { type, size: file.size });
    const error = Object.assign(new Error(words), { name: "UploadError", cause: refusal });
    this.uppy.emit("upload-error", this.uppy.getFile(file.id), error, response);
  }

  #clientOptions(file, signal) {
    const { allowedMetaFields = [], fileOptions, ...options } = this.opts;
    delete options.id;
    for (const name of UPPY_OPTIONS) delete options[name];
    const chosen = allowedMetaFields === true ? Object.keys(file.meta) : allowedMetaFields;
    const fields = chosen.filter((name) => file.meta[name] !== undefined && file.meta[name] !== null);
    const metadata = Object.fromEntries(fields.map((name) => [name, String(file.meta[name])]));
    return {
      ...options,
      metadata: { ...options.metadata, ...metadata },
      ...fileOptions?.(file),
      signal,
      onProgress: (progress) => this.#report(file.id, progress),
    };
  }

  #report(id, { phase, loaded, total }) {
    const file = this.uppy.getFile(id);
    if (!file) return;
    const uploadStarted = file.progress.uploadStarted ?? Date.now();
    this.uppy.emit("upload-progress", file, { uploadStarted, bytesUploaded: loaded, bytesTotal: total });
    if (phase === "processing") {
      this.uppy.emit("postprocess-progress", file, { mode: "indeterminate", message: "Processing the image" });
    }
  }
}

function localData(file) {
  if (!file.isRemote) return file.data;
  throw new TypeError("files from Companion are not supported; the file must be on this device");
}
