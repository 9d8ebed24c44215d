import { Injectable } from '@nestjs/common';
import type { InputOf, OutputOf, signWithKeys } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { entryOf, prepareSignature } from './prepare-signature.js';
import { signBytes } from './sign-bytes.js';
import { SigningJournal } from './signing-journal.repository.js';
import { SigningKeys, type SigningKey } from './signing-keys.js';

type Input = InputOf<typeof signWithKeys>;
type Request = Input['requests'][number];

/** Signs with keys that stay inside. A signature of an authority leaves only after the journal has it. */
@Injectable()
export class SignWithKeys {
  constructor(
    private readonly keys: SigningKeys,
    private readonly journal: SigningJournal,
  ) {}

  /** @throws AppError `not_found` (key), `already_exists` (serial number given before by that key), `invalid_argument` */
  async run({ requests }: Input, call: CallContext): Promise<OutputOf<typeof signWithKeys>> {
    const keys = await this.keysFor(requests, call.caller);
    const jobs = requests.map((request, index) => prepareSignature(request, Buffer.from(request.tbsDer, 'base64'), keys.get(request.keyId), `requests.${index}`));
    const signatures: Buffer[] = [];
    for (let start = 0; start < jobs.length; start += signaturesPerTurn) {
      const turn = jobs.slice(start, start + signaturesPerTurn);
      signatures.push(...(await Promise.all(turn.map(async ({ key, digest, tbs }) => signBytes(key.key, key.keyType, digest, tbs)))));
    }
    const actor = call.principal.kind === 'user' ? call.principal.email : call.principal.service;
    await this.journal.add(
      jobs.flatMap((job, index) => (job.key.purpose === 'authority' ? [entryOf(job, signatures[index], call.caller, requests[index]?.actor ?? actor)] : [])),
    );
    return { signatures: signatures.map((signature) => signature.toString('base64')) };
  }

  /**
   * A key signs for the service that made it. One thing is open to acme-svc: what asks a CA to revoke the certificate of a key of
   * issuer-svc, signed by that key itself; `prepareSignature` looks that it is nothing else.
   */
  private async keysFor(requests: readonly Request[], caller: string): Promise<Map<string, SigningKey>> {
    const isLent = ({ purpose }: Request) => caller === 'acme' && purpose === 'revocation';
    const ids = (which: readonly Request[]) => new Set(which.map(({ keyId }) => keyId));
    const lent = requests.filter(isLent);
    const own = await this.keys.get(ids(requests.filter((request) => !isLent(request))), caller);
    return lent.length === 0 ? own : new Map([...own, ...(await this.keys.get(ids(lent), 'issuer'))]);
  }
}

// 64 signatures of RSA-4096 keep the thread pool busy for 0.2 s.
const signaturesPerTurn = 64;
