import { posix } from 'node:path';
import type { DeployedCertificate } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export type NamedCertificate = Pick<DeployedCertificate, 'name' | 'commonName'>;

/** Longest part of a path that comes from a certificate: names of files end at 255 bytes, and need endings and room beside them. */
const stemChars = 100;

/** Stem of files of a certificate: its common name. `*` is no character for a file that shells touch. */
export function fileStem({ commonName, name }: NamedCertificate, chars = stemChars): string {
  const stem = (commonName ?? name)
    .replace(/^\*(?=\.|$)/, '_wildcard')
    .replaceAll(/[^\p{L}\p{N}._@+-]/gu, '_')
    .replace(/^\.+/, (dots) => '_'.repeat(dots.length))
    .slice(0, chars);
  return stem === '' ? '_' : stem;
}

const segment = /^(?!\.)[A-Za-z0-9._@+-]+$/;
const placeholder = /\{(?:CN|name)\}/g;

/** A file below a folder: `{CN}/{CN}.pem`. What a certificate brings is made safe, so that it is no way out of the folder. */
export const pathTemplate = () =>
  z
    .string()
    .max(255)
    .refine((value) => value.split('/').length <= 8 && value.replaceAll(placeholder, 'x').split('/').every((part) => segment.test(part)), {
      error: 'must be a path below the folder: names of letters, digits and ._@+- that do not begin with a dot, with {CN} and {name} for the common name and the name of the certificate',
    });

/** @param template as `pathTemplate` lets it through */
export function expandPath(template: string, certificate: NamedCertificate): string {
  const expanded = template.replaceAll(placeholder, (found) => (found === '{CN}' ? fileStem(certificate) : fileStem({ ...certificate, commonName: null })));
  return posix.normalize(expanded);
}
