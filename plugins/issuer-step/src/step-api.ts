import { createHash } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { parseCertificate } from '@sifaka/pki';
import { HttpApi, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { StepOptions } from './options.js';
import { Provisioner } from './provisioner.js';

const Fault = z.object({ message: z.string() });
const Root = z.object({ ca: z.string() });
const Page = z.object({ provisioners: z.array(z.unknown()), nextCursor: z.string().optional() });

/** More than any CA has; pages beyond are not read. */
const maxPages = 50;

/** step-ca's HTTP interface. The server is trusted through the root whose fingerprint is known, as `step ca bootstrap` does it. */
export class StepApi {
  private trusted: Promise<{ api: HttpApi; rootPem: string }> | null = null;

  constructor(
    private readonly options: StepOptions,
    private readonly context: PluginContext,
  ) {}

  async rootPem(): Promise<string> {
    return (await this.bootstrapped()).rootPem;
  }

  async read<Schema extends z.ZodType>(schema: Schema, path: string, request: ApiRequest = {}): Promise<z.output<Schema>> {
    const { api } = await this.bootstrapped();
    return api.read(schema, path, request);
  }

  /** @throws AppError `failed_precondition` when there is none, or it is of another type */
  async provisioner(): Promise<Provisioner> {
    const { provisioner: name } = this.options;
    const names: string[] = [];
    let cursor: string | undefined = '';
    for (let page = 0; page < maxPages && cursor !== undefined; page += 1) {
      const answer: z.output<typeof Page> = await this.read(Page, '/provisioners', { query: { limit: 100, ...(cursor !== '' && { cursor }) } });
      const read = answer.provisioners.flatMap((each) => Provisioner.safeParse(each).data ?? []);
      const found = read.find((each) => each.name === name);
      if (found !== undefined) return jwkOnly(found);
      names.push(...read.map((each) => each.name));
      cursor = answer.nextCursor === '' ? undefined : answer.nextCursor;
    }
    throw new AppError('failed_precondition', `step-ca has no provisioner "${name}"; it has ${names.join(', ') || 'none'}`, { reason: 'step.no_provisioner' });
  }

  private async bootstrapped(): Promise<{ api: HttpApi; rootPem: string }> {
    this.trusted ??= this.bootstrap();
    try {
      return await this.trusted;
    } catch (error) {
      this.trusted = null;
      throw error;
    }
  }

  private async bootstrap(): Promise<{ api: HttpApi; rootPem: string }> {
    const { fingerprint } = this.options;
    // Nothing is believed of this one answer but a certificate that has the fingerprint.
    const { ca } = await this.api({ isVerified: false }).read(Root, `/root/${fingerprint}`);
    const { der } = parsedRoot(ca);
    if (createHash('sha256').update(der).digest('hex') !== fingerprint) {
      throw new AppError('failed_precondition', 'step-ca answered with a root of another fingerprint: this is not the CA that was meant', { reason: 'step.foreign_root' });
    }
    return { api: this.api({ caPem: ca }), rootPem: ca };
  }

  private api(trust: { caPem?: string; isVerified?: boolean }): HttpApi {
    const { context, options } = this;
    const secrets = [options.provisioner_password, options.provisioner_key].filter((secret) => secret !== undefined);
    return new HttpApi({ name: 'step-ca', url: options.url, context, fetch: context.outbound.fetchWith(trust), secrets, explain: (body) => Fault.safeParse(body).data?.message });
  }
}

function jwkOnly(found: Provisioner): Provisioner {
  if (found.type === 'JWK') return found;
  throw new AppError('failed_precondition', `provisioner "${found.name}" is of type ${found.type}; a JWK provisioner is needed`, { reason: 'step.provisioner_type' });
}

function parsedRoot(pem: string) {
  try {
    return parseCertificate(pem);
  } catch (error) {
    throw new AppError('upstream_failed', 'step-ca answered with something that is not a certificate', { reason: 'step.no_root', cause: error });
  }
}
