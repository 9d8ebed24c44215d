import { Injectable } from '@nestjs/common';
import { revokeCertificate, type OutputOf, type RequestFor, type revokeCertificateOperation, type UserPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { KeyRevocationLists } from '../authority/key-revocation-lists.js';
import { ServedGuard } from './served-guard.js';

type RevokeBody = RequestFor<typeof revokeCertificateOperation>['body'];

@Injectable()
export class RevokeCertificate {
  constructor(
    private readonly rpc: RpcClient,
    private readonly guard: ServedGuard,
    private readonly revocationLists: KeyRevocationLists,
  ) {}

  async run(id: number, { comments, crlReason, force }: RevokeBody, principal: UserPrincipal): Promise<OutputOf<typeof revokeCertificate>> {
    // What is released from a hold may well be served meanwhile: that is why it is released.
    if (!force && crlReason !== 'removeFromCRL') await this.guard.check(id, principal);
    const answer = await this.rpc.call(revokeCertificate, { id, comments: comments ?? null, crlReason }, { principal });
    this.revocationLists.forget();
    return answer;
  }
}
