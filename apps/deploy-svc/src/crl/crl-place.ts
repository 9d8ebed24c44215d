/** A destination that gets the lists of an authority. */
export interface CrlPlace {
  id: number;
  authority_id: number;
  slug: string;
  destination_id: number;
  destination_label: string;
  plugin: string;
  wanted: 'published' | 'removed';
  /** Decimal. */
  number: string | null;
  delta_number: string | null;
  published_at: Date | null;
  next_try_at: Date | null;
  attempts: number;
  last_error: string | null;
  version: number;
}

export type CrlKind = 'full' | 'delta';

export const crlMediaType = 'application/pkix-crl';

/** As the gateway serves them. */
export const fileNameOf = (slug: string, kind: CrlKind): string => (kind === 'full' ? `${slug}.crl` : `${slug}-delta.crl`);

/** Numbers of lists are as long as an authority makes them (RFC 5280 section 5.2.3: up to 20 octets). */
export const isNewer = (number: string, than: string | null): boolean => than === null || BigInt(number) > BigInt(than);
