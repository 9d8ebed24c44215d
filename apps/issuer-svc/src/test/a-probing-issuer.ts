import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import { openAcmeAccount, revokeAcmeCertificate, type InputOf } from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { Handles } from '@sifaka/messaging';
import { definePlugin, outsideAuthority, secret, type IssuerContext } from '@sifaka/plugin-sdk';
import { standInCa } from '@sifaka/plugin-sdk/conformance';
import { defineService } from '@sifaka/runtime';
import { z } from 'zod';

/** A CA elsewhere that proves its options as the test says, and revokes by ACME. */
export function aProbingIssuer() {
  const ca = standInCa();
  const probe = { ca, asked: [] as { url: string; token: string | undefined }[], answer: async (_context: IssuerContext, _url: string): Promise<void> => undefined };
  const plugin = definePlugin({
    kind: 'issuer',
    slug: 'probing-issuer',
    title: 'Probing',
    description: 'a CA elsewhere, for tests',
    version: '1.0.0',
    options: z.object({
      url: z.url().describe('Address').meta({ setting: 'PROBING_URL' }),
      token: secret().optional().describe('Token'),
      profile: z.string().optional().describe('Profile'),
    }),
    create: ({ url, token }, context) => ({
      check: async () => {
        probe.asked.push({ url, token });
        await probe.answer(context, url);
      },
      createAuthority: async (request) => outsideAuthority(request, `${ca.issuingPem}\n${ca.rootPem}`, 'certificate'),
      createCertificate: async ({ csrDer }) => ({ status: 'issued', certificateDer: ca.sign(csrDer), chainDer: [ca.issuingDer, ca.rootDer], externalId: null }),
      revoke: ({ authority, certificateDer, reason }) => context.acme.revoke({ authority: authority.name, certificateDer, reason }),
    }),
  });
  return { probe, plugin };
}

/** Writes down what acme-svc would be asked. */
export function anAcmeService() {
  const revoked: InputOf<typeof revokeAcmeCertificate>[] = [];
  const opened: InputOf<typeof openAcmeAccount>[] = [];

  @Controller()
  class Handlers {
    @Handles(revokeAcmeCertificate)
    revoke(input: InputOf<typeof revokeAcmeCertificate>) {
      revoked.push(input);
      return Promise.resolve({});
    }

    @Handles(openAcmeAccount)
    open(input: InputOf<typeof openAcmeAccount>) {
      opened.push(input);
      return Promise.resolve({ accountUrl: 'https://acme.example/acct/1', status: 'valid', profiles: {} });
    }
  }

  @Module({ controllers: [Handlers] })
  class AcmeModule {}

  const service = defineService({ name: 'acme', config: defineConfig('acme', {}), migrations: platformTables('acme'), module: () => AcmeModule });
  return { service, revoked, opened };
}
