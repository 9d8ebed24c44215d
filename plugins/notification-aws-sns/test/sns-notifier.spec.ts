import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { AwsJsonApi, AwsSession } from '@sifaka/aws';
import { systemClock } from '@sifaka/kernel';
import { describeWithPeers, openMotoAccount, startMoto, startMotoProxy, type Moto, type MotoKeys } from '@sifaka/peers';
import { describeNotifier, loopbackOutbound, notifierFault, testContext, testMessage, testNotified, withNotifier, type NotifierSubject, type ReceivedMessage } from '@sifaka/plugin-sdk/conformance';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const region = 'eu-west-1';
const account = '123456789012';
const Envelope = z.object({ TopicArn: z.string(), Subject: z.string(), Message: z.string(), MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })) });

describeWithPeers(['moto'], 'a topic of moto with a queue behind it, with rights enforced', () => {
  let moto: Moto;
  let client: SNSClient;
  let platform: MotoKeys;
  const all: z.output<typeof Envelope>[] = [];
  const subject: NotifierSubject = {
    plugin,
    options: [],
    received,
    // JSON quotes everything; subjects are one line of ASCII.
    expectHarmless: () => expect(all.at(-1)?.Subject).toMatch(/^[\x20-\x7e]{1,99}$/),
    wrongCredentials: { options: named({ secret_access_key: 'canary-of-another-secret-key' }) },
    at: ({ host, port }) => ({ options: named({ endpoint: `http://${host}:${port}` }) }),
    // The kit of AWS repeats what fails, and says in words of its own what failed in the end.
    speaks: 'tcp',
    hugeCount: 30,
    isPerCertificate: true,
  };

  /** What the queue has been given; read by its own interface. */
  async function received(): Promise<ReceivedMessage[]> {
    for (;;) {
      const Body = z.object({ Messages: z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })).default([]) });
      const { Messages } = Body.parse(await sqs('ReceiveMessage', { MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }));
      if (Messages.length === 0) break;
      for (const { Body: body, ReceiptHandle } of Messages) {
        all.push(Envelope.parse(JSON.parse(body)));
        await sqs('DeleteMessage', { ReceiptHandle });
      }
    }
    return all.map(({ Subject, Message, MessageAttributes }) => ({ identity: MessageAttributes.message_id?.Value ?? null, text: `${Subject}\n${Message}` }));
  }

  let queue: AwsJsonApi;
  const sqs = (operation: string, input: object) => queue.call(z.unknown(), { operation, what: operation, input: { QueueUrl: `${moto.url}/${account}/told`, ...input } });

  beforeAll(async () => {
    moto = await startMoto();
    const { administrator, platform: other } = await openMotoAccount(moto.url, {});
    platform = other;
    const keys = { access_key_id: administrator.accessKeyId, secret_access_key: administrator.secretAccessKey };
    const options = { role: '', partition: 'aws', endpoint: moto.url, ...keys } as const;
    const context = { ...testContext({ outbound: loopbackOutbound() }), clock: systemClock };
    queue = new AwsJsonApi({ service: 'sqs', target: 'AmazonSQS', options, session: new AwsSession(options, null, context), region, context });
    await sqs('CreateQueue', { QueueName: 'told', QueueUrl: undefined });
    client = new SNSClient({ endpoint: moto.url, region, credentials: administrator });
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'certs' }));
    await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: `arn:aws:sqs:${region}:${account}:told` }));
    await client.send(new CreateTopicCommand({ Name: 'certs.fifo', Attributes: { FifoTopic: 'true' } }));
    subject.options = named({ interval: 30, unit: 'days', accountNumber: account, region, topicName: 'certs', endpoint: moto.url, ...keys });
  }, 90_000);
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  describeNotifier(subject);

  it('gets one message for each certificate, with the keys that Lemur has', async () => {
    await received();
    const certificates = [testNotified(), testNotified({ name: 'other.example.test', endpointCount: 0 })];
    const message = testMessage({ certificates, subject: 'Sifaka: zwei Zertifikate für „münchen“ enden' });
    const { reference } = await withNotifier(subject, (notifier) => notifier.send(message));
    expect(reference).toMatch(/^[0-9a-f-]{36}$/);
    await received();
    const [first, second] = all.slice(-2);
    expect(first).toMatchObject({ TopicArn: `arn:aws:sns:${region}:${account}:certs`, Subject: 'Sifaka: zwei Zertifikate fur munchen enden', MessageAttributes: { notification_type: { Value: 'expiration' } } });
    expect(JSON.parse(first?.Message ?? '')).toEqual({
      notification_type: 'expiration',
      certificate_name: certificates[0]?.name,
      issuer: 'Conformance Issuing',
      id: certificates[0]?.id,
      expires: '2026-12-01T12:00:00+00:00',
      endpoints_detected: 2,
      owner: 'joe@owners.example',
      details: certificates[0]?.url,
      notification_interval_days: 30,
      severity: 'warning',
      delivery_id: message.deliveryId,
    });
    expect(JSON.parse(second?.Message ?? '')).toMatchObject({ certificate_name: 'other.example.test', endpoints_detected: 0 });
  });

  describe('of a message about several certificates', () => {
    const refusing = (code: string, status: number, which: number) => {
      let publishes = 0;
      const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>not today</Message></Error></ErrorResponse>`;
      return startMotoProxy(moto.url, { instead: ({ action }) => (action === 'Publish' && (publishes += 1) === which ? { status, body } : null) });
    };
    const several = () => testMessage({ certificates: [testNotified(), testNotified(), testNotified()] });
    const identitiesOf = ({ deliveryId, certificates }: ReturnType<typeof several>) => certificates.map(({ id }) => `${deliveryId}.${id}`);

    it('goes on where it stopped, also in another process', async () => {
      const proxy = await refusing('AuthorizationError', 403, 2);
      const message = several();
      const before = (await received()).length;
      const send = (onlyTo?: readonly string[]) => withNotifier(subject, (notifier) => notifier.send({ ...message, ...(onlyTo !== undefined && { onlyTo }) }), { options: named({ endpoint: proxy.url }) });
      const { undelivered = [] } = await send();
      expect(undelivered).toEqual(message.certificates.slice(1).map(({ id }) => ({ recipient: `certificate ${id}`, detail: expect.stringContaining('not today'), isWorthRetrying: true })));
      expect(await send(undelivered.map(({ recipient }) => recipient))).toEqual({ reference: expect.any(String) });
      expect((await received()).slice(before).map(({ identity }) => identity)).toEqual(identitiesOf(message));
      await proxy.stop();
    });

    it('tells the others where one is not taken', async () => {
      const proxy = await refusing('InvalidParameter', 400, 1);
      const message = several();
      const before = (await received()).length;
      const { undelivered } = await withNotifier(subject, (notifier) => notifier.send(message), { options: named({ endpoint: proxy.url }) });
      expect(undelivered).toEqual([{ recipient: `certificate ${message.certificates[0]?.id}`, detail: expect.stringContaining('not today'), isWorthRetrying: false }]);
      expect((await received()).slice(before).map(({ identity }) => identity)).toEqual(identitiesOf(message).slice(1));
      await proxy.stop();
    });

    it('fails as a whole where nothing went out', async () => {
      const proxy = await refusing('AuthorizationError', 403, 1);
      expect(await notifierFault(subject, (notifier) => notifier.send(several()), { options: named({ endpoint: proxy.url }) })).toMatchObject({ code: 'permission_denied' });
      await proxy.stop();
    });
  });

  it('says that there is no such topic', async () => {
    const elsewhere = { options: named({ topicName: 'nobody' }) };
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()), elsewhere)).toMatchObject({ code: 'not_found', message: expect.stringContaining(`arn:aws:sns:${region}:${account}:nobody`) });
    expect(await notifierFault(subject, async (notifier) => notifier.check?.(), elsewhere)).toMatchObject({ code: 'failed_precondition' });
  });

  it('may be one that keeps order and drops what it has had', async () => {
    const { reference } = await withNotifier(subject, (notifier) => notifier.send(testMessage()), { options: named({ topicName: 'certs.fifo' }) });
    expect(reference).not.toBeNull();
  });

  it('is not published on without the right to, and need not be looked at', async () => {
    const keys = { options: named({ access_key_id: platform.accessKeyId, secret_access_key: platform.secretAccessKey }) };
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()), keys)).toMatchObject({ code: 'permission_denied' });
    await expect(withNotifier(subject, async (notifier) => notifier.check?.(), keys)).resolves.toBeUndefined();
  });
});

it('options of a topic are checked as Lemur checks them', () => {
  const make = (changes: Record<string, unknown>) => () => parsePluginOptions(plugin, named({ interval: 30, unit: 'days', accountNumber: '123456789012', region: 'us-east-1', topicName: 'certs', ...changes }));
  expect(make({})).not.toThrow();
  for (const changes of [{ accountNumber: '12' }, { region: 'US EAST' }, { topicName: 'a b' }, { topicName: 'x'.repeat(257) }]) expect(make(changes)).toThrow();
});
