import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  AddTagsCommand as AddClassicTagsCommand,
  CreateLoadBalancerCommand as CreateClassicCommand,
  CreateLoadBalancerPolicyCommand,
  ElasticLoadBalancingClient,
  SetLoadBalancerPoliciesOfListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import { AddListenerCertificatesCommand, AddTagsCommand, CreateListenerCommand, CreateLoadBalancerCommand, CreateTargetGroupCommand, DescribeListenersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient, UploadServerCertificateCommand } from '@aws-sdk/client-iam';
import { openMotoAccount } from '@sifaka/peers';
import { encodePem, fromPkcs8Der, toTraditionalPem } from '@sifaka/pki';
import type { StoredCertificate } from '@sifaka/plugin-sdk';
import { testDeployable } from '@sifaka/plugin-sdk/conformance';

export const account = '123456789012';
export const regions = ['eu-west-1', 'us-east-1'] as const;
export type Region = (typeof regions)[number];

/** As in the README. */
export const rights = [
  ...['ListServerCertificates', 'GetServerCertificate', 'ListServerCertificateTags', 'DeleteServerCertificate'].map((action) => `iam:${action}`),
  ...['GetCertificate', 'DeleteCertificate', 'DescribeCertificate'].map((action) => `acm:${action}`),
  'ec2:DescribeRegions',
  ...['DescribeLoadBalancers', 'DescribeLoadBalancerPolicies', 'DescribeTags', 'SetLoadBalancerListenerSSLCertificate', 'DescribeListeners', 'DescribeListenerCertificates', 'DescribeSSLPolicies', 'ModifyListener', 'AddListenerCertificates', 'RemoveListenerCertificates'].map(
    (action) => `elasticloadbalancing:${action}`,
  ),
];

export type Held = StoredCertificate & { externalId: string };

