/** Certificates and keys of OpenSSH are lines, those of X.509 are PEM. */
export const isSshLine = (text: string): boolean => /^(?:ssh|ecdsa)-/.test(text);

/** Slug of the issuer whose authorities certify hosts and users instead of TLS peers. */
export const sshIssuer = 'openssh-issuer';
