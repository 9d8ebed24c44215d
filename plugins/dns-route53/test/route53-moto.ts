import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, ListResourceRecordSetsCommand, Route53Client, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import { unquoteTxt } from '@sifaka/plugin-sdk';

export const account = '123456789012';
export const role = 'Certificates';

/** As in the README: what the platform's own identity needs, and the role. */
const ownPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }] };
const rolePolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['route53:ListHostedZones', 'route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'], Resource: '*' }] };
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** An AWS account at moto with an administrator, a user for the platform and a role; from then on keys, signatures and policies count. */
export async function openAccount(url: string) {
  const iam = async (parameters: Record<string, string>): Promise<string> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0' },
      body: new URLSearchParams({ Version: '2010-05-08', ...parameters }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${parameters.Action}: ${text}`);
    return text;
  };
  const field = (xml: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  const user = async (name: string, policy: object): Promise<Keys> => {
    await iam({ Action: 'CreateUser', UserName: name });
    await iam({ Action: 'PutUserPolicy', UserName: name, PolicyName: 'rights', PolicyDocument: JSON.stringify(policy) });
    const made = await iam({ Action: 'CreateAccessKey', UserName: name });
    return { accessKeyId: field(made, 'AccessKeyId'), secretAccessKey: field(made, 'SecretAccessKey') };
  };
  const roleWith = async (name: string, policy: object) => {
    await iam({ Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: JSON.stringify(everything) });
    await iam({ Action: 'PutRolePolicy', RoleName: name, PolicyName: 'rights', PolicyDocument: JSON.stringify(policy) });
  };
  const administrator = await user('administrator', everything);
  const platform = await user('sifaka', ownPolicy);
  await roleWith(role, rolePolicy);
  await roleWith('Nothing', { ...rolePolicy, Statement: [{ ...rolePolicy.Statement[0], Action: 'route53:GetHostedZone' }] });
  const client = new Route53Client({ endpoint: url, region: 'us-east-1', credentials: administrator });
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });

  const set = async (zoneId: string, name: string): Promise<ResourceRecordSet | null> => {
    const { ResourceRecordSets: sets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, StartRecordName: `${name}.`, StartRecordType: 'TXT', MaxItems: 1 }));
    return sets.find((each) => each.Name === `${name}.` && each.Type === 'TXT') ?? null;
  };
  return {
    platform,
    zone: async (name: string, isPrivate = false): Promise<string> => {
      const { HostedZone: zone } = await client.send(
        new CreateHostedZoneCommand({ Name: `${name}.`, CallerReference: `${name}-${Math.random()}`, ...(isPrivate && { HostedZoneConfig: { PrivateZone: true, Comment: 'inside' }, VPC: { VPCId: 'vpc-1', VPCRegion: 'us-east-1' } }) }),
      );
      return zone?.Id ?? '';
    },
    change: async (zoneId: string, action: 'UPSERT' | 'DELETE', record: ResourceRecordSet): Promise<void> => {
      await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes: [{ Action: action, ResourceRecordSet: record }] } }));
    },
    set,
    read: async (zoneId: string, name: string): Promise<string[]> => ((await set(zoneId, name))?.ResourceRecords ?? []).map(({ Value }) => unquoteTxt(Value ?? '')),
    stop: () => client.destroy(),
  };
}

export type Account = Awaited<ReturnType<typeof openAccount>>;
