import { createHash } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { findCrl, readCrl, type CrlRecord, type InputOf, type OutputOf } from '@sifaka/contracts';
import { AppError, timestamp } from '@sifaka/kernel';
import { Handles } from '@sifaka/messaging';

type Kind = CrlRecord['kind'];

interface KnownList {
  record: CrlRecord;
  content: Buffer;
}

/** Lists of authorities as the stand-in for issuer-svc has them. */
export class Lists {
  readonly all = new Map<string, KnownList>();
  readonly asked: number[] = [];
  /** Called before a slice is handed over. */
  beforeSlice: (offset: number) => void = () => undefined;
  sliceBytes = 10;

  put(authorityId: number, slug: string, number: string, text: string, kind: Kind = 'full'): CrlRecord {
    const content = Buffer.from(text);
    const times = { thisUpdate: timestamp(new Date()), nextUpdate: timestamp(new Date(Date.now() + 86_400_000)) };
    const record: CrlRecord = { authorityId, slug, kind, number, baseNumber: null, ...times, entryCount: 1, byteLength: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    this.all.set(`${slug} ${kind}`, { record, content });
    return record;
  }
}

export const lists = new Lists();

@Controller()
export class ListHandlers {
  @Handles(findCrl)
  find({ slug, kind }: InputOf<typeof findCrl>): Promise<OutputOf<typeof findCrl>> {
    const found = lists.all.get(`${slug} ${kind}`);
    return found === undefined ? Promise.reject(new AppError('not_found', 'there is no such list')) : Promise.resolve(found.record);
  }

  @Handles(readCrl)
  read({ authorityId, kind, number, offset }: InputOf<typeof readCrl>): Promise<OutputOf<typeof readCrl>> {
    lists.asked.push(offset);
    lists.beforeSlice(offset);
    const found = [...lists.all.values()].find(({ record }) => record.authorityId === authorityId && record.kind === kind && record.number === number);
    if (found === undefined) return Promise.reject(new AppError('not_found', 'a newer list took its place'));
    return Promise.resolve({ bytes: found.content.subarray(offset, offset + lists.sliceBytes).toString('base64'), byteLength: found.content.length });
  }
}
