import { createHash } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { getTimelineOperation, reissueCertificate, reissueCertificateOperation, type RequestFor, type ResponseFor, type TimelineView, type UserPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { ComposeCertificates } from '../composition/compose-certificates.js';
import { asAnswer, ComposePendingCertificates } from '../composition/compose-pending-certificates.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { ComposeTimeline } from './compose-timeline.js';

/** Certificates before their end. */
@Controller()
export class RenewalController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly compose: ComposeCertificates,
    private readonly composePending: ComposePendingCertificates,
    private readonly timelines: ComposeTimeline,
  ) {}

  @Serves(reissueCertificateOperation)
  async reissue({ params, body }: RequestFor<typeof reissueCertificateOperation>, call: HttpCall): Promise<ResponseFor<typeof reissueCertificateOperation>> {
    const principal = callerOf(call);
    const requestKey = call.idempotencyKey === null ? null : requestKeyOf(principal, params.id, call.idempotencyKey);
    const { plan, issued } = await this.rpc.call(reissueCertificate, { id: params.id, isDryRun: body.dryRun, isForced: body.force, requestKey }, { principal });
    if (issued === null) return { plan, certificate: null, pending: null };
    if ('certificate' in issued) return { plan, certificate: await this.compose.view(issued.certificate), pending: null };
    return { plan, certificate: null, pending: asAnswer(await this.composePending.view(issued.pending)) };
  }

  @Serves(getTimelineOperation)
  timeline({ params }: RequestFor<typeof getTimelineOperation>, call: HttpCall): Promise<TimelineView> {
    return this.timelines.of(params.id, callerOf(call));
  }
}

/** One key of one user means one reissue, whatever else happens to the gateway in between. */
function requestKeyOf({ userId }: UserPrincipal, id: number, key: string): string {
  return createHash('sha256').update(`reissue\0${userId}\0${id}\0${key}`).digest('hex');
}
