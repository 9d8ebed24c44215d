import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { invalidChangeBatch, route53Fault, startRoute53 } from './route53-stand-in.js';

let aws: Awaited<ReturnType<typeof startRoute53>>;
beforeEach(async () => void (aws = await startRoute53()));
afterEach(() => aws.stop());

const secret = 'wJalrXUtnFEMI-canary';
const create = () => plugin.create({ account_id: '123456789012', endpoint: aws.url, access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: secret }, testContext({ outbound: loopbackOutbound() }));
const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 60 };
const setOf = (value: string, more = '') => `<ResourceRecordSet><Name>${record.name}.</Name><Type>TXT</Type>${more}<TTL>60</TTL><ResourceRecords><ResourceRecord><Value>"${value}"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`;
const changes = () => aws.actions.filter((action) => ['UPSERT', 'DELETE'].includes(action));

/** From the API reference of Route 53, for what moto never does. */
describe('Route 53', () => {
  it('tries again while another change of the zone is under way', async () => {
    aws.answers.set('UPSERT', [route53Fault(400, 'PriorRequestNotComplete', 'The request was rejected because Route 53 was still processing a prior request.'), route53Fault(400, 'Throttling', 'Rate exceeded')]);
    await create().addTxt(record);
    expect(changes()).toEqual(['UPSERT', 'UPSERT', 'UPSERT']);
  });

  it('reads a set again that somebody else changed before it was deleted', async () => {
    aws.state.set = setOf(record.value);
    aws.answers.set('DELETE', [invalidChangeBatch('Tried to delete resource record set but the values provided do not match the current values')]);
    await create().removeTxt(record);
    expect([changes(), aws.state.set]).toEqual([['DELETE', 'DELETE'], '']);
  });

  it('says what AWS does not like about a change', async () => {
    aws.answers.set('UPSERT', [invalidChangeBatch('RRSet with DNS name conflicts with a CNAME')]);
    await expect(create().addTxt(record)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'aws.InvalidChangeBatch', message: expect.stringContaining('conflicts with a CNAME') });
  });

  it('leaves sets with a routing policy alone', async () => {
    aws.state.set = setOf('of others', '<SetIdentifier>blue</SetIdentifier><Weight>1</Weight>');
    await expect(create().addTxt(record)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'route53.routing_policy' });
    expect(changes()).toEqual([]);
  });

  it.each([
    ['a role that may not be assumed', 'AssumeRole', 403, 'AccessDenied', 'permission_denied'],
    ['a missing right', 'ListHostedZones', 403, 'AccessDenied', 'permission_denied'],
    ['a fault of AWS', 'ListHostedZones', 500, 'InternalFailure', 'upstream_failed'],
    ['a service that is away', 'ListHostedZones', 503, 'ServiceUnavailable', 'upstream_failed'],
    ['too many requests', 'ListHostedZones', 400, 'Throttling', 'rate_limited'],
  ])('names %s', async (_what, action, status, code, expected) => {
    aws.answers.set(action, Array.from({ length: 40 }, () => route53Fault(status, code, `because of ${code}`)));
    const fault: unknown = await create().check!().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: expected, message: expect.stringContaining(`because of ${code}`) });
    expect(JSON.stringify(fault)).not.toContain(secret);
  }, 60_000);

  it.each(['ListHostedZones', 'ListResourceRecordSets'])('says that a page is no answer to %s', async (action) => {
    for (const body of ['<html>welcome</html>', '<html>never closed']) {
      aws.answers.set(action, Array.from({ length: 10 }, () => ({ body })));
      await expect(create().addTxt(record)).rejects.toMatchObject({ code: 'upstream_failed' });
    }
  });

  it('says that a page is no answer to AssumeRole', async () => {
    aws.answers.set('AssumeRole', Array.from({ length: 10 }, () => ({ body: '<html>welcome</html>' })));
    await expect(create().check!()).rejects.toMatchObject({ code: expect.stringMatching(/^(?:permission_denied|upstream_failed)$/) });
  });
});
