import { Inject, Injectable } from '@nestjs/common';
import { listEndingCertificates, readNotableCertificates, type EndingCertificate, type InputOf, type OutputOf, type SystemPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';

const self: SystemPrincipal = { kind: 'system', service: 'notify' };

const pageLength = 200;

export type NotableCertificate = OutputOf<typeof readNotableCertificates>['certificates'][number];

type Selection = Pick<InputOf<typeof listEndingCertificates>, 'notAfterTo' | 'notify' | 'kind' | 'isOnHold'> & { ids?: readonly number[] };

/** Certificates of the inventory as messages need them. */
@Injectable()
export class EndingCertificates {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  /** Page by page, soonest end first; never deleted or expired ones, nor revoked ones unless those on hold are asked for. A short answer is not the last one: it may have been cut to fit a message. */
  async *pages({ ids, ...selection }: Selection, signal: AbortSignal): AsyncGenerator<EndingCertificate[]> {
    let after: { notAfter: string; id: number } | null = null;
    for (;;) {
      signal.throwIfAborted();
      const input: InputOf<typeof listEndingCertificates> = { ...selection, notAfterFrom: null, ids: ids === undefined ? null : [...ids], after, limit: pageLength };
      const { certificates }: OutputOf<typeof listEndingCertificates> = await this.rpc.call(listEndingCertificates, input, { principal: self });
      const last = certificates.at(-1);
      if (last === undefined) return;
      yield certificates;
      after = { notAfter: last.notAfter, id: last.id };
    }
  }

  /** By their ids, whatever their state; those that do not exist are left out. An answer may have been cut to fit a message: what is behind its last one is asked for again. */
  async read(ids: readonly number[]): Promise<ReadonlyMap<number, NotableCertificate>> {
    const found = new Map<number, NotableCertificate>();
    const ordered = [...new Set(ids)].sort((a, b) => a - b);
    for (let start = 0; start < ordered.length; ) {
      const asked = ordered.slice(start, start + pageLength);
      const { certificates }: OutputOf<typeof readNotableCertificates> = await this.rpc.call(readNotableCertificates, { ids: asked }, { principal: self });
      for (const certificate of certificates) found.set(certificate.id, certificate);
      const last = certificates.at(-1);
      start += last === undefined ? asked.length : asked.indexOf(last.id) + 1;
    }
    return found;
  }

  /** As plugins and templates get it. */
  notified({ id, name, commonName, names, owner, issuer, serialHex, description, notBefore, notAfter, endpointCount, replaces, replacedBy }: EndingCertificate): NotifiedCertificate {
    const namesOf = (all: readonly { name: string }[]) => all.map((each) => each.name);
    return {
      ...{ id, name, commonName, names, owner, issuer, serialHex, description, endpointCount },
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      replaces: namesOf(replaces),
      replacedBy: namesOf(replacedBy),
      url: this.page(`certificates/${id}`),
    };
  }

  /** A page of the web interface; null while the installation does not know its own address. */
  page(path: string): string | null {
    return this.config.publicUrl === undefined ? null : `${this.config.publicUrl}/${path}`;
  }
}
