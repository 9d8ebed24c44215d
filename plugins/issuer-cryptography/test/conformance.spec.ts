import { describeIssuer } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { anAuthority } from './an-authority.js';

describeIssuer({
  plugin,
  options: [],
  prepare: async (issuer) => {
    const root = await anAuthority(issuer, { name: 'Root CA' });
    const policy = await anAuthority(issuer, { name: 'Policy CA', parent: root });
    return anAuthority(issuer, { name: 'Issuing CA', parent: policy });
  },
});
