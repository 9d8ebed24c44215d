import { definePlugin } from '@sifaka/plugin-sdk';
import { CryptographyIssuer } from './cryptography-issuer.js';
import { CryptographyOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'cryptography-issuer',
  title: 'Cryptography',
  description: 'Internal certificate authority: roots and issuing authorities of any depth, whose keys never leave the key vault',
  version: '1.0.0',
  options: CryptographyOptions,
  create: (_options, context) => new CryptographyIssuer(context),
});
