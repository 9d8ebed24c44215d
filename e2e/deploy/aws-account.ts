import { ACMClient, GetCertificateCommand, ImportCertificateCommand } from '@aws-sdk/client-acm';
import { CreateLoadBalancerCommand as CreateClassicCommand, DescribeLoadBalancersCommand as DescribeClassicCommand, ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import {
  AddListenerCertificatesCommand,
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient, ListServerCertificatesCommand } from '@aws-sdk/client-iam';
import { openMotoAccount } from '@sifaka/peers';

export const account = '123456789012';
export const role = 'Sifaka';

const near = 'us-east-1';
const far = 'eu-west-1';

/** Least rights by the READMEs of `aws-destination`, `aws-acm-dest` and `aws-source`, with rotation and removal. */
const rights = [
  ...['GetServerCertificate', 'UploadServerCertificate', 'TagServerCertificate', 'DeleteServerCertificate', 'ListServerCertificates', 'ListServerCertificateTags'].map((action) => `iam:${action}`),
  ...['ListCertificates', 'ImportCertificate', 'GetCertificate', 'DescribeCertificate', 'DeleteCertificate', 'ListTagsForCertificate', 'AddTagsToCertificate'].map((action) => `acm:${action}`),
  'ec2:DescribeRegions',
  ...['DescribeLoadBalancers', 'DescribeLoadBalancerPolicies', 'DescribeTags', 'DescribeListeners', 'DescribeListenerCertificates', 'DescribeSSLPolicies'].map((action) => `elasticloadbalancing:${action}`),
  ...['SetLoadBalancerListenerSSLCertificate', 'ModifyListener', 'AddListenerCertificates', 'RemoveListenerCertificates'].map((action) => `elasticloadbalancing:${action}`),
];

/** An account at moto, with its rights enforced: a classic load balancer goes to us-east-1, one of the application kind to eu-west-1. */
export async function openAccount(url: string) {
  const subnets = valuesOf(await ec2(url, 'DescribeSubnets'), 'subnetId').slice(0, 2);
  const others = valuesOf(await ec2(url, 'DescribeRegions'), 'regionName').filter((region) => region !== near && region !== far);
  const { administrator, platform } = await openMotoAccount(url, { [role]: rights });
  const settings = (region: string) => ({ endpoint: url, region, credentials: administrator });
  const iam = new IAMClient(settings(near));
  const acm = new ACMClient(settings(far));
  const classic = new ElasticLoadBalancingClient(settings(near));
  const v2 = new ElasticLoadBalancingV2Client(settings(far));
  return {
    /** What the platform signs with; it may assume the role. */
    platform,
    /** Regions where nothing is. */
    others,
    /** Names of the server certificates of IAM. */
    held: async (): Promise<string[]> => ((await iam.send(new ListServerCertificatesCommand({}))).ServerCertificateMetadataList ?? []).map(({ ServerCertificateName: name = '' }) => name).sort(),
    imported: async (certificate: string, key: string): Promise<string> => (await acm.send(new ImportCertificateCommand({ Certificate: Buffer.from(certificate), PrivateKey: Buffer.from(key) }))).CertificateArn ?? '',
    /** PEM of a certificate of ACM. */
    inAcm: async (arn: string): Promise<string> => (await acm.send(new GetCertificateCommand({ CertificateArn: arn }))).Certificate ?? '',
    classic: async (name: string, ports: readonly number[], certificate: string): Promise<void> => {
      const Listeners = ports.map((port) => ({ Protocol: 'HTTPS', LoadBalancerPort: port, InstancePort: 80, SSLCertificateId: certificate }));
      await classic.send(new CreateClassicCommand({ LoadBalancerName: name, AvailabilityZones: [`${near}a`], Listeners }));
    },
    /** ARNs that a classic load balancer presents, by port. */
    classicPresents: async (name: string): Promise<Record<number, string | undefined>> => {
      const { LoadBalancerDescriptions: [found] = [] } = await classic.send(new DescribeClassicCommand({ LoadBalancerNames: [name] }));
      return Object.fromEntries((found?.ListenerDescriptions ?? []).map(({ Listener: listener }) => [listener?.LoadBalancerPort ?? 0, listener?.SSLCertificateId]));
    },
    /** A load balancer with one listener, whose ARN is returned. */
    application: async (name: string, { certificate, sni = [], tags = [] }: { certificate: string; sni?: readonly string[]; tags?: readonly string[] }): Promise<string> => {
      const { LoadBalancers: [made] = [] } = await v2.send(new CreateLoadBalancerCommand({ Name: name, Type: 'application', Subnets: subnets }));
      const { TargetGroups: [targets] = [] } = await v2.send(new CreateTargetGroupCommand({ Name: `${name}-t`, Protocol: 'HTTP', Port: 80, VpcId: made?.VpcId ?? '' }));
      const { Listeners: [listener] = [] } = await v2.send(
        new CreateListenerCommand({
          LoadBalancerArn: made?.LoadBalancerArn,
          Port: 443,
          Protocol: 'HTTPS',
          SslPolicy: 'ELBSecurityPolicy-2016-08',
          DefaultActions: [{ Type: 'forward', TargetGroupArn: targets?.TargetGroupArn }],
          Certificates: [{ CertificateArn: certificate }],
        }),
      );
      const arn = listener?.ListenerArn ?? '';
      if (sni.length > 0) await v2.send(new AddListenerCertificatesCommand({ ListenerArn: arn, Certificates: sni.map((CertificateArn) => ({ CertificateArn })) }));
      if (tags.length > 0) await v2.send(new AddTagsCommand({ ResourceArns: [made?.LoadBalancerArn ?? ''], Tags: tags.map((Key) => ({ Key, Value: 'x' })) }));
      return arn;
    },
    /** ARNs that a listener presents: the default one, and the list for SNI. */
    presents: async (listener: string): Promise<{ byDefault: string | undefined; sni: string[] }> => {
      const { Listeners: [found] = [] } = await v2.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
      const byDefault = found?.Certificates?.[0]?.CertificateArn;
      const { Certificates: all = [] } = await v2.send(new DescribeListenerCertificatesCommand({ ListenerArn: listener }));
      // moto says it of no certificate that it is the default one, and has one that was changed twice, once in words of Python.
      return { byDefault, sni: all.map(({ CertificateArn: arn = '' }) => arn).filter((arn) => arn.startsWith('arn:') && arn !== byDefault).sort() };
    },
    deleteListener: async (listener: string): Promise<void> => {
      await v2.send(new DeleteListenerCommand({ ListenerArn: listener }));
    },
    stop: (): Promise<void> => {
      for (const client of [iam, acm, classic, v2]) client.destroy();
      return Promise.resolve();
    },
  };
}

export type Account = Awaited<ReturnType<typeof openAccount>>;

/** Before rights are enforced, any credentials will do. */
async function ec2(url: string, action: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20261122/${far}/ec2/aws4_request, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Version: '2016-11-15', Action: action }),
  });
  return response.text();
}

const valuesOf = (xml: string, name: string): string[] => [...xml.matchAll(new RegExp(`<${name}>([^<]+)</${name}>`, 'g'))].map(([, value = '']) => value);
