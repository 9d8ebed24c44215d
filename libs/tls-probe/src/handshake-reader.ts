import { AlertFault, fault, shown } from './faults.js';
import { probeLimits } from './probe-limits.js';
import type { RecordOpener } from './tls13-keys.js';
import type { Wire } from './wire.js';

export interface HandshakeMessage {
  type: number;
  body: Buffer;
  /** With type and length, as it goes into the transcript. */
  raw: Buffer;
}

const contentTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** Handshake messages of a server, out of its records (RFC 8446 section 5.1, RFC 5246 section 6.2.1). */
export class HandshakeReader {
  private unread: Buffer = Buffer.alloc(0);
  private opener: RecordOpener | null = null;
  private records = 0;
  private warnings = 0;

  constructor(private readonly wire: Wire) {}

  /** From the next record on the server protects what it sends. */
  protect(opener: RecordOpener): void {
    if (this.unread.length > 0) throw fault('tls.malformed', 'a message goes on where protection should begin');
    this.opener = opener;
  }

  async next(): Promise<HandshakeMessage> {
    const header = await this.take(4, 0);
    const length = header.readUIntBE(1, 3);
    if (length > probeLimits.certificateListBytes) throw fault('tls.limit', `sends a message of ${length} bytes, at most ${probeLimits.certificateListBytes} are read`);
    const raw = await this.take(4 + length, 0);
    this.unread = this.unread.subarray(raw.length);
    return { type: header.readUInt8(0), body: raw.subarray(4), raw };
  }

  private async take(length: number, from: number): Promise<Buffer> {
    while (this.unread.length < length) await this.readRecord();
    return this.unread.subarray(from, length);
  }

  private async readRecord(): Promise<void> {
    const header = await this.header();
    const payload = await this.wire.read(header.readUInt16BE(3));
    const type = header.readUInt8(0);
    if (type === contentTypes.changeCipherSpec) return;
    if (type !== contentTypes.applicationData) {
      this.accept(type, payload);
      return;
    }
    if (this.opener === null) throw fault('tls.malformed', 'sends application data before the handshake');
    const opened = this.opener.open(header, payload);
    let end = opened.length;
    while (end > 0 && opened[end - 1] === 0) end -= 1;
    this.accept(opened[end - 1] ?? 0, opened.subarray(0, Math.max(0, end - 1)));
  }

  private async header(): Promise<Buffer> {
    this.records += 1;
    if (this.records > probeLimits.records) throw fault('tls.limit', `sends more than ${probeLimits.records} records without an end`);
    const [first = 0] = await this.wire.peek();
    if (first < contentTypes.changeCipherSpec || first > contentTypes.applicationData) throw this.notTls();
    const header = await this.wire.read(5);
    if (header.readUInt8(1) !== 3) throw this.notTls(header);
    const length = header.readUInt16BE(3);
    if (length > probeLimits.recordBytes) throw fault('tls.limit', `sends a record of ${length} bytes, TLS allows ${probeLimits.recordBytes}`);
    return header;
  }

  private accept(type: number, payload: Buffer): void {
    if (type === contentTypes.alert) {
      this.alert(payload);
      return;
    }
    if (type !== contentTypes.handshake) throw fault('tls.malformed', `sends a record of type ${type} in the handshake`);
    this.unread = this.unread.length === 0 ? payload : Buffer.concat([this.unread, payload]);
  }

  private alert(payload: Buffer): void {
    const [level = 2, description = 80] = payload;
    const closeNotify = 0;
    if (level !== 1 || description === closeNotify) throw new AlertFault(description);
    // For example unrecognized_name as a warning (RFC 6066 section 3).
    this.warnings += 1;
    if (this.warnings > probeLimits.warnings) throw fault('tls.limit', `sends more than ${probeLimits.warnings} warnings`);
  }

  private notTls(read: Buffer = Buffer.alloc(0)): Error {
    return fault('tls.not_tls', `what answers there does not speak TLS, it says ${shown(Buffer.concat([read, this.wire.pending]))}`);
  }
}
