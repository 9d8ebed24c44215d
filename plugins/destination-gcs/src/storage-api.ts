import { GoogleSession, googleWords } from '@sifaka/google';
import { AppError } from '@sifaka/kernel';
import type { ApiAnswer, ApiRequest, PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { GcsOptions } from './options.js';

const scope = 'https://www.googleapis.com/auth/devstorage.read_write';
/** PEM texts; and nobody between here and the reader keeps an old one, or a key. */
const storedAs = { contentType: 'application/x-pem-file', cacheControl: 'no-store' };

const StoredObject = z.object({ generation: z.string().regex(/^\d+$/), md5Hash: z.string().optional(), metadata: z.record(z.string(), z.string()).default({}) });
const Granted = z.object({ kind: z.literal('storage#testIamPermissionsResponse'), permissions: z.array(z.string()).default([]) });

export type StoredObject = z.output<typeof StoredObject>;

export interface ObjectContent {
  text: string;
  /** MD5 of it in base64, which Cloud Storage checks. */
  md5Hash: string;
  metadata: Record<string, string>;
}

/** Objects of one bucket, by the JSON API of Cloud Storage v1 (https://cloud.google.com/storage/docs/json_api/v1). */
export class StorageApi {
  private readonly api: GoogleSession;
  private readonly bucketPath: string;

  constructor(
    { bucketName, endpoint, service_account_key: serviceAccountKey }: GcsOptions,
    private readonly context: PluginContext,
  ) {
    this.bucketPath = `/b/${encodeURIComponent(bucketName)}`;
    this.api = new GoogleSession({ name: 'Google Cloud Storage', url: endpoint, serviceAccountKey, scope, context });
  }

  /** Null: there is no such object. @throws AppError `failed_precondition` when there is no such bucket */
  async object(name: string): Promise<StoredObject | null> {
    const path = this.pathOf(name);
    const answer = await this.api.send(path, { accepts: [404] });
    if (answer.status !== 404) return this.api.parse(StoredObject, answer, path);
    if (isAboutTheBucket(answer)) throw this.api.refusal(path, {}, answer);
    return null;
  }

  /**
   * Puts an object in the place of the one that was read.
   *
   * @param before its generation, 0 for none
   * @returns false when there is another one by now
   */
  async put(name: string, before: string, { text, md5Hash, metadata }: ObjectContent): Promise<boolean> {
    const path = `/upload/storage/v1${this.bucketPath}/o`;
    const boundary = `sifaka-${Buffer.from(this.context.random(16)).toString('hex')}`;
    const parts = [
      { type: 'application/json; charset=UTF-8', text: JSON.stringify({ name, md5Hash, metadata, ...storedAs }) },
      { type: storedAs.contentType, text },
    ];
    const body = `${parts.map((part) => `--${boundary}\r\nContent-Type: ${part.type}\r\n\r\n${part.text}\r\n`).join('')}--${boundary}--\r\n`;
    const content = { type: `multipart/related; boundary=${boundary}`, body };
    const request: ApiRequest = { method: 'POST', query: { uploadType: 'multipart', ifGenerationMatch: before }, content, accepts: [412] };
    const answer = await this.api.send(path, request);
    if (answer.status === 412) return false;
    this.api.parse(StoredObject, answer, path);
    return true;
  }

  /** @returns false when there is another one by now */
  async delete(name: string, generation: string): Promise<boolean> {
    const { status } = await this.api.send(this.pathOf(name), { method: 'DELETE', query: { ifGenerationMatch: generation }, accepts: [404, 412] });
    return status !== 412;
  }

  /** Which of the permissions the service account has on the bucket; null where the store does not tell. */
  async granted(permissions: readonly string[]): Promise<string[] | null> {
    const query = permissions.map((each) => `permissions=${encodeURIComponent(each)}`).join('&');
    const path = `/storage/v1${this.bucketPath}/iam/testPermissions`;
    const answer = await this.api.send(`${path}?${query}`, { accepts: [404, 405, 501] });
    if (answer.status === 404 && googleWords(answer.body) !== undefined) throw this.api.refusal(path, {}, answer);
    return answer.status >= 400 ? null : this.api.parse(Granted, answer, path).permissions;
  }

  private pathOf(name: string): string {
    return `/storage/v1${this.bucketPath}/o/${encodeURIComponent(name)}`;
  }
}

/** Both are `notFound`; the words alone tell them apart. */
const isAboutTheBucket = ({ body }: ApiAnswer): boolean => /bucket does not exist/i.test(googleWords(body) ?? '');

/** For whoever was overtaken too often. */
export const overtaken = (name: string): AppError => new AppError('conflict', `others keep changing the object "${name}"`, { reason: 'google.overtaken', retryAfterMs: 5_000 });
