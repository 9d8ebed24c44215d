import { AppError } from '@sifaka/kernel';

const longest = 128;

/**
 * Names of published files are part of paths and addresses.
 *
 * @throws AppError `invalid_argument` for anything but letters, digits, dot, hyphen and underscore, and for a name that begins with a dot
 */
export function assertPublishedName(name: string): void {
  if (name.length <= longest && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) return;
  const rule = `has letters, digits, dots, hyphens and underscores, no dot at its beginning, and ${longest} characters at most`;
  throw new AppError('invalid_argument', `${JSON.stringify(name.slice(0, 64))} is no name of a published file: that ${rule}`, { reason: 'destination.bad_file_name' });
}
