import type { PluginLifecycle } from './lifecycle.js';

/** Turns a certificate into a file for some software. */
export interface Exporter extends PluginLifecycle {
  /** @throws AppError `failed_precondition` when the certificate lacks what the format needs */
  export(input: ExportInput): Promise<ExportedFile>;
}

export interface ExportInput {
  certificateDer: Uint8Array;
  /** Issuer first; may be empty. */
  chainDer: Uint8Array[];
  /** Null when there is none, and always for plugins that declare `requiresKey: false`. */
  privateKeyPkcs8Der: Uint8Array | null;
  csrDer: Uint8Array | null;
  commonName: string | null;
}

export interface ExportedFile {
  /** Of the file name, without the dot. */
  extension: string;
  /** Protects the file; generated when the caller gave none, null for a format without. */
  passphrase: string | null;
  data: Uint8Array;
}
