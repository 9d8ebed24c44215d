import { AppError } from '@sifaka/kernel';
import { RE2JS } from 're2js';

/** By what a certificate is told from others; each pattern has to match the whole of a value, in capital letters or small ones. */
export const certificateFilterFields = ['owners', 'names', 'commonNames', 'authorities', 'issuers', 'destinations'] as const;
export type CertificateFilterField = (typeof certificateFilterFields)[number];

/** Patterns (RE2) a field: one has to match, in every field that is given. */
export type CertificatePatterns = Partial<Record<CertificateFilterField, readonly string[] | undefined>>;

export interface CertificateFilterInput {
  /** Only these; absent: all. */
  readonly include?: CertificatePatterns | undefined;
  /** Never those that match in any one field. */
  readonly exclude?: CertificatePatterns | undefined;
}

/** What is known of a certificate, field by field. */
export type FilteredCertificate = Readonly<Record<CertificateFilterField, readonly string[]>>;

export interface CertificateFilter {
  accepts(certificate: FilteredCertificate): boolean;
  /** It can only be answered with the destinations of certificates: their labels, and their ids, which stay when a destination is called otherwise. */
  readonly asksForDestinations: boolean;
}

/** @throws AppError `failed_precondition` for a pattern that is no regular expression in RE2 syntax */
export function certificateFilter({ include = {}, exclude = {} }: CertificateFilterInput): CertificateFilter {
  const included = compiled(include);
  const excluded = compiled(exclude);
  return {
    accepts: (certificate) => included.every((rule) => rule.matches(certificate)) && !excluded.some((rule) => rule.matches(certificate)),
    asksForDestinations: [...included, ...excluded].some(({ field }) => field === 'destinations'),
  };
}

/** Why a pattern is none; null when it is one. */
export function certificatePatternFault(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown fault';
  }
}

interface FieldRule {
  field: CertificateFilterField;
  matches(certificate: FilteredCertificate): boolean;
}

function compiled(patterns: CertificatePatterns): FieldRule[] {
  return certificateFilterFields.flatMap((field) => {
    const given = patterns[field];
    if (given === undefined || given.length === 0) return [];
    const expressions = given.map(compile);
    return [{ field, matches: (certificate: FilteredCertificate) => certificate[field].some((value) => expressions.some((expression) => expression.matcher(value).matches())) }];
  });
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw new AppError('failed_precondition', `"${pattern}" is not a regular expression in RE2 syntax: ${certificatePatternFault(pattern) ?? 'unknown fault'}`, { cause: error });
  }
}
