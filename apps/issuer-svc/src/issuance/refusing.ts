import { AppError } from '@sifaka/kernel';

/**
 * Runs a parser, and names the request's field in its refusal: parsers know formats, not requests.
 *
 * @throws AppError `invalid_argument` on `path`
 */
export function refusing<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_argument') throw error;
    throw new AppError('invalid_argument', `${path}: ${error.message}`, { reason: error.reason ?? 'certificate.malformed', fields: [{ path, message: error.message }] });
  }
}
