import { AppError } from '@sifaka/kernel';
import { HttpApi, type PluginContext, type TlsTrust } from '@sifaka/plugin-sdk';
import { ntlmFetch } from './ntlm-fetch.js';
import type { AdcsAccess } from './adcs-options.js';

/** What the web enrolment pages say of a request. */
export type Disposition = { status: 'issued'; requestId: string } | { status: 'pending'; requestId: string } | { status: 'denied'; reason: string };

/** What is behind a request id. `missing`: nothing, or nothing any more. */
export type Retrieved = { status: 'issued'; pem: string } | { status: 'pending' | 'denied' | 'missing' };

/** The web enrolment pages of Active Directory Certificate Services (`/certsrv`): made for people, read by their fixed parts. */
export class AdcsApi {
  private readonly api: HttpApi;

  constructor(options: AdcsAccess, context: PluginContext) {
    const { server, auth_method: method, user = '', password = '' } = options;
    const trust = trustOf(options);
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    this.api = new HttpApi({
      name: 'AD CS',
      url: `https://${server}/certsrv`,
      context,
      fetch: method === 'ntlm' ? ntlmFetch(() => context.outbound.agents(trust).https, { user, password }) : context.outbound.fetchWith(trust),
      headers: { accept: '*/*', 'user-agent': 'Mozilla/5.0 (certificate platform)', ...(method === 'basic' && { authorization: `Basic ${basic}` }) },
      secrets: [password, basic].filter((secret) => secret !== ''),
      explain: (body) => (typeof body === 'string' ? textOf(body) : undefined),
    });
  }

  async submit(csrPem: string, template: string): Promise<Disposition> {
    const form = {
      Mode: 'newreq',
      CertRequest: csrPem,
      CertAttrib: `CertificateTemplate:${template}\r\n`,
      FriendlyType: 'Saved-Request Certificate',
      TargetStoreFlags: '0',
      SaveCert: 'yes',
    };
    return dispositionOf(await this.page('/certfnsh.asp', form), null);
  }

  /** @returns PEM text, or what has become of the request */
  async certificate(requestId: string): Promise<string | Disposition> {
    const { headers, body } = await this.api.send('/certnew.cer', { query: { ReqID: requestId, Enc: 'b64' } });
    if ((headers.get('content-type') ?? '').includes('application/pkix-cert') && typeof body === 'string') return body.replaceAll('\r\n', '\n');
    return dispositionOf(typeof body === 'string' ? body : '', requestId);
  }

  /** Like `certificate`, for an id that may never have been. @throws AppError for a page that is not of the web enrolment */
  async retrieve(requestId: number): Promise<Retrieved> {
    const request = { query: { ReqID: requestId, Enc: 'b64' }, accepts: [404, 500] };
    const answer = await this.api.send('/certnew.cer', request);
    const page = typeof answer.body === 'string' ? answer.body : '';
    if (answer.status === 404) return { status: 'missing' };
    if (answer.status < 400 && (answer.headers.get('content-type') ?? '').includes('application/pkix-cert')) return { status: 'issued', pem: page.replaceAll('\r\n', '\n') };
    if (isMissing(page)) return { status: 'missing' };
    if (answer.status >= 400) throw this.api.refusal('/certnew.cer', request, answer);
    const { status } = dispositionOf(page, String(requestId));
    return { status: status === 'issued' ? 'missing' : status };
  }

  /** PKCS#7, PEM: the CA's newest certificate and all above it. */
  async chain(): Promise<string> {
    const page = await this.page('/certcarc.asp');
    const renewal = /nRenewals\s*=\s*(\d+)/.exec(page)?.[1] ?? '0';
    const { headers, body } = await this.api.send('/certnew.p7b', { query: { ReqID: 'CACert', Renewal: renewal, Enc: 'b64' } });
    if ((headers.get('content-type') ?? '').includes('application/x-pkcs7-certificates') && typeof body === 'string') return body.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '-----$1 PKCS7-----');
    throw new AppError('upstream_failed', 'AD CS answered without its chain', { reason: 'adcs.no_chain' });
  }

  /** The page that enrolment starts with: for those alone who may enrol. */
  async open(): Promise<void> {
    const page = await this.page('/certrqxt.asp');
    if (!/CertRequest/i.test(page)) throw new AppError('failed_precondition', 'the server answers, but not with the web enrolment pages of AD CS: is the role service "Certification Authority Web Enrollment" installed?', { reason: 'adcs.no_enrolment' });
  }

  private async page(path: string, form?: Record<string, string>): Promise<string> {
    const { body } = await this.api.send(path, form === undefined ? {} : { method: 'POST', form });
    return typeof body === 'string' ? body : '';
  }
}

function trustOf({ auth_method: method, client_certificate: certificate, client_key: key, ca_bundle: caPem, verify_tls: isVerified }: AdcsAccess): TlsTrust {
  return {
    isVerified,
    ...(caPem !== undefined && { caPem }),
    ...(method === 'cert' && certificate !== undefined && key !== undefined && { clientCertificatePem: certificate, clientKeyPem: key }),
  };
}

function dispositionOf(page: string, asked: string | null): Disposition {
  const issued = /certnew\.cer\?ReqID=(\d+)/.exec(page)?.[1];
  if (issued !== undefined) return { status: 'issued', requestId: issued };
  const requestId = /Request Id is (\d+)/i.exec(page)?.[1] ?? asked;
  if (/Certificate Pending|still pending|taken under submission/i.test(page) && requestId !== null) return { status: 'pending', requestId };
  const said = /disposition message is\s*"([^"]*)"/i.exec(page)?.[1];
  const reason = said !== undefined && said.trim() !== '' ? said.trim() : textOf(page);
  // Pages of errors speak of a disposition as well ("Disposition: (never set)"): they say nothing about the request.
  if (/denied by\b|request was denied|certificate request denied|disposition message is/i.test(page)) return { status: 'denied', reason: reason.slice(0, 500) };
  throw new AppError('upstream_failed', `AD CS answered with a page that says neither issued, pending nor denied: ${textOf(page).slice(0, 500)}`, { reason: 'adcs.unexpected_page' });
}

/** ERROR_NOT_FOUND, CERTSRV_E_PROPERTY_EMPTY and E_INVALIDARG: what the CA says of ids that it has no row, or no certificate, for. */
const isMissing = (page: string): boolean => /0x80070490|0x80094004|0x80070057|element not found|property value is empty|disposition[^.]{0,40}\(never set\)/i.test(textOf(page));

/** What a person would read on the page. */
const textOf = (page: string): string =>
  page
    .replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]{0,1000}>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
