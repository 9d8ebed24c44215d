import { Controller } from '@nestjs/common';
import {
  certificateStats,
  certificateStatsOperation,
  getCertificate,
  getCertificateByNameOperation,
  getCertificateOperation,
  getCertificateSwitchesOperation,
  listCertificatesOperation,
  listValidCertificatesOperation,
  type CertificateView,
  type RequestFor,
  type ResponseFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { AppError, limits } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { ComposeCertificates } from '../composition/compose-certificates.js';
import { fieldRefused } from '../http/field-refused.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { UserRepository } from '../user/user.repository.js';
import { NotifiedCertificates } from '../notification/notified-certificates.js';
import { CertificateList } from './certificate-list.js';
import { certificateListInput, everything } from './certificate-list-input.js';

/** Users that a filter by creator may stand for; more make the filter too vague to be worth an answer. */
const maxCreators = 1_000;

/** No certificate has a longer one. */
const maxName = 256;

const metrics = ['bits', 'issuer', 'not_after', 'signing_algorithm'] as const;

@Controller()
export class CertificateReadController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly lists: CertificateList,
    private readonly compose: ComposeCertificates,
    private readonly users: UserRepository,
    private readonly notified: NotifiedCertificates,
  ) {}

  @Serves(listCertificatesOperation)
  async list({ query }: RequestFor<typeof listCertificatesOperation>, call: HttpCall): Promise<ResponseFor<typeof listCertificatesOperation>> {
    const creators = query.creator === undefined || query.creator === '' ? null : await this.users.idsByEmail(query.creator, maxCreators);
    const asked = certificateListInput(query, callerOf(call), creators);
    const input = query.notificationId === undefined ? asked : await this.notified.narrowed(query.notificationId, asked, callerOf(call));
    if (input.ids?.length === 0) return { items: [], total: 0, nextCursor: null };
    return query.short === true ? this.lists.short(input, callerOf(call)) : this.lists.whole(input, callerOf(call));
  }

  @Serves(getCertificateByNameOperation)
  async byName({ params, query }: RequestFor<typeof getCertificateByNameOperation>, call: HttpCall): Promise<ResponseFor<typeof getCertificateByNameOperation>> {
    if (params.name.length > maxName) return { items: [], total: 0 };
    return this.lists.whole({ ...everything(query), name: params.name }, callerOf(call));
  }

  @Serves(listValidCertificatesOperation)
  async valid({ query }: RequestFor<typeof listValidCertificatesOperation>, call: HttpCall): Promise<ResponseFor<typeof listValidCertificatesOperation>> {
    const isPaged = query.count !== undefined && query.page !== undefined;
    const window = windowOf(isPaged ? { count: query.count ?? 0, page: query.page ?? 1 } : { count: limits.listCount, page: 1 });
    const input = { cn: commonNameOf(query.filter), san: query.san ?? null, owner: query.owner ?? null, window };
    const { items, total } = await this.lists.valid(input, callerOf(call));
    if (!isPaged && items.length === 0) throw new AppError('not_found', `no valid certificate has the common name "${input.cn}"`);
    return { items, total };
  }

  @Serves(certificateStatsOperation)
  async stats({ query }: RequestFor<typeof certificateStatsOperation>, call: HttpCall): Promise<ResponseFor<typeof certificateStatsOperation>> {
    const metric = metrics.find((known) => known === query.metric);
    if (metric === undefined) throw fieldRefused('metric', `must be one of ${metrics.join(', ')}`);
    const items = await this.rpc.call(certificateStats, { metric }, { principal: callerOf(call) });
    // Lemur counts its two arrays; clients ignore it.
    return { items, total: 2 };
  }

  @Serves(getCertificateOperation)
  get({ params }: RequestFor<typeof getCertificateOperation>, call: HttpCall): Promise<CertificateView> {
    return this.read(params.id, callerOf(call));
  }

  @Serves(getCertificateSwitchesOperation)
  getSwitches({ params }: RequestFor<typeof getCertificateSwitchesOperation>, call: HttpCall): Promise<CertificateView> {
    return this.read(params.id, callerOf(call));
  }

  private async read(id: number, principal: UserPrincipal): Promise<CertificateView> {
    return this.compose.view(await this.rpc.call(getCertificate, { id }, { principal }));
  }
}

/** `cn;value` is the only filter that this list knows, and it must be there. */
function commonNameOf(filter: string | undefined): string {
  const [field, value] = filter?.split(';') ?? [];
  if (field === 'cn' && value !== undefined && value !== '') return value;
  throw fieldRefused('filter', 'must be cn;<common name>; % is a wildcard');
}
