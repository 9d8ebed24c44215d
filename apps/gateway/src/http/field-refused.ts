import { AppError } from '@sifaka/kernel';

/** A refused field of a request: the client finds `message` under `reasons.<path>`. */
export function fieldRefused(path: string, message: string): AppError {
  return new AppError('invalid_argument', `${path} ${message}`, { fields: [{ path, message }] });
}
