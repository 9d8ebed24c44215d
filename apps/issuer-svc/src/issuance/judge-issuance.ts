import { Inject, Injectable } from '@nestjs/common';
import { isAdmin, mayEnterAnyDomain, type AccessRules } from '@sifaka/authz';
import type { ExtensionsInput, Principal } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { extensionsFromJson, offeredKeyTypes, parseCsr, type CsrFacts, type ExtensionRequest, type Name } from '@sifaka/pki';
import {
  checkedNames,
  comply,
  draftIssuance,
  formatPolicies,
  issuancePolicy,
  type IssuanceAsk,
  type IssuanceDraft,
  withPublishedAddresses,
  type IssuingAuthority,
  type PublishedAddresses,
} from '@sifaka/policy';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import type { AuthorityState } from '../authority/authority-directory.js';
import type { IssuerConfig } from '../issuer.config.js';
import { PublicationAddresses } from '../revocation/publication-addresses.js';
import { DomainRules } from './domain-rules.js';
import { refusing } from './refusing.js';

/** The parts of a request that are the same for certificates and authorities. */
export interface SubjectAndValidity {
  owner: string;
  /** As the certificate is to be called. */
  name?: string | null;
  commonName: string;
  organization?: string | undefined;
  organizationalUnit?: string | undefined;
  country?: string | undefined;
  state?: string | undefined;
  location?: string | undefined;
  validityStart?: string | null | undefined;
  validityEnd?: string | null | undefined;
  validityYears?: number | null | undefined;
  extensions: ExtensionsInput;
  keyType: string;
  csr: string | null;
  signingAlgorithm: string | null;
}

/** What a certificate that is renewed asks for. */
export interface RenewedAsk extends Pick<IssuanceAsk, 'commonName' | 'keyType' | 'extensions' | 'validityStart' | 'validityEnd' | 'signingAlgorithm' | 'ssh'> {
  renewedSubject: Name;
  owner: string;
  name: string | null;
}

/** What may be issued, and the signing request that it came with. */
export type JudgedDraft = IssuanceDraft & { csr: CsrFacts | null; owner: string; name: string | null };

/** The one issuance policy, asked on behalf of a caller: every door that issues goes through here. */
@Injectable()
export class JudgeIssuance {
  constructor(
    private readonly domains: DomainRules,
    private readonly addresses: PublicationAddresses,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  /** @throws AppError `invalid_argument` with every refused field */
  async run(kind: IssuanceAsk['kind'], input: SubjectAndValidity, authority: AuthorityState | null, principal: Principal): Promise<JudgedDraft> {
    const extensions = await this.published(extensionsFromJson(input.extensions), authority);
    return this.judge(this.askOf(kind, input, extensions), { owner: input.owner, name: input.name ?? null }, authority, principal);
  }

  /**
   * For a certificate that was issued before and is renewed: what stood in it is asked for again, and judged by the rules of today.
   *
   * @throws AppError `invalid_argument` with every refused field
   */
  async renew({ owner, name, ...asked }: RenewedAsk, authority: AuthorityState, principal: Principal): Promise<JudgedDraft> {
    const none = { kind: 'leaf', subject: {}, csr: null, validityYears: null } as const;
    return this.judge({ ...none, ...asked, extensions: await this.published(asked.extensions, authority) }, { owner, name }, authority, principal);
  }

  private async judge(ask: IssuanceAsk, { owner, name }: { owner: string; name: string | null }, authority: AuthorityState | null, principal: Principal): Promise<JudgedDraft> {
    const { kind } = ask;
    const issuing = authority === null ? null : issuingAuthority(authority, kind === 'ca' ? this.config.authorityValidityDays : authority.summary.defaultValidityDays);
    const { allowWeekendExpiration } = this.config;
    const now = this.clock.now();
    const draft = draftIssuance(ask, { now, authority: issuing, rootValidityDays: this.config.authorityValidityDays, allowWeekendExpiration });
    const entersAnyDomain = mayEnterAnyDomain(principal, this.rules);
    const sensitiveNames = await this.domains.sensitiveAmong(entersAnyDomain ? [] : checkedNames(draft));
    const judged = {
      ask,
      draft,
      authority: issuing,
      caller: { entersAnyDomain, isAdmin: isAdmin(principal) },
      allowedDomains: this.domains.allowed,
      sensitiveNames,
      allowWeekendExpiration,
      offeredKeyTypes: offeredKeyTypes(),
    };
    comply(issuancePolicy, judged);
    comply(formatPolicies[issuing?.format ?? 'x509'], judged);
    return { ...draft, csr: ask.csr, owner: owner.toLowerCase(), name };
  }

  private async published(request: ExtensionRequest, authority: AuthorityState | null): Promise<ExtensionRequest> {
    const served = authority === null ? null : await this.addresses.of(authority);
    return withPublishedAddresses(request, publishedAddresses(this.config), authority?.name ?? null, served);
  }

  private askOf(kind: IssuanceAsk['kind'], input: SubjectAndValidity, extensions: ExtensionRequest): IssuanceAsk {
    const { config } = this;
    const date = (text: string | null | undefined) => (text === null || text === undefined ? null : new Date(text));
    return {
      kind,
      commonName: input.commonName,
      subject: {
        // An address outside ASCII has no form in a subject: it stays in the inventory alone.
        email: kind === 'leaf' && config.ownerEmailInSubject && isAscii(input.owner) ? input.owner : null,
        organization: input.organization ?? config.defaultOrganization,
        organizationalUnit: input.organizationalUnit ?? config.defaultOrganizationalUnit,
        country: input.country ?? config.defaultCountry,
        state: input.state ?? config.defaultState,
        location: input.location ?? config.defaultLocation,
      },
      keyType: input.keyType,
      csr: csrOf(input.csr),
      extensions,
      validityStart: date(input.validityStart),
      validityEnd: date(input.validityEnd),
      validityYears: input.validityYears ?? null,
      signingAlgorithm: input.signingAlgorithm,
      ssh: input.extensions.ssh ?? null,
    };
  }
}

/** Lemur's authorities carry the owner's address too, but a CA's name is copied into everything below it. */
const isAscii = (text: string): boolean => /^[\x21-\x7e]{1,255}$/.test(text);

/** @throws AppError `invalid_argument`, field `csr` */
export function csrOf(pem: string | null): CsrFacts | null {
  return pem === null || pem.trim() === '' ? null : refusing('csr', () => parseCsr(pem));
}

function issuingAuthority(state: AuthorityState, defaultValidityDays: number): IssuingAuthority {
  const { format, name, active, cnOptional, keyType, validity, chain } = state;
  return { format, name, active, cnOptional, defaultValidityDays, keyType, validity, chain };
}

function publishedAddresses({ aiaCaIssuersUrls, aiaOcspUrls, crlUrls }: IssuerConfig): PublishedAddresses {
  return { caIssuers: aiaCaIssuersUrls, ocsp: aiaOcspUrls, crl: crlUrls };
}
