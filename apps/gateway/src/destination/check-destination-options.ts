import { Injectable } from '@nestjs/common';
import { listIssuerPlugins, resolveDestination, type SystemPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';

interface GivenOption {
  name: string;
  value?: unknown;
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** Options of an authority that name a destination (type `destinationSelect`): neither issuer-svc nor acme-svc knows destinations. */
@Injectable()
export class CheckDestinationOptions {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws AppError `invalid_argument`, field `plugin.pluginOptions.<option>` */
  async run(slug: string, options: readonly GivenOption[]): Promise<void> {
    const given = options.flatMap(({ name, value }) => (typeof value === 'number' || (typeof value === 'string' && value !== '') ? [{ name, ref: String(value) }] : []));
    if (given.length === 0) return;
    const { plugins } = await this.rpc.call(listIssuerPlugins, {}, { principal: self });
    const selects = new Set(plugins.find((plugin) => plugin.slug === slug)?.pluginOptions.flatMap(({ name, type }) => (type === 'destinationSelect' ? [name] : [])));
    for (const { name, ref } of given) if (selects.has(name)) await this.check(name, ref);
  }

  private async check(name: string, ref: string): Promise<void> {
    if (ref.length > maxRefLength) throw refused(name, `has more than ${maxRefLength} characters, and no destination has such a label`);
    const { destinations } = await this.rpc.call(resolveDestination, { ref }, { principal: self });
    const [only] = destinations;
    if (only === undefined) throw refused(name, `destination "${ref}" does not exist`);
    if (destinations.length > 1) throw refused(name, `the label "${ref}" is that of several destinations: give an id, one of ${destinations.map(({ id }) => id).join(', ')}`);
    if (!only.takesTokens) throw refused(name, `destination "${only.label}" cannot serve tokens of challenges: its plugin "${only.plugin}" does not do that`);
  }
}

const maxRefLength = 256;

function refused(name: string, message: string): AppError {
  const path = `plugin.pluginOptions.${name}`;
  return new AppError('invalid_argument', `${path}: ${message}`, { reason: 'destination.unusable', fields: [{ path, message }] });
}
