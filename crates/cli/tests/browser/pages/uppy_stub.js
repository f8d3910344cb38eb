// The part of Uppy that a plugin of the type "uploader" uses, as @uppy/core 5.2 implements it. It stands in for Uppy
// where Uppy itself cannot be downloaded.

export default class Uppy {
  #listeners = new Map();
  #uploaders = new Set();
  #plugins = [];
  #files = {};

  use(Plugin, options) {
    const plugin = new Plugin(this, options);
    if (!plugin.id || !plugin.type) throw new Error("Your plugin must have an id and a type");
    this.#plugins.push(plugin);
    plugin.install();
    return this;
  }

  addUploader(uploader) {
    this.#uploaders.add(uploader);
  }

  removeUploader(uploader) {
    this.#uploaders.delete(uploader);
  }

  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  off(event, listener) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? []).filter((it) => it !== listener));
    return this;
  }

  emit(event, ...values) {
    const [file, second] = values;
    if (event === "upload-error") this.#set(file.id, { error: second.message });
    if (event === "upload-success") this.#set(file.id, { response: second, uploadURL: second.uploadURL });
    for (const listener of this.#listeners.get(event) ?? []) listener(...values);
  }

  addFile({ name, type, data }) {
    const id = `uppy-${name}-${data.size}`;
    const meta = { name, type };
    this.#files[id] = { id, name, type, data, meta, size: data.size, isRemote: false, progress: { uploadStarted: null } };
    return id;
  }

  getFile(id) {
    return this.#files[id];
  }

  getFiles() {
    return Object.values(this.#files);
  }

  removeFile(id) {
    const { [id]: removed, ...others } = this.#files;
    this.#files = others;
    this.emit("file-removed", removed);
  }

  cancelAll() {
    this.emit("cancel-all");
    for (const id of Object.keys(this.#files)) this.removeFile(id);
  }

  async upload() {
    const ids = this.getFiles().filter(({ uploadURL, error }) => !uploadURL && !error).map(({ id }) => id);
    for (const uploader of this.#uploaders) await uploader(ids, "upload");
    const files = ids.map((id) => this.#files[id]).filter(Boolean);
    return { successful: files.filter(({ error }) => !error), failed: files.filter(({ error }) => error) };
  }

  #set(id, change) {
    if (!this.#files[id]) return;
    this.#files[id] = { ...this.#files[id], ...change };
    for (const plugin of this.#plugins) plugin.update({ files: this.#files });
  }
}
