import { generateKeyPairSync, sign } from 'node:crypto';
import { createAuthority, createRotationPolicy, issueCertificate, switchCertificate, uploadCertificate } from '@sifaka/contracts';
import { assembleCsr, certificatePem, encodeCsrExtensions, encodeCsrInfo, encodeName, publicKeyOf, signatureAlgorithmFor, subjectFrom, toPkcs8Pem } from '@sifaka/pki';
import { dayMs } from './settings.mjs';

const keyType = 'ECCPRIME256V1';
const atOnce = 16;
const monthMs = 30 * dayMs;

/** The certificates that there are when the simulation begins, and those that come in one heap. */
export class Population {
  #authorities = new Map();

  /** @param {{ platform: import('./platform.mjs').SimulatedPlatform, ca: import('./outside-ca.mjs').OutsideCa, settings: import('./settings.mjs').Settings, random: import('./random.mjs').Random }} world */
  constructor({ platform, ca, settings, random }) {
    this.platform = platform;
    this.ca = ca;
    this.settings = settings;
    this.random = random;
    this.heapSize = Math.floor(settings.certificates / 10);
  }

  async foundAuthorities() {
    const policies = new Map(this.settings.lives.map(({ policy }) => [policy.name, policy]));
    for (const { leadMs: _, ...policy } of policies.values()) if ('days' in policy) await this.platform.call(createRotationPolicy, policy);
    for (const { name } of this.settings.lives) this.#authorities.set(name, await this.platform.call(createAuthority, authorityRequest(name)));
  }

  /**
   * An inventory that grew: each certificate is somewhere in its life, none is due yet.
   *
   * @param {(at: number) => Promise<void>} setTime moves all clocks
   */
  async grow(setTime) {
    const count = this.settings.certificates - this.heapSize;
    const births = Array.from({ length: count }, (_, index) => this.#birth(index)).sort((a, b) => a.at - b.at);
    while (births.length > 0) {
      const [first] = births;
      await setTime(first.at);
      await Promise.all(births.splice(0, atOnce).map((birth) => this.#issue({ ...birth, at: first.at })));
    }
  }

  /** Many at once, a month before their end, with keys that were made elsewhere. */
  async importHeap(now) {
    const life = this.settings.lives.at(-2) ?? this.settings.lives.at(-1);
    const leftMs = Math.min(monthMs, life.lifeMs / 2);
    for (let index = 0; index < this.heapSize; index += atOnce) {
      const names = Array.from({ length: Math.min(atOnce, this.heapSize - index) }, (_, part) => `heap-${index + part}`);
      await Promise.all(names.map((name) => this.#import(name, life, new Date(now + leftMs))));
    }
  }

  #birth(index) {
    const life = this.settings.lives[index % this.settings.lives.length];
    const ageMs = this.random.next() * (life.lifeMs - life.policy.leadMs(life.lifeMs));
    return { life, at: Math.floor(this.settings.startsAt - ageMs), name: `s${life.name}-${index}` };
  }

  async #issue({ life, at, name }) {
    const validity = { validityYears: null, validityStart: new Date(at).toISOString(), validityEnd: new Date(at + life.lifeMs).toISOString() };
    const rotationPolicy = { name: life.policy.name };
    const answer = await this.platform.call(issueCertificate, { ...certificateRequest(name), rotationPolicy, ...validity, authority: { id: this.#authorities.get(life.name).id } });
    if (!('certificate' in answer)) throw new Error(`"${name}" is pending`);
  }

  async #import(name, life, notAfter) {
    const { csr, privateKey } = requestOf(`${name}.corp.test`);
    const { der, chainPem } = this.ca.sign(life.name, csr, { notBefore: new Date(notAfter.getTime() - life.lifeMs), notAfter });
    const { owner, ownerRoleId, roleIds, description, notify, replaces } = certificateRequest(name);
    const parts = { name, body: certificatePem(der), chain: chainPem, privateKey, csr: null, authority: { id: this.#authorities.get(life.name).id }, externalId: null };
    const { id } = await this.platform.call(uploadCertificate, { owner, ownerRoleId, roleIds, description, notify, replaces, ...parts });
    await this.platform.call(switchCertificate, { id, notify: null, rotation: true });
  }
}

function authorityRequest(name) {
  return {
    ...{ name, owner: 'pki@corp.test', description: null, commonName: name, plugin: { slug: 'simulated-issuer' }, type: 'root', parent: null },
    ...{ signingAlgorithm: 'sha256WithRSA', keyType, extensions: {}, validityYears: 5, roleIds: [], ownerRoleId: 10, adminRoleId: 11, operatorRoleId: 12 },
  };
}

function certificateRequest(name) {
  const commonName = `${name.toLowerCase()}.corp.test`;
  const team = 1 + ([...name].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 5);
  return {
    ...{ name, commonName, owner: `team-${team}@corp.test`, ownerRoleId: 20 + team, roleIds: [], description: '', keyType, csr: null, signingAlgorithm: null },
    ...{ extensions: { subAltNames: { names: [{ nameType: 'DNSName', value: commonName }] } }, notify: true, rotation: true },
    ...{ replaces: [], requestKey: null },
  };
}

function requestOf(commonName) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const info = encodeCsrInfo({ subjectDer: encodeName(subjectFrom({ commonName })), spki: publicKeyOf(privateKey), extensionsDer: encodeCsrExtensions({ subjectAltNames: [{ type: 'dns', value: commonName }] }) });
  return { csr: assembleCsr(info, signatureAlgorithmFor(keyType), sign('sha256', info, privateKey)), privateKey: toPkcs8Pem(privateKey) };
}
