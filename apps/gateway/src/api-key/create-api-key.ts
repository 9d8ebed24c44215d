import { Injectable } from '@nestjs/common';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { UseApiKeys, type NewKey } from './use-api-keys.js';

/** Creates a key and signs its token. A repeated request gets a token of the first key: what is remembered is the id, never a token. */
@Injectable()
export class CreateApiKey {
  constructor(
    private readonly keys: UseApiKeys,
    private readonly requests: IdempotentRequests,
  ) {}

  async run(input: NewKey, call: HttpCall): Promise<string> {
    const principal = callerOf(call);
    const id = await this.requests.run(call, input, () => this.keys.create(input, principal));
    return this.keys.token({ id }, principal);
  }
}
