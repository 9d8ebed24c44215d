import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { awsOptions } from './aws-options.js';
import { AwsSession } from './aws-session.js';

describe('a session', () => {
  it('ends a request that nobody answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const options = z.object(awsOptions).parse({ endpoint, access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'example' });
    const session = new AwsSession(options, null, testContext({ outbound: loopbackOutbound() }));
    const client = new STSClient({ ...session.config(), maxAttempts: 1 });
    await expect(client.send(new GetCallerIdentityCommand({}), { requestTimeout: 100 })).rejects.toMatchObject({ name: 'TimeoutError' });
    client.destroy();
    session.close();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});
