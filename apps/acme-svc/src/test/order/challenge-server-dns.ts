import type { ChallengeServer } from '@sifaka/peers';
import type { Place } from '../../dns/dns-challenges.js';

/** TXT records at Pebble's challenge server, which knows no more than to add one and to clear all of a name. */
export class ChallengeServerDns {
  private readonly records: { challengeId: number; recordName: string; value: string }[] = [];

  constructor(private readonly server: ChallengeServer) {}

  /** What still stands in DNS. */
  get left(): number {
    return this.records.length;
  }

  async place(name: string): Promise<Place> {
    return { providerId: 1, providerName: 'challenge server', zone: 'test', recordName: `_acme-challenge.${name.replace('*.', '')}` };
  }

  async publish(record: { challengeId: number; providerId: number; recordName: string; value: string }): Promise<void> {
    if (this.records.some(({ challengeId }) => challengeId === record.challengeId)) return;
    this.records.push(record);
    await this.server.setTxt(record.recordName, record.value);
  }

  async propagation() {
    return { isSeen: true, detail: 'the challenge server shows what it was given' };
  }

  async remove(challengeId: number): Promise<{ isRemoved: boolean }> {
    const index = this.records.findIndex((record) => record.challengeId === challengeId);
    const [removed] = index < 0 ? [] : this.records.splice(index, 1);
    if (removed === undefined) return { isRemoved: true };
    await this.server.clearTxt(removed.recordName);
    for (const { recordName, value } of this.records) if (recordName === removed.recordName) await this.server.setTxt(recordName, value);
    return { isRemoved: true };
  }
}
