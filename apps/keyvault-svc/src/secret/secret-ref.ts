const prefix = 'secret:';

export const refOf = (id: string): string => `${prefix}${id}`;

/** The id in a reference; null when what follows the prefix is no UUID. */
export function idOf(ref: string): string | null {
  const id = ref.slice(prefix.length);
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}
