import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import {
  assembleCertificate,
  encodeName,
  encodeTbsCertificate,
  keyIdentifier,
  nameOids,
  ocspOids,
  parseCertificate,
  parseName,
  randomSerial,
  serialHex,
  signatureAlgorithmFor,
  type SignatureAlgorithm,
  type TbsInput,
} from '@sifaka/pki';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import type { IssuerConfig } from '../issuer.config.js';
import { KeyVault } from '../keys/key-vault.js';
import { OcspResponderRepository, type StoredResponder } from './ocsp-responder.repository.js';
import { hashOf, type PublishingAuthority } from './publication.js';

/** Who signs answers in the name of an authority. */
export interface Responder {
  id: number;
  keyId: string;
  certificateDer: Buffer;
  /** SHA-1 of the bits of its key. */
  keyHash: Buffer;
  algorithm: SignatureAlgorithm;
  serialHex: string;
  notBefore: Date;
  notAfter: Date;
}

/**
 * Delegated responders (RFC 6960 section 4.2.2.2): a key of its own for each authority, which signs answers and nothing else, with a
 * certificate of the authority that ends within days. The authority's own key signs twice a month then, and not with every answer.
 */
@Injectable()
export class OcspResponders {
  private readonly known = new LRUCache<number, Responder>({ max: cachedResponders, ttl: cachedMs });
  private readonly making = new Map<number, Promise<Responder | null>>();

  constructor(
    private readonly repository: OcspResponderRepository,
    private readonly keys: KeyVault,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  /** Null: the authority has ended, and nobody speaks for it. */
  async of(authority: PublishingAuthority): Promise<Responder | null> {
    const now = this.clock.now();
    const known = this.known.get(authority.id);
    // One from the future is left over by a clock that was ahead.
    if (known !== undefined && known.notAfter > now && known.notBefore <= now) return known;
    const stored = await this.repository.latest(authority.id, now);
    const responder = stored === null ? await this.makeOnce(authority) : responderOf(stored);
    if (responder !== null) this.known.set(authority.id, responder);
    return responder;
  }

  /** The one there is, without making one. */
  async current(authorityId: number): Promise<StoredResponder | null> {
    return this.repository.latest(authorityId, this.clock.now());
  }

  /** Makes the next one when the present one has passed half its life. */
  async renew(authority: PublishingAuthority): Promise<void> {
    const now = this.clock.now();
    const stored = await this.repository.latest(authority.id, now);
    const halfMs = this.lifeMs / 2;
    const isYoung = stored !== null && stored.notAfter.getTime() - now.getTime() > Math.min(halfMs, (stored.notAfter.getTime() - stored.notBefore.getTime()) / 2);
    // The last one of an authority ends with it: there is no later one.
    if (!isYoung && stored?.notAfter.getTime() !== authority.facts.notAfter.getTime()) await this.makeOnce(authority);
  }

  removeEnded(): Promise<void> {
    return this.repository.removeEnded(new Date(this.clock.now().getTime() - keptMs));
  }

  /** Signs an answer. A responder whose key is gone is replaced. */
  async sign(authority: PublishingAuthority, responder: Responder, data: Buffer): Promise<Buffer> {
    try {
      return await this.keys.sign({ keyId: responder.keyId, tbsDer: data.toString('base64'), hash: 'sha256', purpose: 'ocsp', serialHex: null, subjectKeyId: null });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'not_found') throw error;
      await this.repository.remove(responder.id);
      this.known.delete(authority.id);
      throw new AppError('unavailable', `the OCSP responder of authority "${authority.name}" is being replaced`, { reason: 'ocsp.responder_replaced', cause: error });
    }
  }

  private makeOnce(authority: PublishingAuthority): Promise<Responder | null> {
    const running = this.making.get(authority.id);
    if (running !== undefined) return running;
    const made = this.make(authority).finally(() => this.making.delete(authority.id));
    this.making.set(authority.id, made);
    return made;
  }

  private async make(authority: PublishingAuthority): Promise<Responder | null> {
    const { facts, algorithm } = authority;
    const now = this.clock.now();
    const notBefore = new Date(Math.max(now.getTime() - backdateMs, facts.notBefore.getTime()));
    const notAfter = new Date(Math.min(now.getTime() + this.lifeMs, facts.notAfter.getTime()));
    if (notAfter.getTime() - now.getTime() < 1_000) return null;
    const { keyId, publicKeyDer: spki } = await this.keys.generate({ keyType, purpose: 'responder', csr: null });
    const serial = randomSerial(randomBytes);
    const tbs = encodeTbsCertificate({ serial, signatureAlgorithm: algorithm, issuerDer: facts.subjectDer, notBefore, notAfter, subjectDer: subjectOf(authority), spki, extensions: extensionsOf(authority, spki) });
    const signature = await this.keys.sign({ keyId: authority.keyId, tbsDer: tbs.toString('base64'), hash: hashOf(authority), purpose: 'certificate', serialHex: serialHex(serial), subjectKeyId: keyId });
    await this.repository.add(authority.id, { keyId, serialHex: serialHex(serial), der: assembleCertificate(tbs, algorithm, signature), notBefore, notAfter });
    const stored = await this.repository.latest(authority.id, this.clock.now());
    return stored === null ? null : responderOf(stored);
  }

  private get lifeMs(): number {
    return this.config.ocspResponderDays * 86_400_000;
  }
}

/** 30 µs a signature, and every client knows it, whatever the key of the authority is. */
const keyType = 'ECCPRIME256V1';
const signature = signatureAlgorithmFor(keyType);
const cachedResponders = 1_000;
/** Another replica may have made a younger one. */
const cachedMs = 60_000;
const backdateMs = 5 * 60_000;
/** Answers that it signed may still be in somebody's hands. */
const keptMs = 7 * 86_400_000;

function responderOf({ id, keyId, der, notBefore, notAfter }: StoredResponder): Responder {
  const facts = parseCertificate(der);
  return { id, keyId, certificateDer: der, keyHash: keyIdentifier(facts.spki), algorithm: signature, serialHex: facts.serialHex, notBefore, notAfter };
}

function extensionsOf({ facts }: PublishingAuthority, spki: Buffer): TbsInput['extensions'] {
  return {
    basicConstraints: { isCa: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [ocspOids.signing],
    subjectKeyId: keyIdentifier(spki),
    authorityKeyId: { keyId: facts.subjectKeyId ?? keyIdentifier(facts.spki) },
    // Nobody asks a responder about itself (RFC 6960 section 4.2.2.2.1).
    custom: [{ oid: ocspOids.noCheck, isCritical: false, value: Buffer.from('0500', 'hex') }],
  };
}

/** The authority's name with a common name that says what it is: constraints on names that hold for the one hold for the other. */
function subjectOf({ facts, name }: PublishingAuthority): Buffer {
  const above = parseName(facts.subjectDer).filter(({ oid }) => oid !== nameOids.commonName);
  return encodeName([...above, { oid: nameOids.commonName, value: `${name.slice(0, commonNameChars - responderWord.length)}${responderWord}` }]);
}

const responderWord = ' OCSP responder';
/** RFC 5280, appendix A: ub-common-name. */
const commonNameChars = 64;
