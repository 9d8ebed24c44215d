import { installationOnly, longText, matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { patternFault, patternsOf } from './glob.js';

/** Each is tried at each PKCS#12 file, and a derivation may take half a second. */
const maxPasswords = 10;

const globs = () =>
  z
    .string()
    .max(4_096)
    .check((context) => {
      const fault = patternFault(context.value);
      if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
    });

export const FileSourceOptions = z.object({
  path: matching('/[^\\0\\n\\r]{0,1023}$').describe("Folder or file on the platform's machine; it lies in a folder that the installation's SIFAKA_FILE_SOURCE_FOLDERS allows"),
  depth: z.int().min(0).max(32).default(8).describe('Levels of folders below it that are looked into; 0: the folder itself alone'),
  include: globs()
    .default('*.pem, *.crt, *.cer, *.cert, *.der, *.p7b, *.p7c, *.p12, *.pfx, *.jks, *.jceks, *.keystore, *.truststore, cacerts')
    .describe('Files that are read, by name or, with a slash, by path below the folder: * and ? within a name, ** for folders; separated by commas'),
  exclude: globs().default('').describe('Files and folders that are left out, in the same way'),
  maxKilobytes: z.int().min(1).max(16_384).default(1_024).describe('Largest file that is read'),
  passwords: longText()
    .max(16_384)
    .refine((text) => passwordsOf(text).length <= maxPasswords, { error: `has more than ${maxPasswords} lines` })
    .optional()
    .describe('Passwords of PKCS#12 files, one a line; an empty one is always tried. Java key stores need none')
    .meta({ type: 'textarea', sensitive: true }),
  allowedFolders: installationOnly('FILE_SOURCE_FOLDERS', z.array(z.string().regex(/^\//, { error: 'must be an absolute path' })).max(100).describe('Folders of this machine below which file sources may look for certificates; none by default')),
});
export type FileSourceOptions = z.output<typeof FileSourceOptions>;

export const globsOf = patternsOf;

export const passwordsOf = (text: string): string[] => [...new Set(text.split(/\r?\n/))].filter((line) => line !== '');
