import { openssl, withFiles } from './programs.js';

/** A CA of openssl: the department that signs elsewhere. */
export interface Signer {
  key: string;
  certificate: string;
}

export async function makeSigner(name: string): Promise<Signer> {
  const { stdout: key } = await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  const { stdout: certificate } = await withFiles({ ca: key }, ({ ca }) =>
    openssl(['req', '-x509', '-new', '-key', ca, '-subj', `/CN=${name}`, '-days', '3650']),
  );
  return { key, certificate };
}

/** Signs what a request asks for. @param serial hexadecimal; no CA uses one twice */
export async function signRequest({ key, certificate }: Signer, csr: string, serial = '4711'): Promise<string> {
  const { stdout } = await withFiles({ key, ca: certificate, request: csr }, (files) =>
    openssl([
      ...['x509', '-req', '-in', files.request, '-CA', files.ca, '-CAkey', files.key],
      ...['-set_serial', `0x${serial}`, '-days', '90', '-copy_extensions', 'copyall'],
    ]),
  );
  return stdout;
}
