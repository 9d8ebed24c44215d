import { cipherSuite, hasCertificate } from './cipher-suites.js';
import { clientHello, handshakeTypes, helloRecord, message, newHelloIds, type Hello } from './client-hello.js';
import { fault } from './faults.js';
import { HandshakeReader, type HandshakeMessage } from './handshake-reader.js';
import { keyProof, type KeyProof } from './key-proof.js';
import { groups, keyShare } from './key-shares.js';
import { probeLimits } from './probe-limits.js';
import { parseServerHello, type ServerHello } from './server-hello.js';
import { versionNumbers, type TlsVersion } from './tls-versions.js';
import { digest, serverHandshakeOpener, transcriptHash } from './tls13-keys.js';
import { VectorReader } from './vectors.js';
import type { Wire } from './wire.js';

export type Offer = Pick<Hello, 'versions' | 'ciphers' | 'serverName'>;

export interface Choice {
  version: TlsVersion;
  cipher: number;
}

export interface Presented extends Choice {
  /** As they were sent. */
  certificates: Buffer[];
  keyProof: KeyProof;
}

/** What the server chooses of an offer; nothing is read beyond that. */
export async function askChoice(wire: Wire, offer: Offer): Promise<Choice> {
  const { version, cipher } = await new Handshake(wire, offer).serverHello();
  return { version, cipher };
}

/** What the server presents to who makes this offer. The handshake ends there: nothing of it is of use to anybody. */
export async function askCertificates(wire: Wire, offer: Offer): Promise<Presented> {
  return new Handshake(wire, offer).certificates();
}

class Handshake {
  private readonly reader: HandshakeReader;
  private hello: Hello;
  private transcript: Buffer[] = [];

  constructor(
    private readonly wire: Wire,
    private readonly offer: Offer,
  ) {
    this.reader = new HandshakeReader(wire);
    const shares = offer.versions.includes('TLSv1.3') ? [groups.x25519, groups.secp256r1].flatMap((group) => keyShare(group) ?? []) : [];
    this.hello = { ...offer, ...newHelloIds(), shares, cookie: null };
  }

  /** The first one, which may be a request to say hello again. */
  async serverHello(): Promise<ServerHello> {
    this.sayHello();
    return this.readHello();
  }

  async certificates(): Promise<Presented> {
    let chosen = await this.serverHello();
    if (chosen.isRetry) chosen = await this.retry(chosen);
    const { version, cipher } = chosen;
    const shown = await (version === 'TLSv1.3' ? this.protectedCertificates(chosen) : this.plainCertificates(chosen));
    return { version, cipher, ...shown };
  }

  private sayHello(): void {
    const bytes = clientHello(this.hello);
    this.transcript.push(bytes);
    this.wire.write(helloRecord(bytes, this.offer.versions[0] === 'SSLv3'));
  }

  private async readHello(): Promise<ServerHello> {
    const answer = await this.expect(handshakeTypes.serverHello);
    const chosen = parseServerHello(answer.body);
    if (!this.offer.versions.some((version) => version === chosen.version)) throw fault('tls.not_offered', `chose ${chosen.version}, which was not offered`);
    if (!this.offer.ciphers.includes(chosen.cipher)) throw fault('tls.not_offered', `chose the cipher suite ${cipherSuite(chosen.cipher).name}, which was not offered`);
    return chosen;
  }

  /** RFC 8446 sections 4.1.2 and 4.4.1: the first hello lives on as its hash. */
  private async retry({ cipher, keyShare: wanted, cookie }: ServerHello): Promise<ServerHello> {
    const share = wanted === null ? null : keyShare(wanted.group);
    if (wanted !== null && share === null) throw fault('tls.malformed', `wants a key exchange that was not offered (group ${wanted.group})`);
    const [first, second] = this.transcript;
    if (first === undefined || second === undefined) throw fault('tls.malformed', 'wants another hello before the first');
    this.transcript = [message(254, digest(transcriptHash(cipher) ?? 'sha256', [first])), second];
    this.hello = { ...this.hello, cookie, ...(share !== null && { shares: [share] }) };
    this.sayHello();
    const again = await this.readHello();
    if (again.isRetry || again.version !== 'TLSv1.3') throw fault('tls.malformed', 'wants a hello without end');
    return again;
  }

