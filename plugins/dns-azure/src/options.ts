import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const address = () => z.url({ protocol: /^https?$/ });
const uuid = (what: string) => z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, { error: `must be the id of ${what}, a UUID` });

export const AzureOptions = z.object({
  tenant_id: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/, { error: 'must be the id or a domain of the tenant' })
    .describe('Directory (tenant) id'),
  client_id: uuid('the application').describe('Application (client) id of the service principal'),
  client_secret: secret().min(1).describe('Client secret of the service principal'),
  subscription_id: uuid('the subscription').describe('Subscription that holds the zones'),
  resource_group: z
    .string()
    .regex(/^[\p{L}\p{N}_.()-]{1,90}$/u, { error: 'must be the name of a resource group' })
    .optional()
    .describe('Zones of this resource group alone'),
  authority_url: address().default('https://login.microsoftonline.com').describe('Address that tokens come from; another one in national clouds'),
  url: address().default('https://management.azure.com').describe('Address of Azure Resource Manager; another one in national clouds'),
});

export type AzureOptions = z.output<typeof AzureOptions>;