/** An account at moto, with rights enforced, and what tests put into it. */
export async function openAws(url: string) {
  const subnets = new Map<string, string[]>();
  for (const region of regions) subnets.set(region, [...(await ec2(url, region, { Action: 'DescribeSubnets' })).matchAll(/<subnetId>([^<]+)</g)].map(([, id = '']) => id).slice(0, 2));
  const { administrator, platform } = await openMotoAccount(url, { Discovery: rights, Nothing: ['iam:GetUser'] });
  const settings = (region: string) => ({ endpoint: url, region, credentials: administrator });
  const iam = new IAMClient(settings('us-east-1'));
  const acm = new Map(regions.map((region) => [region, new ACMClient(settings(region))] as const));
  const classic = new Map(regions.map((region) => [region, new ElasticLoadBalancingClient(settings(region))] as const));
  const v2 = new Map(regions.map((region) => [region, new ElasticLoadBalancingV2Client(settings(region))] as const));

  async function balancer(region: Region, name: string, { type = 'application', tags = [] as string[] } = {}): Promise<{ arn: string; dnsName: string; targets: string }> {
    const client = v2.get(region)!;
    const { LoadBalancers: [made] = [] } = await client.send(new CreateLoadBalancerCommand({ Name: name, Type: type as 'application', Subnets: subnets.get(region)! }));
    const { TargetGroups: [group] = [] } = await client.send(new CreateTargetGroupCommand({ Name: `${name}-t`.slice(-32), Protocol: type === 'network' ? 'TCP' : 'HTTP', Port: 80, VpcId: made?.VpcId ?? 'vpc-1' }));
    if (tags.length > 0) await client.send(new AddTagsCommand({ ResourceArns: [made?.LoadBalancerArn ?? ''], Tags: tags.map((Key) => ({ Key, Value: 'x' })) }));
    return { arn: made?.LoadBalancerArn ?? '', dnsName: made?.DNSName ?? '', targets: group?.TargetGroupArn ?? '' };
  }

  async function listener(region: Region, { arn, targets }: { arn: string; targets: string }, { port = 443, protocol = 'HTTPS', certificate, sni = [] }: { port?: number; protocol?: string; certificate?: string; sni?: string[] }): Promise<string> {
    const client = v2.get(region)!;
    const { Listeners: [made] = [] } = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn: arn,
        Port: port,
        Protocol: protocol as 'HTTPS',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: targets }],
        ...(certificate !== undefined && { SslPolicy: 'ELBSecurityPolicy-2016-08', Certificates: [{ CertificateArn: certificate }] }),
      }),
    );
    if (sni.length > 0) await client.send(new AddListenerCertificatesCommand({ ListenerArn: made?.ListenerArn, Certificates: sni.map((CertificateArn) => ({ CertificateArn })) }));
    return made?.ListenerArn ?? '';
  }

  return {
    platform,
    iam,
    acm,
    classic,
    v2,
    balancer,
    listener,
    /** A server certificate of IAM. */
    certificate: async (path = '/', body?: string): Promise<Held> => {
      const { name, certificateDer, privateKeyPkcs8Der, fingerprint } = testDeployable();
      const { ServerCertificateMetadata: made } = await iam.send(
        new UploadServerCertificateCommand({ Path: path, ServerCertificateName: name, CertificateBody: body ?? encodePem('CERTIFICATE', certificateDer), PrivateKey: toTraditionalPem(fromPkcs8Der(privateKeyPkcs8Der!)) }),
      );
      return { name, externalId: made?.Arn ?? '', fingerprint };
    },
    imported: async (region: Region): Promise<Held> => {
      const { name, certificateDer, chainDer, privateKeyPkcs8Der, fingerprint } = testDeployable();
      const pem = (der: Uint8Array) => Buffer.from(encodePem('CERTIFICATE', der));
      const { CertificateArn: arn = '' } = await acm.get(region)!.send(new ImportCertificateCommand({ Certificate: pem(certificateDer), CertificateChain: pem(chainDer[0]!), PrivateKey: Buffer.from(toTraditionalPem(fromPkcs8Der(privateKeyPkcs8Der!))) }));
      return { name, externalId: arn, fingerprint };
    },
    /** A classic load balancer with listeners by port; returns its DNS name. */
    classicBalancer: async (region: Region, name: string, listeners: Record<number, string>, tags: string[] = []): Promise<string> => {
      const client = classic.get(region)!;
      const { DNSName: dnsName = '' } = await client.send(
        new CreateClassicCommand({
          LoadBalancerName: name,
          AvailabilityZones: [`${region}a`],
          Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }, ...Object.entries(listeners).map(([port, certificate]) => ({ Protocol: 'HTTPS', LoadBalancerPort: Number(port), InstancePort: 80, SSLCertificateId: certificate }))],
        }),
      );
      if (tags.length > 0) await client.send(new AddClassicTagsCommand({ LoadBalancerNames: [name], Tags: tags.map((Key) => ({ Key, Value: 'x' })) }));
      return dnsName;
    },
    classicPolicy: async (region: Region, name: string, port: number, attributes: Record<string, string>): Promise<void> => {
      const client = classic.get(region)!;
      const PolicyAttributes = Object.entries(attributes).map(([AttributeName, AttributeValue]) => ({ AttributeName, AttributeValue }));
      await client.send(new CreateLoadBalancerPolicyCommand({ LoadBalancerName: name, PolicyName: 'tls', PolicyTypeName: 'SSLNegotiationPolicyType', PolicyAttributes }));
      await client.send(new SetLoadBalancerPoliciesOfListenerCommand({ LoadBalancerName: name, LoadBalancerPort: port, PolicyNames: ['tls'] }));
    },
    defaultOf: async (region: Region, listenerArn: string): Promise<string | undefined> => (await v2.get(region)!.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }))).Listeners?.[0]?.Certificates?.[0]?.CertificateArn,
    stop: () => {
      for (const client of [iam, ...acm.values(), ...classic.values(), ...v2.values()]) client.destroy();
    },
  };
}

export type Aws = Awaited<ReturnType<typeof openAws>>;

/** Before rights are enforced, any credentials will do. */
async function ec2(url: string, region: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20261122/${region}/ec2/aws4_request, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Version: '2016-11-15', ...parameters }),
  });
  return response.text();
}
