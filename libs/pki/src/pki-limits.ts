/** Bounds on what is parsed or built. Beyond them input is refused, not truncated. */
export const pkiLimits = {
  /** One DER object. A certificate with a thousand names of full length is 260 kB. */
  derBytes: 1024 * 1024,
  /** Nesting of DER values. A certificate needs nine levels, a PKCS#12 file about twenty. */
  derDepth: 40,
  /** Text that is searched for PEM blocks; four bytes of text carry three of DER. */
  pemChars: 4 * 1024 * 1024,
  /** PEM blocks in one text: a system trust store has about 150 certificates. */
  pemBlocks: 500,
  /** Encoded object identifier; the longest registered ones stay below 40 bytes. */
  oidBytes: 64,
  /** Values in one distinguished name. */
  nameAttributes: 100,
  /** Extensions in one certificate or request. */
  extensions: 100,
  /** Names in one subject alternative name or name constraints extension that is read. */
  generalNames: 20_000,
} as const;
