/** Bounds that more than one part of the product relies on. Each says why it is what it is. */
export const limits = {
  /** HTTP body. A chain of ten RSA-4096 certificates in PEM is 25 kB; the default NATS message is 1 MiB. */
  bodyBytes: 512 * 1024,
  /** Nesting of JSON input; the deepest legitimate body (nested plugin options) has eight levels. */
  jsonDepth: 24,
  /** Rows that one list answer returns at most: 1,000 certificates are about 10 MB of JSON, held whole while they are composed. */
  listCount: 1_000,
  /** A cursor holds the sort value of a row: a description of 1,024 characters, each up to three bytes in base64. */
  cursorLength: 6_000,
  /** Names in one certificate: public authorities stop at 100, private ones rarely pass it. */
  subjectAltNames: 1_000,
  /** Certificates in one chain. */
  chainLength: 10,
  /** Lifetime of a signed caller context: longer than the longest request, shorter than a coffee. */
  callerContextMs: 60_000,
} as const;
