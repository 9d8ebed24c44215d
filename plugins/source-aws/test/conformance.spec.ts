import { afterAll, beforeAll } from '@jest/globals';
import { DeleteServerCertificateCommand } from '@aws-sdk/client-iam';
import { describeWithPeers, startMoto, type Moto } from '@sifaka/peers';
import { describeSource, loopbackOutbound, testContext, type SourceSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { openAws, type Aws, type Held } from './aws-state.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));

describeWithPeers(['moto'], 'an account at moto, with rights enforced', () => {
  let moto: Moto;
  let aws: Aws;
  const held: Held[] = [];
  const endpoints: { dnsName: string; port: number; fingerprint: string }[] = [];
  const basics = { accountNumber: '123456789012', regions: 'eu-west-1, us-east-1', role: 'Discovery', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary-of-the-secret-key' };
  const subject: SourceSubject = {
    plugin,
    options: named(basics),
    certificates: () => held,
    endpoints: () => endpoints,
    wrongCredentials: named({ secret_access_key: 'no-such-secret-0123456789' }),
    away: named({ endpoint: 'http://127.0.0.1:1' }),
    context: () => testContext({ now: new Date(), outbound: loopbackOutbound() }),
    breakOne: async () => {
      const broken = await aws.certificate('/', 'no certificate at all');
      return async () => {
        await aws.iam.send(new DeleteServerCertificateCommand({ ServerCertificateName: broken.name }));
      };
    },
    removable: async () => aws.certificate(),
    rotation: () => ({ endpoint: endpoints[1]!, from: held[1]!, to: held[2]! }),
  };

  beforeAll(async () => {
    moto = await startMoto();
    aws = await openAws(moto.url);
    subject.options = named({ ...basics, access_key_id: aws.platform.accessKeyId, secret_access_key: aws.platform.secretAccessKey, endpoint: moto.url });
    for (let count = 0; count < 4; count++) held.push(await aws.certificate());
    await aws.certificate('/elsewhere/');
    const [first, second] = held as [Held, Held];
    endpoints.push({ dnsName: await aws.classicBalancer('us-east-1', 'web', { 443: first.externalId }), port: 443, fingerprint: first.fingerprint });
    const balancer = await aws.balancer('eu-west-1', 'app');
    await aws.listener('eu-west-1', balancer, { certificate: second.externalId, sni: [held[3]!.externalId] });
    await aws.listener('eu-west-1', balancer, { port: 80, protocol: 'HTTP' });
    endpoints.push({ dnsName: balancer.dnsName, port: 443, fingerprint: second.fingerprint });
    const imported = await aws.imported('eu-west-1');
    const network = await aws.balancer('eu-west-1', 'net', { type: 'network' });
    await aws.listener('eu-west-1', network, { port: 8443, protocol: 'TLS', certificate: imported.externalId });
    endpoints.push({ dnsName: network.dnsName, port: 8443, fingerprint: imported.fingerprint });
  }, 90_000);
  afterAll(async () => {
    aws.stop();
    await moto.stop();
  });

  describeSource(subject);
});
