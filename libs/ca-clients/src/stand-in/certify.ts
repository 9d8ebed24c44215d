import { encodeName, subjectFrom } from '@sifaka/pki';
import { testCsr, type StandInCa } from '@sifaka/plugin-sdk/conformance';

const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

/** A certificate that somebody else ordered. @param uses its extended key usage; none: it has no such extension */
export function certify(ca: StandInCa, commonName: string, uses: readonly (keyof typeof purposes)[] = ['server']): Buffer {
  const { csrDer } = testCsr({
    subjectDer: encodeName(subjectFrom({ commonName, organization: 'Example' })),
    extensions: {
      keyUsage: ['digitalSignature'],
      ...(uses.length > 0 && { extendedKeyUsage: uses.map((use) => purposes[use]) }),
      subjectAltNames: [{ type: 'dns', value: commonName }],
    },
    keyType: 'ECCPRIME256V1',
  });
  return ca.sign(csrDer);
}
