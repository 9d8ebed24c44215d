import { AppError } from '@sifaka/kernel';
import { HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import { serviceAccountFolder, type ConnectionOptions, type NamespaceOptions } from './connection-options.js';
import { faultOf, statusOf, type Need } from './status.js';
import { readPlatformFile, type FileTerms } from './platform-file.js';

/** An answer and what it was asked for. */
export interface KubernetesRequest extends ApiRequest {
  /** What the role of the token must allow; named when it does not. */
  need: Need;
}

interface Connected {
  key: string;
  api: HttpApi;
}

/** The API of one cluster. The token and the CA are held in memory, and read again where they stand in files. */
export class KubernetesApi {
  private connected: Connected | null = null;
  private readonly files: FileTerms;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly context: Pick<PluginContext, 'clock' | 'signal' | 'fetch' | 'outbound'>,
  ) {
    this.files = { url: options.kubernetesURL, folders: options.fileFolders ?? [] };
  }

  /** The namespace that is named, that of the file, or `default`. @throws AppError `failed_precondition` for a file that must not be read */
  async namespace({ kubernetesNamespace, kubernetesNamespaceFile }: NamespaceOptions): Promise<string> {
    if (kubernetesNamespace !== undefined) return kubernetesNamespace;
    const named = await readPlatformFile('kubernetesNamespaceFile', kubernetesNamespaceFile, this.files);
    if (named === null || named === '') return 'default';
    if (/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(named)) return named;
    throw new AppError('failed_precondition', `kubernetesNamespaceFile: ${kubernetesNamespaceFile} does not hold the name of a namespace`, { reason: 'kubernetes.file' });
  }

  /** @throws AppError as `send`, and `upstream_failed` for an answer of another shape */
  async read<Schema extends z.ZodType>(schema: Schema, path: string, request: KubernetesRequest): Promise<z.output<Schema>> {
    const { api } = await this.ready();
    return api.parse(schema, await this.ask(api, path, request), path);
  }

  /** Null when there is no such object. @throws AppError as `send` */
  async find<Schema extends z.ZodType>(schema: Schema, path: string, request: KubernetesRequest): Promise<z.output<Schema> | null> {
    const { api } = await this.ready();
    const answer = await this.ask(api, path, { ...request, accepts: [404] });
    if (answer.status === 404) {
      // What is missing may be the whole kind, or an address that is no API server.
      if (statusOf(answer.body)?.reason === 'NotFound') return null;
      throw faultOf(api, path, request, answer);
    }
    return api.parse(schema, answer, path);
  }

  /**
   * @throws AppError `permission_denied` that names the right that is missing, `conflict` for what somebody else owns or changed,
   *   `failed_precondition` for what the cluster refuses, `rate_limited`, `upstream_failed`, `upstream_timeout`, `unavailable`
   */
  async send(path: string, request: KubernetesRequest): Promise<ApiAnswer> {
    const { api } = await this.ready();
    return this.ask(api, path, request);
  }

  /** @throws AppError `upstream_failed` for an answer of another shape */
  async parse<Schema extends z.ZodType>(schema: Schema, answer: ApiAnswer, path: string): Promise<z.output<Schema>> {
    const { api } = await this.ready();
    return api.parse(schema, answer, path);
  }

  private async ask(api: HttpApi, path: string, { need, accepts = [], ...request }: KubernetesRequest): Promise<ApiAnswer> {
    const answer = await api.send(path, { ...request, accepts: refusals });
    if (answer.status < 400 || accepts.includes(answer.status)) return answer;
    throw faultOf(api, path, { ...request, need }, answer);
  }

  /** A token that was renewed, or a CA that was, makes a new one. */
  private async ready(): Promise<Connected> {
    const [token, caPem] = [await this.token(), await this.caPem()];
    const key = `${token}\n${caPem ?? ''}`;
    if (this.connected?.key === key) return this.connected;
    const { context, options } = this;
    const fetch = context.outbound.fetchWith(caPem === null ? {} : { caPem });
    const headers = { authorization: `Bearer ${token}` };
    this.connected = { key, api: new HttpApi({ name: 'Kubernetes', url: options.kubernetesURL, headers, secrets: [token], context, fetch, explain: (body) => statusOf(body)?.message }) };
    return this.connected;
  }

  private async token(): Promise<string> {
    const { kubernetesAuthToken: given, kubernetesAuthTokenFile: path } = this.options;
    const token = given ?? (await readPlatformFile('kubernetesAuthTokenFile', path, this.files))?.split('\n')[0]?.trim();
    if (token !== undefined && /^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
    const why = path.startsWith(`${serviceAccountFolder}/`) ? `and the token of the platform's own pod ${token === undefined ? 'is not there, or not for' : 'is none for'} ${this.options.kubernetesURL}` : `and ${path} ${token === undefined ? 'is not there' : 'holds no token'}`;
    const fields = [{ path: 'plugin.pluginOptions.kubernetesAuthToken', message: 'give a token' }];
    throw new AppError('failed_precondition', `kubernetesAuthToken is not given, ${why}`, { reason: 'kubernetes.no_token', fields });
  }

  private async caPem(): Promise<string | null> {
    const { kubernetesServerCertificate: given, kubernetesServerCertificateFile: path } = this.options;
    if (given !== undefined) return given;
    const read = await readPlatformFile('kubernetesServerCertificateFile', path, this.files);
    if (read !== null || path.startsWith(`${serviceAccountFolder}/`)) return read;
    throw new AppError('failed_precondition', `kubernetesServerCertificateFile: ${path} is not there`, { reason: 'kubernetes.file' });
  }
}

/** Answers that come with a `Status`, whose words are better than a number. */
const refusals = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422];
