export { chain, comply, refusalsOf, type Chain, type Refusal, type Rule } from './chain.js';
export { allowedDomains, domainPatternFault, type AllowedDomains } from './allowed-domains.js';
export type { IssuanceAsk, IssuanceDraft, IssuanceInput, IssuingAuthority, SshAsk, SshDraft } from './issuance/issuance-input.js';
export { draftIssuance } from './issuance/draft-issuance.js';
export { formatPolicies, issuancePolicy } from './issuance/issuance-policy.js';
export { checkedNames, commonNameAsDomain } from './issuance/name-rules.js';
export { signingHash } from './issuance/signing-hash.js';
export { resolveValidity } from './issuance/validity.js';
export { namesOfRequest, uploadPolicy, type UploadInput } from './upload/upload-policy.js';
export { namesCanBeStored } from './upload/stored-names.js';
export { authorityImportPolicy, type AuthorityImportInput } from './upload/authority-import-policy.js';
export { withPublishedAddresses, type PublishedAddresses, type ServedAddresses } from './issuance/published-addresses.js';
export { defaultPolicyName, placeOf, renewalWindow, type RenewalTerms, type RenewalWindow, type RotationTerms } from './renewal/renewal-window.js';
export { impossibleReissue, renewalVerdict, type RenewalCandidate, type RenewalVerdict } from './renewal/renewal-verdict.js';
export { authorityPauseMs, longestPauseMs, renewalPauseMs, type FailedAttempt } from './renewal/renewal-backoff.js';
export { levelledPerHour, refilledTokens, wholeFleetAtOnce, type Backlogged, type Pace } from './renewal/renewal-pace.js';
export { nextInSeries, renewedDescription } from './renewal/renewed-name.js';
export { successorValidity, type SuccessorTerms } from './renewal/successor-validity.js';
export { renewedExtensions } from './renewal/renewed-request.js';
export {
  certificateFilter,
  certificateFilterFields,
  certificatePatternFault,
  type CertificateFilter,
  type CertificateFilterInput,
  type FilteredCertificate,
} from './renewal/certificate-filter.js';
