import { describe, expect, it } from '@jest/globals';
import { refuseMovedSecrets, type StoredOption } from '@sifaka/plugin-host';
import { deployPlugins } from '../plugins.js';

const kept = 'secret:00000000-0000-4000-8000-000000000001';

/** Where each plugin sends a secret that it keeps, and by what it knows who is there. */
const travels: [slug: string, secret: string, leads: string[]][] = [
  ['aws-destination', 'secret_access_key', ['endpoint']],
  ['aws-acm-dest', 'secret_access_key', ['endpoint']],
  ['aws-s3', 'secret_access_key', ['endpoint']],
  ['azure-keyvault-destination', 'azurePassword', ['vaultUrl', 'authority_url']],
  ['gcs-destination', 'service_account_key', ['endpoint']],
  ['hashi-vault-destination', 'token', ['vaultUrl', 'ca_bundle', 'verify_tls']],
  ['hashi-vault-destination', 'secret_id', ['vaultUrl', 'ca_bundle', 'verify_tls']],
  ['kubernetes-destination', 'kubernetesAuthToken', ['kubernetesURL', 'kubernetesServerCertificate', 'kubernetesServerCertificateFile']],
  ...['sftp-destination', 'ssh-destination'].flatMap((slug) => ['password', 'privateKey', 'privateKeyPass'].map((secret): [string, string, string[]] => [slug, secret, ['host', 'port', 'hostKeyFingerprint']])),
];

/** Secrets that the other side is never shown. */
const stay = new Set(['webhook-destination secret']);

const secretsOf = deployPlugins.flatMap((plugin) => plugin.pluginOptions().flatMap(({ name, sensitive }) => (sensitive === true ? [{ slug: plugin.slug, name }] : [])));
const pluginOf = (slug: string) => {
  const found = deployPlugins.find((plugin) => plugin.slug === slug);
  if (found === undefined) throw new Error(`no plugin ${slug}; there are ${deployPlugins.map((plugin) => plugin.slug).join(', ')}`);
  return found;
};

describe('a secret that a destination keeps', () => {
  it.each(travels)('of %s, %s, is not sent elsewhere', (slug, secret, leads) => {
    for (const name of leads) {
      const stored: StoredOption[] = [{ name: secret, value: kept }, { name, value: 'before' }];
      const moved: StoredOption[] = [{ name: secret, value: kept }, { name, value: 'after' }];
      expect(() => refuseMovedSecrets(pluginOf(slug), moved, stored, 'options')).toThrow(expect.objectContaining({ code: 'invalid_argument', fields: [{ path: `options.${secret}`, message: expect.stringContaining(`because ${name} changed`) }] }));
    }
  });

  it('is one of those that are known to lead somewhere, whatever the plugin', () => {
    const known = new Set(travels.map(([slug, secret]) => `${slug} ${secret}`));
    expect(secretsOf.map(({ slug, name }) => `${slug} ${name}`).filter((each) => !known.has(each) && !stay.has(each))).toEqual([]);
  });
});
