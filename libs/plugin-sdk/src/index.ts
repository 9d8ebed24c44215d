export { definePlugin, pluginKinds, type ContextOf, type Plugin, type PluginInstances, type PluginKind, type PluginSource, type SourceTwin } from './define-plugin.js';
export type { Outbound, PluginContext, PluginLogger, SecretReader, TlsTrust } from './context.js';
export type { AcmeAccount, AcmeAccountSettings, AcmeClient, AcmeOrderTerms } from './kinds/acme.js';
export type { PluginLifecycle } from './kinds/lifecycle.js';
export type {
  AuthorityOutcome,
  CertificateFormat,
  IssuedCertificateReference,
  IssueOutcome,
  Issuer,
  IssuerAuthority,
  IssuerAuthorityRequest,
  IssuerCertificateRequest,
  IssuerContext,
  IssuerKeys,
  PendingOrderReference,
  PendingOutcome,
  Requester,
  RevokeRequest,
  SignatureHash,
  SignRequest,
  SshTerms,
} from './kinds/issuer.js';
export type { ExportedFile, Exporter, ExportInput } from './kinds/exporter.js';
export type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext, ServedAt, StartTls, Uploaded, PublishedFile } from './kinds/destination.js';
export { startTlsProtocols } from './kinds/destination.js';
export type { EndpointCertificate, Finding, FoundCertificate, FoundEndpoint, ScanRequest, Source, SourceFault, StoredCertificate } from './kinds/source.js';
export type { DeliveryReceipt, DnsProvider, DnsRecord, Keystore, Measurement, MetricSink, NotificationMessage, NotifiedCertificate, Notifier, UndeliveredRecipient } from './kinds/outbound.js';
export { destinationLabel, exportPlugin, installationOnly, longText, matching, secret } from './options/option-schemas.js';
export { dnsName, nameInZone, quoteTxt, requireZoneOf, unquoteTxt, zoneOf } from './dns/txt-record.js';
export { KnownZones, type KnownZonesSettings } from './dns/known-zones.js';
export { TxtSets, type TxtSetsSettings, type TxtSetStore } from './dns/txt-sets.js';
export { TxtSetProvider, type TxtSet, type TxtSetApi, type TxtSetChange, type TxtSetProviderSettings } from './dns/txt-set-provider.js';
export { AccessToken, type AccessTokenSettings, type GrantedToken } from './http/access-token.js';
export { HttpApi, type ApiAnswer, type ApiRequest, type HttpApiSettings } from './http/http-api.js';
export { connectionFault } from './http/connection-fault.js';
export { limitedCall } from './http/limited-call.js';
export { expirationOptions, intervalRefusal, isIntervalAllowed } from './options/expiration-options.js';
export { cutAt, firstOf, moreText, oneLine, utcMinute, type Shown } from './notification/message-text.js';
export { readAllowedFile, readSmallFile, type AllowedFiles } from './files/allowed-file.js';
export { nameByTemplate, nameTemplatePattern } from './destination/name-template.js';
export { assertPublishedName } from './destination/published-name.js';
export { optionTypes, toPluginOptions, type OptionDescriptor, type OptionType } from './options/option-descriptor.js';
export { parsePluginOptions, type OptionsOwner, type ParseOptionsSettings } from './options/parse-plugin-options.js';
export { aliasFor, aliasOption, certificateOf, generatePassphrase, passphraseOption, privateKeyOf } from './export/key-file.js';
export { orLater, type PolledOutcome } from './issuer/or-later.js';
export { issuedWith, outsideAuthority, refuseParent } from './issuer/outside-authority.js';
