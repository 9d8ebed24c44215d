/** Bounds on reading and writing key containers. Beyond them input is refused before any work is done. */
export const containerLimits = {
  /** Rounds of one key derivation in a file that is read: Java writes 10,000, NSS 600,000; a million takes about half a second. */
  iterationsEach: 1_000_000,
  /** Rounds over all parts of one file, which may each have their own. */
  iterationsTotal: 4_000_000,
  /** Memory of one scrypt derivation; OpenSSL writes 16 MiB. */
  scryptBytes: 64 * 1024 * 1024,
  /** Parallel scrypt lanes. */
  scryptLanes: 16,
  /** Salt of a derivation. */
  saltBytes: 1024,
  /** Entries in one key store; the trust store of a JDK has about 150. */
  entries: 1_000,
  /** Characters of a passphrase. */
  passphraseChars: 1_024,
  /** Characters of an alias or friendly name. */
  aliasChars: 256,
} as const;

/** Rounds with which containers are written: as much as Windows, Java and OpenSSL read without delay. */
export const writtenIterations = { modern: 20_000, legacy: 2_048 } as const;
