import { expect, it } from '@jest/globals';
import { describeWithPeers } from './describe-with-peers.js';
import { startMoto } from './moto.js';

describeWithPeers(['moto'], 'a moto of our own', () => {
  it('plays AWS and forgets when told to', async () => {
    const moto = await startMoto();
    const bucket = () =>
      fetch(`${moto.url}/bucket-of-a-test`, { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request' } });
    await fetch(`${moto.url}/bucket-of-a-test`, {
      method: 'PUT',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request' },
    });
    expect((await bucket()).status).toBe(200);
    await moto.reset();
    expect((await bucket()).status).toBe(404);
    await moto.stop();
  }, 90_000);
});
