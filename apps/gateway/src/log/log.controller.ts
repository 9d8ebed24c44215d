import { Controller } from '@nestjs/common';
import { listLogs, listLogsOperation, LogType, type InputOf, type RequestFor, type ResponseFor } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { fieldRefused } from '../http/field-refused.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { UserRepository } from '../user/user.repository.js';

/** Users that a filter by address may stand for. */
const maxUsers = 1_000;

type LogFilter = Pick<InputOf<typeof listLogs>, 'certificateName' | 'userIds'>;

@Controller()
export class LogController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly users: UserRepository,
  ) {}

  @Serves(listLogsOperation)
  async list({ query }: RequestFor<typeof listLogsOperation>, call: HttpCall): Promise<ResponseFor<typeof listLogsOperation>> {
    const logType = query.logType === undefined || query.logType === '' ? null : LogType.safeParse(query.logType);
    if (logType?.success === false) throw fieldRefused('logType', `must be one of ${LogType.options.join(', ')}`);
    const input = { window: windowOf(query), ids: query.id ?? null, logType: logType?.data ?? null, ...(await this.filterOf(query.filter)) };
    const { items, total, nextCursor } = await inSlices(input.window, (window) => this.rpc.call(listLogs, { ...input, window }, { principal: callerOf(call) }));
    const users = await this.users.nested(items.flatMap(({ userId }) => userId ?? []));
    return { items: items.map(({ userId, ...entry }) => ({ ...entry, user: userId === null ? null : (users.get(userId) ?? null) })), total, nextCursor };
  }

  private async filterOf(filter: string | undefined): Promise<LogFilter> {
    if (filter === undefined || filter === '') return { certificateName: null, userIds: null };
    const [field, value] = filter.split(';');
    if (value === undefined) throw fieldRefused('filter', 'must look like certificate.name;value or user.email;value');
    if (field === 'certificate.name') return { certificateName: value, userIds: null };
    if (field === 'user.email') return { certificateName: null, userIds: await this.users.idsByEmail(value, maxUsers) };
    throw new AppError('invalid_argument', `'${(field ?? '').slice(0, 64)}' is not sortable or filterable; these are: certificate.name, user.email`, {
      reason: 'listing.not_sortable',
    });
  }
}
