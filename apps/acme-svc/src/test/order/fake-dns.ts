import { AppError } from '@sifaka/kernel';
import type { Place } from '../../dns/dns-challenges.js';

export type DnsCall = 'publish' | 'propagation' | 'remove';

/** DNS in memory: values by name, and who put them there. */
export class FakeDns {
  readonly records: { challengeId: number; recordName: string; value: string }[] = [];
  readonly calls: DnsCall[] = [];
  /** Most values that ever stood at one name. */
  mostAtOneName = 0;
  serves = (name: string): boolean => name.endsWith('.test');
  isSeen = (_recordName: string): boolean => true;
  after: (call: DnsCall) => Promise<void> | void = () => undefined;
  isRemovable = true;

  async place(name: string, preferredProviderId: number | null): Promise<Place> {
    if (!this.serves(name)) throw new AppError('failed_precondition', `no DNS provider serves "${name}"`, { reason: 'dns.no_provider' });
    return { providerId: preferredProviderId ?? 1, providerName: 'dns one', zone: 'test', recordName: `_acme-challenge.${name.replace('*.', '')}` };
  }

  async publish({ challengeId, recordName, value }: { challengeId: number; providerId: number; recordName: string; value: string }): Promise<void> {
    this.calls.push('publish');
    if (!this.records.some((record) => record.challengeId === challengeId)) this.records.push({ challengeId, recordName, value });
    this.mostAtOneName = Math.max(this.mostAtOneName, this.values(recordName).length);
    await this.after('publish');
  }

  async propagation({ recordName, value }: { providerId: number; zone: string; recordName: string; value: string }) {
    this.calls.push('propagation');
    await this.after('propagation');
    const isSeen = this.isSeen(recordName) && this.values(recordName).includes(value);
    return { isSeen, detail: isSeen ? 'ns1.test has it' : `ns1.test has no such value at ${recordName}` };
  }

  async remove(challengeId: number): Promise<{ isRemoved: boolean }> {
    this.calls.push('remove');
    if (!this.isRemovable) return { isRemoved: false };
    const rest = this.records.filter((record) => record.challengeId !== challengeId);
    this.records.splice(0, this.records.length, ...rest);
    await this.after('remove');
    return { isRemoved: true };
  }

  values(recordName: string): string[] {
    return this.records.filter((record) => record.recordName === recordName).map(({ value }) => value);
  }
}
