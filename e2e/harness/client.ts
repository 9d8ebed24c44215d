// What the platform answers is what a test is to find out: no type says it beforehand.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are what is tested
export type Json = any;

/** What the API answered; `body` is parsed JSON, or the text where it is none. */
export interface Answer<B = Json> {
  status: number;
  body: B;
  text: string;
  headers: Headers;
}

const requestLimitMs = 30_000;

/** Speaks REST to one platform. */
export class Client {
  constructor(
    readonly url: string,
    private readonly token: string | null = null,
  ) {}

  /**
   * One request below `/api/1`.
   *
   * @param token another token than the client's own; null sends none.
   */
  async api<B = Json>(
    method: string,
    path: string,
    body?: unknown,
    token: string | null = this.token,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<B>> {
    return await this.send(method, `/api/1${path}`, {
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** One request as it is, for what `api` would make right. */
  async send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(requestLimitMs),
    });
    const text = await response.text();
    return { status: response.status, text, body: parsed(text), headers: response.headers };
  }

  get<B = Json>(path: string): Promise<Answer<B>> {
    return this.api<B>('GET', path);
  }

  post<B = Json>(path: string, body: unknown): Promise<Answer<B>> {
    return this.api<B>('POST', path, body);
  }

  put<B = Json>(path: string, body: unknown): Promise<Answer<B>> {
    return this.api<B>('PUT', path, body);
  }

  delete<B = Json>(path: string): Promise<Answer<B>> {
    return this.api<B>('DELETE', path);
  }

  /** A client that speaks as this user. Throws with the answer when the login is refused. */
  async login(username: string, password: string): Promise<Client> {
    const answer = await this.api('POST', '/auth/login', { username, password }, null);
    if (answer.status !== 200) throw new Error(`login of ${username}: ${answer.status} ${answer.text}`);
    return new Client(this.url, answer.body.token);
  }

  /** A client that speaks as the holder of this token. */
  as(token: string | null): Client {
    return new Client(this.url, token);
  }
}

/** The body of an answer that must have succeeded. */
export function expectOk<B>(answer: Answer<B>): B {
  if (answer.status !== 200) throw new Error(`expected 200, got ${answer.status}: ${answer.text}`);
  return answer.body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
