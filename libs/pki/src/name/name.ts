/** One value of a distinguished name. */
export interface NameAttribute {
  readonly oid: string;
  /** Text; `#` and the hex of the DER when the value is no string type. */
  readonly value: string;
  /** Set when this value stands in the same relative distinguished name as the one before it (multi-valued RDN). */
  readonly joinsPrevious?: true;
}

/** A distinguished name in the order of its encoding. */
export type Name = readonly NameAttribute[];

/** Parts of a subject as a request gives them; blank or absent ones are left out. */
export interface SubjectParts {
  readonly email?: string | null;
  readonly commonName?: string | null;
  readonly organization?: string | null;
  readonly organizationalUnit?: string | null;
  /** Two letters (ISO 3166). */
  readonly country?: string | null;
  readonly state?: string | null;
  readonly location?: string | null;
}

/** Object identifiers of the attribute types that have a meaning here. */
export const nameOids = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  location: '2.5.4.7',
  state: '2.5.4.8',
  street: '2.5.4.9',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  generationQualifier: '2.5.4.44',
  dnQualifier: '2.5.4.46',
  pseudonym: '2.5.4.65',
  userId: '0.9.2342.19200300.100.1.1',
  domainComponent: '0.9.2342.19200300.100.1.25',
  email: '1.2.840.113549.1.9.1',
} as const;

/** Every non-blank value of the attribute type, trimmed, in order. */
export function valuesOf(name: Name, oid: string): string[] {
  return name.flatMap((attribute) => (attribute.oid === oid && attribute.value.trim() !== '' ? [attribute.value.trim()] : []));
}

/** The first of `valuesOf`; `null` when there is none. */
export function valueOf(name: Name, oid: string): string | null {
  return valuesOf(name, oid)[0] ?? null;
}

export const commonNameOf = (name: Name): string | null => valueOf(name, nameOids.commonName);
export const organizationOf = (name: Name): string | null => valueOf(name, nameOids.organization);
export const organizationalUnitOf = (name: Name): string | null => valueOf(name, nameOids.organizationalUnit);
export const countryOf = (name: Name): string | null => valueOf(name, nameOids.country);
export const stateOf = (name: Name): string | null => valueOf(name, nameOids.state);
export const locationOf = (name: Name): string | null => valueOf(name, nameOids.location);

/**
 * Subject in the order e-mail, CN, O, OU, C, ST, L; blank parts left out. Lengths and alphabets are checked by `encodeName`,
 * whose field errors use these part names.
 */
export function subjectFrom(parts: SubjectParts): Name {
  const ordered: readonly [string, string | null | undefined][] = [
    [nameOids.email, parts.email],
    [nameOids.commonName, parts.commonName],
    [nameOids.organization, parts.organization],
    [nameOids.organizationalUnit, parts.organizationalUnit],
    [nameOids.country, parts.country],
    [nameOids.state, parts.state],
    [nameOids.location, parts.location],
  ];
  return ordered.flatMap(([oid, value]) => (value && value.trim() !== '' ? [{ oid, value: value.trim() }] : []));
}
