import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLogger, nestLogger, withTrace } from './index.js';

function recorded() {
  const lines: string[] = [];
  const logger = createLogger({ service: 'issuer', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const last = () => {
    const parsed: unknown = JSON.parse(lines.at(-1) ?? '{}');
    return parsed as Record<string, unknown>;
  };
  return { logger, lines, last };
}

const privateKey = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHh4\n-----END PRIVATE KEY-----\n';

describe('the log', () => {
  it('is one JSON object a line, with service, level and time', () => {
    const { logger, last } = recorded();
    logger.info({ certificateId: 7 }, 'certificate issued');

    expect(last()).toMatchObject({ level: 'info', service: 'issuer', certificateId: 7, msg: 'certificate issued' });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('carries the trace id of the work in progress', () => {
    const { logger, last } = recorded();
    withTrace({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }, () => logger.info('inside'));

    expect(last().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it.each([
    'password',
    'newPassword',
    'client_secret',
    'accessToken',
    'authorization',
    'apiKey',
    'privateKey',
    'private_key',
    'pkcs8',
    'key',
    'set-cookie',
    'passphrase',
    'masterKeys',
  ])('hides the value of "%s" at any depth', (name) => {
    const { logger, lines } = recorded();
    logger.info({ a: { b: [{ [name]: 'opensesame' }] }, [name]: 'opensesame' }, 'text');

    expect(lines.join('')).not.toContain('opensesame');
  });

  it.each(['publicKey', 'keyType', 'keyId', 'jobKey', 'name', 'isPasswordSet'])('shows the value of "%s"', (name) => {
    const { logger, last } = recorded();
    logger.info({ [name]: name === 'isPasswordSet' ? true : 'shown' }, 'text');

    expect([true, 'shown']).toContain(last()[name]);
  });

  it('hides private keys wherever they stand', () => {
    const { logger, lines } = recorded();
    logger.info({ body: privateKey }, privateKey);
    logger.error({ err: new Error(`cannot parse ${privateKey}`, { cause: new Error(privateKey) }) }, 'failed');
    logger.warn(`cut off: ${privateKey.slice(0, 50)}`);

    expect(lines.join('')).not.toContain('MC4CAQ');
    expect(lines).toHaveLength(3);
  });

  it('hides what begins a line', () => {
    const { logger, lines } = recorded();
    logger.info({ text: 'sent\nBearer opensesame-opensesame' }, 'sent\neyJhbGciOiJIUzI1NiJ9.opensesame.opensesame');

    expect(lines.join('')).not.toContain('opensesame');
  });

  it('stays valid JSON whatever is hidden', () => {
    const { logger, lines } = recorded();
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        logger.info({ text: `${before}${privateKey.slice(0, 60)}${after}` }, `${before}https://u:p@host ${after}`);
        expect(() => JSON.parse(lines.at(-1) ?? '')).not.toThrow();
      }),
      { examples: [['', '","'], ['', '\\'], ['\n', '\\"}']] },
    );
  });

  it('hides passwords in addresses, bearer tokens and JSON web tokens', () => {
    const { logger, lines } = recorded();
    logger.info(
      { url: 'postgres://sifaka:opensesame@db:5432/x' },
      'sent Bearer opensesame1 and eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.opensesame',
    );

    expect(lines.join('')).not.toContain('opensesame');
    expect(lines.join('')).toContain('postgres://sifaka:[redacted]@db:5432/x');
  });

  it('shows type, message, stack, fields and cause of an error', () => {
    const { logger, last } = recorded();
    logger.error(
      { err: Object.assign(new Error('broken', { cause: new Error('deeper') }), { code: 'E1', token: 'opensesame' }) },
      'failed',
    );

    expect(last().err).toMatchObject({ type: 'Error', message: 'broken', code: 'E1', token: '[redacted]', cause: { message: 'deeper' } });
  });

  it('survives circular and deep objects', () => {
    const { logger, lines } = recorded();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    logger.info({ circle }, 'round');

    expect(lines).toHaveLength(1);
  });

  it('takes in what the framework says', () => {
    const { logger, last } = recorded();
    nestLogger(logger).error('it broke', 'the stack', 'SomeContext');

    expect(last()).toMatchObject({ level: 'error', msg: 'it broke', context: 'SomeContext', stack: 'the stack' });
  });
});
