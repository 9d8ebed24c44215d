import { Secret } from '@sifaka/kubernetes';
import { decodePem } from '@sifaka/pki';
import type { Finding } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** The inventory takes as many. */
const maxChain = 20;

/** Where certificates stand, and their chain where it is apart. */
const layouts = [
  { leafKey: 'tls.crt', chainKey: null },
  { leafKey: 'service.crt', chainKey: 'ca.crt' },
] as const;

/** Of a secret whose certificate has not been proven yet, the one before (see `kubernetes-destination`). */
const keptAnnotation = 'sifaka/kept-until';

const Named = z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) });

/** The certificate of one secret, or why there is none. Keys are passed over. Null: the secret has nothing to do with certificates. */
export function findingOf(item: unknown): Finding | null {
  const read = Secret.safeParse(item);
  if (!read.success) return strange(item);
  const { metadata, type, data } = read.data;
  if (metadata.annotations[keptAnnotation] !== undefined) return null;
  const called = `${metadata.namespace}/${metadata.name}`;
  const layout = layouts.find(({ leafKey }) => data[leafKey] !== undefined);
  if (layout === undefined) return type === 'kubernetes.io/tls' ? fault(called, 'it has no tls.crt') : null;
  // A removal leaves a secret that others wrote to with empty files; whoever made one in advance did the same.
  if (data[layout.leafKey] === '') return null;
  try {
    const [certificateDer, ...chainDer] = [...certificatesIn(data[layout.leafKey]), ...(layout.chainKey === null ? [] : certificatesIn(data[layout.chainKey]))];
    if (certificateDer === undefined) return fault(called, `${layout.leafKey} holds no certificate in PEM`);
    const others = chainDer.filter((der, index) => !der.equals(certificateDer) && chainDer.findIndex((each) => each.equals(der)) === index);
    return {
      kind: 'certificate',
      certificate: { certificateDer, chainDer: others.slice(0, maxChain), name: metadata.name, externalId: called, owner: null, description: `Secret ${called} of type ${type}`.slice(0, 1_024), scope: metadata.namespace },
    };
  } catch (error) {
    return fault(called, error instanceof Error ? error.message : 'it cannot be read');
  }
}

const certificatesIn = (base64 = ''): Buffer[] => decodePem(Buffer.from(base64, 'base64').toString('utf8')).flatMap(({ label, bytes }) => (label === 'CERTIFICATE' ? [bytes] : []));

function strange(item: unknown): Finding {
  const named = Named.safeParse(item).data?.metadata;
  return fault(named === undefined ? 'a secret without name' : `${named.namespace}/${named.name}`, 'the answer of the API server is not in the form of a secret');
}

const fault = (what: string, reason: string): Finding => ({ kind: 'fault', fault: { what: `secret ${what}`, reason, hides: 'nothing' } });
