import type { UploadOptions } from "./client.js";

export interface DarkroomUploadOptions extends Omit<UploadOptions, "signal" | "onProgress"> {
  /** The id of the plugin. The default is `DarkroomUpload`. */
  id?: string;
  /** The fields of `file.meta` that become metadata of the upload; `true` for all. The default is none. */
  allowedMetaFields?: string[] | true;
  /** Returns further options for one file, such as `crop`. */
  fileOptions?: (file: any) => UploadOptions;
}

/** An uploader plugin for Uppy 5 and 6. The outcome of a file is its `response.body`. */
export default class DarkroomUpload {
  static VERSION: string;
  id: string;
  type: "uploader";
  opts: DarkroomUploadOptions;
  constructor(uppy: any, options?: DarkroomUploadOptions);
  install(): void;
  uninstall(): void;
  setOptions(options: Partial<DarkroomUploadOptions>): void;
  update(): void;
  afterUpdate(): void;
}
