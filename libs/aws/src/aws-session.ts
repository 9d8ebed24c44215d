import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { PluginContext } from '@sifaka/plugin-sdk';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsOptions } from './aws-options.js';

const defaultRegions = { aws: 'us-east-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' } as const;
const connectionTimeoutMs = 5_000;
const requestTimeoutMs = 30_000;

export interface AwsRetries {
  mode: 'adaptive' | 'standard';
  maxAttempts: number;
}

/** The SDK repeats throttled and failed calls with growing pauses; the plugin's host repeats the whole step later. */
const fewRetries: AwsRetries = { mode: 'adaptive', maxAttempts: 5 };

/**
 * For long readings, whose host would have to begin again: random pauses that grow to 20 s, two minutes in the worst case. Not adaptive:
 * a rate that halves at each refusal never recovers where refusals do not depend on it.
 */
export const patientRetries: AwsRetries = { mode: 'standard', maxAttempts: 12 };

const sessionName = 'sifaka';

type Credentials = ReturnType<typeof fromTemporaryCredentials>;

/** What a client of the AWS SDK is made with. */
export interface AwsClientConfig {
  region: string;
  credentials: Credentials;
  requestHandler: NodeHttpHandler;
  maxAttempts: number;
  retryMode: AwsRetries['mode'];
  endpoint?: string;
}

/**
 * One role in one AWS account, for the clients of any number of services: `new Route53Client(session.config())`.
 *
 * The role is assumed at the first call and again before its credentials end. Connections go through the guarded way out.
 */
export class AwsSession {
  private opened: { agents: ReturnType<PluginContext['outbound']['agents']>; requestHandler: NodeHttpHandler; credentials: Credentials } | null = null;

  /** @param account twelve digits; null: the platform's own account, without assuming a role */
  constructor(
    private readonly options: AwsOptions,
    private readonly account: string | null,
    private readonly context: PluginContext,
    private readonly retries: AwsRetries = fewRetries,
  ) {}

  /** @param region instead of the options' one */
  config(region?: string): AwsClientConfig {
    const { endpoint } = this.options;
    const { requestHandler, credentials } = this.open();
    return { region: region ?? this.region, credentials, requestHandler, maxAttempts: this.retries.maxAttempts, retryMode: this.retries.mode, ...(endpoint !== undefined && { endpoint }) };
  }

  get region(): string {
    return this.options.region ?? defaultRegions[this.options.partition];
  }

  close(): void {
    this.opened?.requestHandler.destroy();
    this.opened?.agents.http.destroy();
    this.opened?.agents.https.destroy();
    this.opened = null;
  }

  /** Plugins are made without side effects: nothing is opened before the first call. */
  private open() {
    if (this.opened !== null) return this.opened;
    const agents = this.context.outbound.agents();
    const requestHandler = new NodeHttpHandler({
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without it the SDK warns and goes on waiting.
      throwOnRequestTimeout: true,
    });
    const own = ownCredentials(this.options);
    const credentials = this.account === null ? own : remembered(this.assumed(this.account, own, requestHandler), this.context.clock);
    this.opened = { agents, requestHandler, credentials };
    return this.opened;
  }

  private assumed(account: string, masterCredentials: Credentials, requestHandler: NodeHttpHandler): Credentials {
    const { partition, role, external_id: externalId, endpoint } = this.options;
    return fromTemporaryCredentials({
      masterCredentials,
      params: { RoleArn: `arn:${partition}:iam::${account}:role/${role}`, RoleSessionName: sessionName, ...(externalId !== undefined && { ExternalId: externalId }) },
      clientConfig: { region: this.region, requestHandler, maxAttempts: fewRetries.maxAttempts, ...(endpoint !== undefined && { endpoint }) },
    });
  }
}

function ownCredentials({ access_key_id: accessKeyId, secret_access_key: secretAccessKey }: AwsOptions): Credentials {
  if (accessKeyId === undefined || secretAccessKey === undefined) return fromNodeProviderChain();
  return () => Promise.resolve({ accessKeyId, secretAccessKey });
}

/** Clients ask again five minutes before the end; what they are given then must be new. */
const renewedBeforeMs = 6 * 60_000;

/** One role for all clients of a session: each of them would assume it on its own. */
function remembered(provider: Credentials, clock: PluginContext['clock']): Credentials {
  let held: { credentials: ReturnType<Credentials>; until: number } | null = null;
  return (properties) => {
    if (held !== null && clock.now().getTime() < held.until) return held.credentials;
    const credentials = provider(properties);
    const asked = { credentials, until: Infinity };
    held = asked;
    credentials.then(
      ({ expiration }) => (asked.until = (expiration?.getTime() ?? Infinity) - renewedBeforeMs),
      () => {
        if (held === asked) held = null;
      },
    );
    return credentials;
  };
}
