import { getServers } from 'node:dns';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { plainName } from './dns-name.js';
import { ask, NoReply, serverText, type DnsServer, type Question, type Reply } from './dns-query.js';
import { parseServers } from './server-address.js';

type Resolved = Omit<Question, 'isRecursive'>;

/** One question to one server; longer waits only hold up the next one. */
export const questionTimeoutMs = 2_000;

/** The resolvers that this installation asks: those of its configuration, or the system's. */
@Injectable()
export class Resolvers {
  private readonly configured: readonly DnsServer[];

  constructor(@Inject(CONFIG) config: AcmeConfig) {
    this.configured = parseServers(config.dnsResolvers);
  }

  servers(): readonly DnsServer[] {
    return this.configured.length > 0 ? this.configured : parseServers(getServers());
  }

  /**
   * The reply of the first resolver that has one; that a name does not exist is a reply as well.
   *
   * @throws AppError `upstream_failed`, reason `dns.no_resolver`, with what each of them said
   */
  async resolve(question: Resolved): Promise<Reply> {
    const faults: string[] = [];
    for (const server of this.servers()) {
      const reply = await this.replyOf(server, question);
      if (typeof reply !== 'string') return reply;
      faults.push(reply);
    }
    const why = faults.length === 0 ? 'there is none' : faults.join('; ');
    throw new AppError('upstream_failed', `no resolver answers the question for ${question.type} of ${question.name}: ${why}. SIFAKA_DNS_RESOLVERS names those that are asked.`, {
      reason: 'dns.no_resolver',
    });
  }

  /** What the name is an alias of; null when it is none. */
  async cnameOf(name: string): Promise<string | null> {
    return cnameIn(await this.resolve({ name, type: 'CNAME' }), name);
  }

  private async replyOf(server: DnsServer, question: Resolved): Promise<Reply | string> {
    try {
      const reply = await ask(server, { ...question, isRecursive: true }, questionTimeoutMs);
      return reply.code === 'NOERROR' || reply.code === 'NXDOMAIN' ? reply : `${serverText(server)} says ${reply.code}`;
    } catch (error) {
      if (error instanceof NoReply) return error.message;
      throw error;
    }
  }
}

export function cnameIn({ answers }: Reply, name: string): string | null {
  const alias = answers.find((answer) => answer.type === 'CNAME' && plainName(answer.name) === name);
  return alias?.type === 'CNAME' ? plainName(alias.data) : null;
}
