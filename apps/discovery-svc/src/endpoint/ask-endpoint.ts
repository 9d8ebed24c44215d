import { Inject, Injectable } from '@nestjs/common';
import type { askEndpoint, checkServed, InputOf, OutputOf, PlacedCertificate } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { sha256Hex } from '../sync/found-certificate.js';
import { LivingCertificates } from '../sync/living-certificates.js';
import type { CertificateRef } from '../sync/sighting.repository.js';
import type { EndpointRow } from './endpoint-row.js';
import { EndpointRepository, noSuchEndpoint } from './endpoint.repository.js';
import { LookAtEndpoint, targetOf } from './look-at-endpoint.js';
import { endpointGone, SeenBySource, type SeenThere } from './seen-by-source.js';

type Answer = OutputOf<typeof askEndpoint>;

/** For one endpoint. */
const askLimitMs = 8_000;
/** For all together: the caller waits for 20 s. */
const allLimitMs = 16_000;
const sideBySide = 20;

/** Asks endpoints, live, whether they present certificates: their source where it can tell, else by TLS. */
@Injectable()
export class AskEndpoint {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly certificates: LivingCertificates,
    private readonly sources: SeenBySource,
    private readonly network: LookAtEndpoint,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async one({ id, certificateId }: InputOf<typeof askEndpoint>): Promise<Answer> {
    const row = await this.endpoints.byId(id);
    if (row === undefined) throw noSuchEndpoint(id);
    const [certificate] = await this.certificates.read([certificateId]);
    return this.ask(row, certificateId, certificate, 2 * askLimitMs);
  }

  async all({ certificateIds }: InputOf<typeof checkServed>): Promise<OutputOf<typeof checkServed>> {
    const endAt = performance.now() + allLimitMs;
    const [pairs, placed] = await Promise.all([this.endpoints.ofCertificates(certificateIds), this.certificates.read(certificateIds)]);
    const rows = new Map((await this.endpoints.byIds([...new Set(pairs.map(({ endpointId }) => endpointId))])).map((row) => [row.id, row]));
    const certificates = new Map(placed.map((each) => [each.id, each]));
    const endpoints: OutputOf<typeof checkServed>['endpoints'] = [];
    const queue = [...pairs];
    const turn = async () => {
      for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
        const row = rows.get(pair.endpointId);
        if (row === undefined) continue;
        const leftMs = Math.min(askLimitMs, endAt - performance.now());
        const answer = leftMs > 100 ? await this.ask(row, pair.certificateId, certificates.get(pair.certificateId), leftMs) : { isServed: null, detail: 'there was no time left to ask it' };
        endpoints.push({ id: row.id, certificateId: pair.certificateId, name: row.name, dnsname: row.dnsname, port: row.port, ...answer });
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, turn));
    return { endpoints: endpoints.sort((a, b) => a.id - b.id || a.certificateId - b.certificateId) };
  }

  /** Null where it cannot be told: whoever asks decides what that means. */
  private async ask(row: EndpointRow, certificateId: number, certificate: PlacedCertificate | undefined, timeoutMs: number): Promise<Answer> {
    try {
      const seen = await this.sources.of(row, timeoutMs);
      const isServed = seen === undefined ? null : toldBy(seen, certificateId, certificate);
      if (isServed !== null) return { isServed, detail: `source "${row.source_label ?? ''}" says that it ${isServed ? 'presents it' : 'presents another one'}` };
      return await this.byTls(row, certificate, timeoutMs);
    } catch (error) {
      if (isAppError(error) && error.reason === endpointGone) return { isServed: false, detail: error.message };
      if (isAppError(error) && error.code !== 'internal') return { isServed: null, detail: error.message };
      this.logger.error({ err: error, endpointId: row.id }, 'an endpoint could not be asked');
      return { isServed: null, detail: 'it could not be asked' };
    }
  }

  /** One that is presented to some clients only is asked for by its own name. */
  private async byTls(row: EndpointRow, certificate: PlacedCertificate | undefined, timeoutMs: number): Promise<Answer> {
    if (certificate === undefined) return { isServed: null, detail: 'the certificate is not in the inventory' };
    const own = targetOf(row).serverName;
    const names = [undefined, ...certificate.names.filter((name) => name !== own && isServerName(name)).slice(0, 2)];
    const isExtra = row.certificates.some(({ certificateId, isDefault }) => certificateId === certificate.id && !isDefault);
    for (const serverName of isExtra ? names : names.slice(0, 1)) {
      const { chainDer } = await this.network.ask(row, { timeoutMs, ...(serverName !== undefined && { serverName }) });
      const [leaf] = chainDer;
      if (leaf !== undefined && sha256Hex(leaf) === certificate.fingerprintSha256.toLowerCase()) return { isServed: true, detail: `it presents it${serverName === undefined ? '' : ` for ${serverName}`}` };
    }
    return { isServed: false, detail: 'it presents another certificate' };
  }
}

/** Null where the source names certificates that nobody knows: one of them may be it. */
function toldBy({ certificates, unknown }: SeenThere, certificateId: number, certificate: PlacedCertificate | undefined): boolean | null {
  if (certificates.some((each) => each.certificateId === certificateId)) return true;
  const isIt = ({ name, externalId }: CertificateRef) => (externalId !== null && externalId === certificate?.externalId) || (name !== null && name === certificate?.name);
  if (unknown.some(isIt)) return true;
  return unknown.length > 0 ? null : false;
}

const isServerName = (name: string): boolean => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name) && !/^[\d.]+$/.test(name);
