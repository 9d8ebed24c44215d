import { waitUntil } from '../harness/index.js';
import type { Hold, Passage, Watch } from './gate.js';

/** Steps of an order as the CA and the DNS server see them. */
export type CaStep = 'order' | 'authorization' | 'challenge' | 'finalize' | 'certificate';
export type DnsStep = 'write' | 'remove';

/** When an order is to be held: `order after` means that the CA has made the order, and nobody hears of it. */
export interface Moment {
  step: CaStep | DnsStep;
  when: 'before' | 'after';
}

/** Where Pebble has what. */
const caPaths: readonly [RegExp, CaStep][] = [
  [/^\/order-plz$/, 'order'],
  [/^\/authZ\//, 'authorization'],
  [/^\/chalZ\//, 'challenge'],
  [/^\/finalize-order\//, 'finalize'],
  [/^\/certZ\//, 'certificate'],
];

/** Watches one CA and one DNS server, and holds each name's order at the moment that was chosen for it. */
export class Moments {
  private readonly chosen = new Map<string, Moment>();
  private readonly reached = new Set<string>();
  /** Which name an address of the CA belongs to. */
  private readonly owners = new Map<string, string>();
  /** Orders made and finalized, by name. */
  readonly orders: string[] = [];
  readonly finalized: string[] = [];

  /** @param name the one name of the order */
  choose(name: string, moment: Moment): void {
    this.chosen.set(name, moment);
  }

  /** All orders are where they were to be held. */
  async allReached(limitMs: number): Promise<void> {
    const missing = () => [...this.chosen.keys()].filter((name) => !this.reached.has(name));
    await waitUntil('orders to come to their moments', () => missing().length === 0, limitMs).catch((error: unknown) => {
      throw new Error(`these never came to their moment: ${missing().join(', ')}`, { cause: error });
    });
  }

  get ca(): Watch {
    const stepOf = (path: string) => caPaths.find(([pattern]) => pattern.test(path))?.[1] ?? null;
    return {
      hold: ({ path, body }) => this.holdAt(this.nameAt(path, body), stepOf(path)),
      held: ({ path, body }) => this.note(this.nameAt(path, body)),
      passed: (passage) => {
        this.learn(passage, stepOf(passage.path));
      },
    };
  }

  get dns(): Watch {
    const nameIn = (body: string) => /_acme-challenge\.([a-z0-9.-]+?)\.?"/.exec(body)?.[1] ?? null;
    const stepOf = (method: string, body: string) => (method === 'PATCH' ? (body.includes('"DELETE"') ? 'remove' : 'write') : null);
    return {
      hold: ({ method, body }) => this.holdAt(nameIn(body), stepOf(method, body)),
      held: ({ body }) => this.note(nameIn(body)),
      passed: () => undefined,
    };
  }

  /** Once for each name: what is asked again passes. */
  private holdAt(name: string | null, step: Moment['step'] | null): Hold {
    if (name === null || this.reached.has(name)) return null;
    const moment = this.chosen.get(name);
    return moment?.step === step ? moment.when : null;
  }

  private note(name: string | null): void {
    if (name !== null) this.reached.add(name);
  }

  private nameAt(path: string, body: string): string | null {
    return this.owners.get(path) ?? (path === '/order-plz' ? nameOfOrder(body) : null);
  }

  /** The answers of the CA tell which addresses belong to an order. */
  private learn({ path, body, status, answer, location = '' }: Passage, step: CaStep | null): void {
    const name = this.nameAt(path, body);
    if (name === null || status >= 400) return;
    if (step === 'order') this.orders.push(name);
    if (step === 'finalize') this.finalized.push(name);
    for (const [address = ''] of `${location} ${answer}`.matchAll(/https:\/\/[^"\s]+/g)) this.owners.set(new URL(address).pathname, name);
  }
}

/** The first name that a new order asks for; its payload is readable, only signed (RFC 7515). */
function nameOfOrder(jws: string): string | null {
  const { payload } = JSON.parse(jws);
  const order = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return order.identifiers?.[0]?.value ?? null;
}