  /** RFC 8446 section 4.4. */
  private async protectedCertificates({ cipher, keyShare: theirs }: ServerHello): Promise<Pick<Presented, 'certificates' | 'keyProof'>> {
    const own = this.hello.shares.find(({ group }) => group === theirs?.group);
    if (theirs === null || own === undefined) throw fault('tls.malformed', 'agrees on no key');
    this.reader.protect(serverHandshakeOpener(cipher, own.agree(theirs.key), this.transcript));
    await this.expect(handshakeTypes.encryptedExtensions);
    let answer = await this.next();
    if (answer.type === handshakeTypes.certificateRequest) answer = await this.next();
    assertType(answer, handshakeTypes.certificate);
    const reader = new VectorReader(answer.body, 'certificate message');
    reader.vector(1);
    const certificates = certificatesIn(reader.inner(3), true);
    const signed = [Buffer.from(`${' '.repeat(64)}TLS 1.3, server CertificateVerify\0`, 'latin1'), digest(transcriptHash(cipher) ?? 'sha256', this.transcript)];
    const proof = new VectorReader((await this.expect(handshakeTypes.certificateVerify)).body, 'certificate verify');
    return { certificates, keyProof: keyProof(leafOf(certificates), proof.number(2), signed, proof.vector(2)) };
  }

  /** RFC 5246 section 7.4.2. */
  private async plainCertificates(chosen: ServerHello): Promise<Pick<Presented, 'certificates' | 'keyProof'>> {
    const suite = cipherSuite(chosen.cipher);
    if (!hasCertificate(suite)) throw fault('tls.no_certificate', 'presents no certificate');
    const { body } = await this.expect(handshakeTypes.certificate);
    const certificates = certificatesIn(new VectorReader(body, 'certificate message').inner(3), false);
    if (!/^TLS_(?:ECDHE|DHE)_/.test(suite.name)) return { certificates, keyProof: 'unknown' };
    let answer = await this.next();
    if (answer.type === handshakeTypes.certificateStatus) answer = await this.next();
    assertType(answer, handshakeTypes.serverKeyExchange);
    return { certificates, keyProof: this.keyExchangeProof(leafOf(certificates), answer.body, chosen, suite.name) };
  }

  /** RFC 8422 section 5.4, RFC 5246 section 7.4.3: both randoms and the parameters are signed. */
  private keyExchangeProof(leaf: Buffer, body: Buffer, { random, version }: ServerHello, suite: string): KeyProof {
    const reader = new VectorReader(body, 'key exchange');
    if (suite.startsWith('TLS_ECDHE_')) {
      // Named curves alone were offered.
      if (reader.number(1) !== 3) return 'unknown';
      reader.number(2);
      reader.vector(1);
    } else for (let index = 0; index < 3; index += 1) reader.vector(2);
    const parameters = body.subarray(0, reader.position);
    const scheme = versionNumbers[version] >= versionNumbers['TLSv1.2'] ? reader.number(2) : null;
    return keyProof(leaf, scheme, [this.hello.random, random, parameters], reader.vector(2));
  }

  private async next(): Promise<HandshakeMessage> {
    const found = await this.reader.next();
    this.transcript.push(found.raw);
    return found;
  }

  private async expect(type: number): Promise<HandshakeMessage> {
    const found = await this.next();
    assertType(found, type);
    return found;
  }
}

function assertType({ type }: HandshakeMessage, expected: number): void {
  if (type === expected) return;
  if (expected === handshakeTypes.certificate) throw fault('tls.no_certificate', 'presents no certificate');
  throw fault('tls.malformed', `sends handshake message ${type} where ${expected} belongs`);
}

function certificatesIn(list: VectorReader, hasExtensions: boolean): Buffer[] {
  const found: Buffer[] = [];
  while (!list.isAtEnd) {
    if (found.length === probeLimits.certificates) throw fault('tls.limit', `presents more than ${probeLimits.certificates} certificates`);
    // Own bytes: a view would hold all that was received.
    found.push(Buffer.from(list.vector(3)));
    if (hasExtensions) list.vector(2);
  }
  if (found.length === 0) throw fault('tls.no_certificate', 'presents no certificate');
  return found;
}

const leafOf = (certificates: readonly Buffer[]): Buffer => certificates[0] ?? Buffer.alloc(0);
