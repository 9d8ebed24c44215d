import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Token and private keys go there: in clear on this machine alone. */
const vaultAddress = '(?:https://[A-Za-z0-9.-]+|http://(?:localhost|127\\.0\\.0\\.1))(?::[0-9]{1,5})?/?$';

export const KeyVaultOptions = z.object({
  vaultUrl: matching(vaultAddress).max(300).describe('Address of the vault, without a path: https://my-vault.vault.azure.net').meta({ target: true }),
  azureTenant: matching('[A-Za-z0-9-][A-Za-z0-9.-]{0,252}$').describe('Directory (tenant) of the service principal: its id or one of its domains'),
  appID: matching('[A-Za-z0-9-]{1,100}$').describe('Application (client) id of the service principal'),
  azurePassword: matching('[A-Za-z0-9.:_~-]{1,512}$').describe('Client secret of the service principal').meta({ sensitive: true }),
  authority_url: z
    .url({ protocol: /^https?$/ })
    .default('https://login.microsoftonline.com')
    .describe('Address that tokens come from; in national clouds https://login.microsoftonline.us or https://login.partner.microsoftonline.cn'),
  scope: z
    .string()
    .regex(/^https?:\/\/[A-Za-z0-9.:/_-]{1,250}$/, { error: 'must be the address of an API with /.default behind it' })
    .default('https://vault.azure.net/.default')
    .describe('What the token is for; in national clouds https://vault.usgovcloudapi.net/.default or https://vault.azure.cn/.default'),
  recover_deleted: z
    .boolean()
    .default(true)
    .describe('A deleted certificate keeps its name until it is purged: recover it, and import the new one as its next version. Otherwise such a certificate is refused'),
});
export type KeyVaultOptions = z.output<typeof KeyVaultOptions>;
