import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from '../workspace.mjs';

const boundary = '@nx/enforce-module-boundaries';

/** Each line is an offence that the lint must refuse, by the rule that must refuse it. A rule that stops biting fails the build. */
const offences = [
  ['libs/kernel/src/index.ts', "import '@sifaka/contracts';", boundary],
  ['libs/contracts/src/index.ts', "import '@sifaka/database';", boundary],
  ['libs/contracts/src/index.ts', "import 'node:crypto';", 'no-restricted-imports'],
  ['libs/contracts/src/index.ts', "export const bytes = Buffer.from('');", 'no-restricted-globals'],
  ['libs/pki/src/index.ts', "import 'node:fs';", 'no-restricted-imports'],
  ['libs/pki/src/index.ts', "import '@sifaka/contracts';", boundary],
  ['libs/policy/src/index.ts', 'export const now = new Date();', 'no-restricted-syntax'],
  ['libs/authz/src/index.ts', "import { randomBytes } from 'node:crypto';", 'no-restricted-imports'],
  ['libs/authz/src/index.ts', "import 'pg';", boundary],
  ['plugins/export-pem/src/index.ts', "import '@nestjs/common';", boundary],
  ['plugins/export-pem/src/index.ts', "import 'typeorm';", boundary],
  ['plugins/export-pem/src/index.ts', "import '@nats-io/transport-node';", boundary],
  ['plugins/export-pem/src/index.ts', "import '@sifaka/plugin-export-der';", boundary],
  ['plugins/export-pem/src/index.ts', "import '@sifaka/database';", boundary],
  ['plugins/export-pem/src/index.ts', "import '../../export-der/src/index.js';", boundary],
  ['libs/runtime/src/index.ts', "import '@sifaka/plugin-host';", boundary],
  ['libs/outbound/src/index.ts', "import '@sifaka/messaging';", boundary],
  ['plugins/export-pem/src/index.ts', "import '@sifaka/outbound';", boundary],
  ['apps/gateway/src/index.ts', "import '@sifaka/issuer-svc';", boundary],
  ['apps/gateway/src/index.ts', "import '@sifaka/plugin-export-pem';", boundary],
  ['apps/keyvault-svc/src/index.ts', "import '@sifaka/plugin-issuer-cryptography';", boundary],
  ['apps/cli/src/index.ts', "import '@sifaka/messaging';", boundary],
  ['e2e/harness/index.ts', "import '@sifaka/pki';", boundary],
  ['apps/issuer-svc/src/index.ts', "import '@sifaka/testing';", boundary],
  ['apps/issuer-svc/src/index.ts', "import '@sifaka/peers';", boundary],
  ['plugins/export-pem/src/index.ts', "import '@sifaka/peers';", boundary],
  ['libs/peers/src/index.ts', "import '@sifaka/runtime';", boundary],
  ['libs/peers/src/index.ts', "import '@nestjs/common';", boundary],
  ['apps/issuer-svc/src/index.ts', "import '@sifaka/pki/src/index.js';", 'no-restricted-imports'],
  ['apps/issuer-svc/src/index.ts', 'export const home = process.env.HOME;', 'no-restricted-properties'],
  ['apps/issuer-svc/src/index.ts', 'export const id = {} as { id: number };', '@typescript-eslint/consistent-type-assertions'],
  ['apps/issuer-svc/src/index.ts', 'export const id: any = 1;', '@typescript-eslint/no-explicit-any'],
];

const permitted = [
  ['plugins/export-pem/test/peer.spec.ts', "import '@sifaka/peers';"],
  ['apps/acme-svc/src/test/peer.service.spec.ts', "import '@sifaka/peers';"],
  ['e2e/acme/peer.e2e.spec.ts', "import '@sifaka/peers';"],
  ['plugins/export-pem/src/index.ts', "import '@sifaka/plugin-sdk';\nimport '@sifaka/pki';\nimport '@sifaka/kernel';"],
  ['apps/issuer-svc/src/index.ts', "import '@sifaka/plugin-export-pem';\nimport '@nestjs/common';\nexport const codes = ['a'] as const;"],
  ['apps/standalone/src/index.ts', "import '@sifaka/gateway';\nimport '@sifaka/issuer-svc';"],
];

/** @returns {Promise<string[]>} one sentence for each offence that passes and each permitted line that does not */
export async function proveRules() {
  // Without type information: these rules need none, and so the proof takes a second.
  const eslint = new ESLint({ cwd: root, overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });
  const rulesBroken = async ([filePath, code]) => {
    const [result] = await eslint.lintText(`${code}\n`, { filePath });
    return result.messages.map((message) => message.ruleId ?? message.message);
  };
  const faults = [];
  for (const offence of offences) {
    const broken = await rulesBroken(offence);
    if (!broken.includes(offence[2]))
      faults.push(`${offence[0]}: "${offence[1]}" must break ${offence[2]}, it breaks ${broken.join(', ') || 'nothing'}`);
  }
  for (const line of permitted) {
    const broken = await rulesBroken(line);
    if (broken.length > 0) faults.push(`${line[0]}: "${line[1]}" must pass, it breaks ${broken.join(', ')}`);
  }
  return faults;
}
