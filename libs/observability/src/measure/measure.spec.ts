import { afterEach, describe, expect, it } from '@jest/globals';
import { ExpirationMeasurements, measure, metricsText, openOutlet, type TakenMeasurement } from '../index.js';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function listening(): TakenMeasurement[] {
  const taken: TakenMeasurement[] = [];
  ends.push(openOutlet({ take: (measurement) => void taken.push(measurement), room: () => Promise.resolve() }));
  return taken;
}

describe('a measurement', () => {
  it('goes to providers with every tag of Lemur, and to Prometheus with those of few values', async () => {
    const taken = listening();
    measure.count('endpoint_rotation', { status: 'success', certificate_name: 'www.example.test-2', endpoint: 'lb.example.test' });

    expect(taken).toEqual([
      { name: 'endpoint_rotation', type: 'counter', value: 1, tags: { status: 'success', certificate_name: 'www.example.test-2', endpoint: 'lb.example.test' } },
    ]);
    expect(await metricsText()).toContain('endpoint_rotation_total{status="success"} 1');
  });

  it('keeps labels of ours from providers', async () => {
    const taken = listening();
    measure.count('destination_upload', { status: 'failure', plugin: 'aws-s3', destination: 'web', certificate: 'a' });

    expect(taken[0]?.tags).toEqual({ status: 'failure', destination: 'web', certificate: 'a' });
    expect(await metricsText()).toContain('destination_upload_total{status="failure",plugin="aws-s3",destination="web"} 1');
  });

  it('of time is milliseconds to providers, seconds in Prometheus', async () => {
    const taken = listening();
    measure.time('response_time', 200, { endpoint: '/a', request_method: 'GET', status_code: 200 });

    expect(taken).toEqual([{ name: 'response_time', type: 'timer', value: 200, tags: { endpoint: '/a', request_method: 'GET', status_code: '200' } }]);
    const text = await metricsText();
    expect(text).toContain('response_time_bucket{endpoint="/a",request_method="GET",status_code="200",le="0.1"} 0');
    expect(text).toContain('response_time_bucket{endpoint="/a",request_method="GET",status_code="200",le="0.25"} 1');
  });

  it('has a name of its own for each part that stands in it, with dots turned into underscores for Prometheus', async () => {
    const taken = listening();
    measure.count('status_code_<code>', { code: 404 });
    measure.count('<task>.success', { task: 'certificate_reissue' });
    measure.gauge('<task>.time_since_last_success', 61.5, { task: 'certificate_reissue' });

    expect(taken.map(({ name, type, value, tags }) => ({ name, type, value, tags }))).toEqual([
      { name: 'status_code_404', type: 'counter', value: 1, tags: {} },
      { name: 'certificate_reissue.success', type: 'counter', value: 1, tags: {} },
      { name: 'certificate_reissue.time_since_last_success', type: 'gauge', value: 61.5, tags: {} },
    ]);
    const text = await metricsText();
    expect(text).toMatch(/^status_code_404_total 1$/m);
    expect(text).toMatch(/^certificate_reissue_success_total 1$/m);
    expect(text).toMatch(/^certificate_reissue_time_since_last_success 61.5$/m);
  });

  it('that Lemur sends as a timer of one is a counter in Prometheus', async () => {
    const taken = listening();
    const run = { task_name: 'check_revoked', task_id: 'job-1', sender_hostname: 'a', receiver_hostname: 'b' };
    measure.time('celery.successful_task', 1, run);

    expect(taken[0]).toMatchObject({ name: 'celery.successful_task', type: 'timer', value: 1, tags: run });
    expect(await metricsText()).toContain('celery_successful_task_total{task_name="check_revoked"} 1');
  });

  it('leaves out tags that have no value, and cuts long ones', () => {
    const taken = listening();
    measure.count('user_authentication', { status: 'success', kind: 'login', application_name: null, user_id: 7, endpoint: 'x'.repeat(300), aid: null });

    expect(taken[0]?.tags).toEqual({ user_id: '7', endpoint: 'x'.repeat(256) });
  });

  it('that is no number is no series, and providers are told', async () => {
    const taken = listening();
    measure.gauge('sync_certificates_count', Number.NaN, { source: 'broken' });

    expect(taken[0]?.value).toBeNaN();
    expect(await metricsText()).not.toContain('source="broken"');
  });

  it('is taken once, by the first of several services in a process, and by the next when that one ends', () => {
    const first = listening();
    const second = listening();
    measure.count('login', { status: 'success' });
    ends.shift()?.();
    measure.count('login', { status: 'failure' });

    expect(first.map(({ tags }) => tags.status)).toEqual(['success']);
    expect(second.map(({ tags }) => tags.status)).toEqual(['failure']);
  });
});

describe('the days that certificates have left', () => {
  it('go to providers one by one and to Prometheus as the least of each group', async () => {
    const taken = listening();
    const run = new ExpirationMeasurements();
    const certificate = { commonName: '*.example.test', hasActiveEndpoints: true, isReplacement: false };
    for (let id = 1; id <= 500; id += 1) await run.add({ ...certificate, id, daysLeft: 600 - id });
    run.end();

    expect(taken).toHaveLength(500);
    expect(taken[0]).toEqual({
      name: 'certificates.days_until_expiration',
      type: 'gauge',
      value: 599,
      tags: { cert_id: '1', common_name: 'star.example.test', has_active_endpoints: 'true', is_replacement: 'false' },
    });
    const lines = (await metricsText()).split('\n').filter((line) => line.startsWith('certificates_days_until_expiration{'));
    expect(lines).toEqual(['certificates_days_until_expiration{has_active_endpoints="true",is_replacement="false"} 100']);
  });
});
