/** Bounds of one connection. A server that passes one is not understood any further. */
export const probeLimits = {
  /** Chains of ten RSA-4096 certificates are 25 kB; OpenSSL reads 100 KiB. */
  certificateListBytes: 128 * 1024,
  certificates: 32,
  /** Everything that a server sends until its certificate is known. */
  receivedBytes: 192 * 1024,
  /** Records until then: a server that sends empty ones goes on for ever. */
  records: 128,
  /** Payload of a protected record (RFC 8446 section 5.2, RFC 5246 section 6.2.3). */
  recordBytes: 16_384 + 2_048,
  /** One line of a protocol before STARTTLS. RFC 5321 allows 512, capabilities of IMAP are longer. */
  lineBytes: 4_096,
  /** Lines of one greeting or answer. */
  lines: 100,
  /** Everything that an XMPP server says before TLS. */
  xmppBytes: 16 * 1024,
  warnings: 8,
} as const;
