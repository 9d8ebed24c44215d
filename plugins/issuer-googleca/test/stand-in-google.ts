import { generateKeyPairSync } from 'node:crypto';
import { certificatePem } from '@sifaka/pki';
import { loopbackOutbound, standInCa, startStandIn, testContext, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { jwtVerify } from 'jose';
import { z } from 'zod';

const pool = '/v1/projects/example-project/locations/europe-west1/caPools/servers';
const account = 'issuer@example-project.iam.gserviceaccount.test';

const Query = z.object({ certificateId: z.string().regex(/^[a-zA-Z0-9_-]{1,63}$/), issuingCertificateAuthorityId: z.literal('issuing-ca'), requestId: z.uuid() });
const Asked = z.strictObject({ pemCsr: z.string(), lifetime: z.string().regex(/^[1-9]\d*s$/) });
const Revocation = z.strictObject({ reason: z.string().regex(/^[A-Z_]+$/), requestId: z.uuid() });

export interface Kept {
  name: string;
  pemCertificate: string;
  pemCertificateChain: string[];
  revocationDetails?: { revocationState: string };
}

/**
 * Google's token endpoint and Certificate Authority Service (REST v1) as their documentation describes them: JWT bearer grant, state of the CA,
 * create, get and revoke certificates, and the permissions of the caller.
 */
export async function startGoogle(now: () => Date) {
  const ca = standInCa(now());
  const tls = ca.identity();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kept = new Map<string, Kept>();
  const creations: (z.output<typeof Query> & z.output<typeof Asked>)[] = [];
  const revocations: (z.output<typeof Revocation> & { id: string })[] = [];
  const settings = {
    state: 'ENABLED',
    token: 'ya29.stand-in',
    tokenAnswer: null as StandInAnswer | null,
    /** Refuses tokens with what was sent. */
    echoes: false,
    expiresIn: 3_600,
    /** Null: nobody may ask. */
    permissions: ['privateca.certificates.create', 'privateca.certificates.get', 'privateca.certificates.update'] as string[] | null,
    /** The certificate is made, and its answer lost. */
    losesAnswer: false,
    refusal: null as StandInAnswer | null,
  };
  const valid = new Set<string>();
  const refuse = (code: number, status: string, message: string): StandInAnswer => ({ status: code, body: { error: { code, message, status } } });

  async function answer(request: SeenRequest): Promise<StandInAnswer> {
    if (request.path === '/token') return grant(request);
    if (!valid.has(String(request.headers.authorization).replace(/^Bearer /, ''))) return refuse(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    if (settings.refusal !== null) return settings.refusal;
    if (request.path === `${pool}/certificateAuthorities/issuing-ca`) return { body: { state: settings.state, tier: 'ENTERPRISE', pemCaCertificates: [ca.issuingPem, ca.rootPem] } };
    if (request.path === `${pool}:testIamPermissions`) {
      const { permissions } = settings;
      const asked = z.object({ permissions: z.array(z.string()) }).parse(request.json).permissions;
      return permissions === null ? refuse(403, 'PERMISSION_DENIED', 'denied') : { body: { permissions: asked.filter((each) => permissions.includes(each)) } };
    }
    if (request.path === `${pool}/certificates` && request.method === 'POST') return create(request);
    const [, id = '', action] = /^.*\/certificates\/([^:/]+)(?::(\w+))?$/.exec(request.path) ?? [];
    const found = kept.get(id);
    if (found === undefined) return refuse(404, 'NOT_FOUND', `Resource '${request.path}' was not found`);
    return action === 'revoke' ? revoke(id, found, request) : { body: found };
  }

  async function grant({ text, url }: SeenRequest): Promise<StandInAnswer> {
    if (settings.tokenAnswer !== null) return settings.tokenAnswer;
    const form = new URLSearchParams(text);
    if (settings.echoes) return { status: 400, body: `refused ${form.get('assertion') ?? ''}` };
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { status: 400, body: { error: 'unsupported_grant_type' } };
    try {
      const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', publicKey, { issuer: account, audience: `${standIn.url}${url}`, currentDate: now(), maxTokenAge: 3_600, clockTolerance: 60 });
      if (payload.scope !== 'https://www.googleapis.com/auth/cloud-platform' || protectedHeader.kid !== 'key-1') throw new Error('scope or key');
    } catch (error) {
      return { status: 400, body: { error: 'invalid_grant', error_description: `Invalid JWT: ${String(error)}` } };
    }
    valid.add(settings.token);
    return { body: { access_token: settings.token, expires_in: settings.expiresIn, token_type: 'Bearer' } };
  }

  function create({ query, json }: SeenRequest): StandInAnswer {
    const parsed = Query.safeParse(Object.fromEntries(query));
    const asked = Asked.safeParse(json);
    if (!parsed.success || !asked.success) return refuse(400, 'INVALID_ARGUMENT', JSON.stringify([parsed.error?.issues, asked.error?.issues]));
    const { certificateId: id } = parsed.data;
    if (kept.has(id)) return refuse(409, 'ALREADY_EXISTS', `Resource '${pool}/certificates/${id}' already exists`);
    creations.push({ ...parsed.data, ...asked.data });
    try {
      const der = ca.sign(asked.data.pemCsr, { notBefore: now(), notAfter: new Date(now().getTime() + Number.parseInt(asked.data.lifetime, 10) * 1_000) });
      const made: Kept = { name: `projects/example-project/locations/europe-west1/caPools/servers/certificates/${id}`, pemCertificate: certificatePem(der), pemCertificateChain: [ca.issuingPem, ca.rootPem] };
      kept.set(id, made);
      return settings.losesAnswer ? refuse(503, 'UNAVAILABLE', 'The service is currently unavailable.') : { body: made };
    } catch {
      return refuse(400, 'INVALID_ARGUMENT', 'The CSR is malformed');
    }
  }

  function revoke(id: string, found: Kept, { json }: SeenRequest): StandInAnswer {
    const asked = Revocation.safeParse(json);
    if (!asked.success) return refuse(400, 'INVALID_ARGUMENT', asked.error.message);
    if (found.revocationDetails !== undefined) return refuse(400, 'FAILED_PRECONDITION', 'The certificate is already revoked');
    revocations.push({ id, ...asked.data });
    found.revocationDetails = { revocationState: asked.data.reason };
    return { body: found };
  }

  const standIn = await startStandIn(answer, tls);
  const keyFile = { type: 'service_account', project_id: 'example-project', private_key_id: 'key-1', private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), client_email: account, token_uri: `${standIn.url}/token` };
  /** Trusts the stand-in's TLS certificate, as the system trusts Google's. */
  const context = () => testContext({ now: now(), outbound: { ...loopbackOutbound(), fetchWith: (trust) => loopbackOutbound().fetchWith({ ...trust, caPem: ca.rootPem }) } });
  return { ...standIn, ca, settings, valid, kept, creations, revocations, keyFile, context };
}
