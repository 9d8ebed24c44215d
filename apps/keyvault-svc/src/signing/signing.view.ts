import type { listSignatures, OutputOf } from '@sifaka/contracts';
import type { JournalledSignature } from './signing-journal.repository.js';

/** As many rows as fit into one message of the bus, at least one. */
export function signaturesView(rows: readonly JournalledSignature[]): OutputOf<typeof listSignatures> {
  let bytes = 0;
  const end = rows.findIndex(({ tbs }, index) => (bytes += tbs.length) > replyTbsBytes && index > 0);
  return { signatures: (end === -1 ? rows : rows.slice(0, end)).map(signatureView) };
}

function signatureView({ tbs, signature, signedAt, ...rest }: JournalledSignature): OutputOf<typeof listSignatures>['signatures'][number] {
  return { ...rest, tbsDer: tbs.toString('base64'), signatureDer: signature?.toString('base64') ?? null, signedAt: signedAt.toISOString() };
}

/** A message holds 1 MiB; base64 takes a third more, signatures and the other fields up to 1 kB a row. */
const replyTbsBytes = 256 * 1024;
