export interface MotoKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface MotoAccount {
  /** The account that moto has. */
  account: string;
  /** May do everything. */
  administrator: MotoKeys;
  /** May assume roles, and nothing else. */
  platform: MotoKeys;
}

const account = '123456789012';
const version = '2012-10-17';
const anything = { Version: version, Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const assume = { Version: version, Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }] };

/**
 * Users and roles at moto; from then on keys, signatures and policies count. moto looks at actions, not at resources and conditions.
 *
 * @param roles name and the actions that its policy allows
 */
export async function openMotoAccount(url: string, roles: Readonly<Record<string, readonly string[]>>): Promise<MotoAccount> {
  const administrator = await user(url, 'administrator', anything);
  const platform = await user(url, 'sifaka', assume);
  for (const [name, actions] of Object.entries(roles)) {
    await iam(url, { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: JSON.stringify(anything) });
    const policy = { Version: version, Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] };
    await iam(url, { Action: 'PutRolePolicy', RoleName: name, PolicyName: 'rights', PolicyDocument: JSON.stringify(policy) });
  }
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  return { account, administrator, platform };
}

async function user(url: string, name: string, policy: object): Promise<MotoKeys> {
  await iam(url, { Action: 'CreateUser', UserName: name });
  await iam(url, { Action: 'PutUserPolicy', UserName: name, PolicyName: 'rights', PolicyDocument: JSON.stringify(policy) });
  const made = await iam(url, { Action: 'CreateAccessKey', UserName: name });
  return { accessKeyId: field(made, 'AccessKeyId'), secretAccessKey: field(made, 'SecretAccessKey') };
}

async function iam(url: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0' },
    body: new URLSearchParams({ Version: '2010-05-08', ...parameters }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${parameters.Action}: ${text}`);
  return text;
}

const field = (xml: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
