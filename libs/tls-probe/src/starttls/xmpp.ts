import { fault } from '../faults.js';
import { probeLimits } from '../probe-limits.js';
import type { Wire } from '../wire.js';
import { notOffered, refused, unexpected } from './line-protocols.js';

const tlsNamespace = 'urn:ietf:params:xml:ns:xmpp-tls';

/** RFC 6120 section 5.4, for clients. The text is searched, not parsed: nothing of it is used. */
export async function startXmpp(wire: Wire, { host, serverName }: { host: string; serverName: string | null }): Promise<void> {
  const to = (serverName ?? host).replace(/[^A-Za-z0-9._:*-]/g, '');
  wire.write(`<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'>`);
  const features = await readStanza(wire, /<stream:features[^>]*?(?:\/>|>[\s\S]*?<\/stream:features\s*>)/);
  if (!features.includes(tlsNamespace)) throw notOffered('XMPP', 'STARTTLS');
  wire.write(`<starttls xmlns='${tlsNamespace}'/>`);
  const answer = await readStanza(wire, /<proceed\b[^>]*>(?:\s*<\/proceed\s*>)?/);
  if (!answer.includes(tlsNamespace)) throw unexpected('XMPP', answer);
}

/** Up to the end of what is looked for; what else may come is an error of the stream. */
async function readStanza(wire: Wire, wanted: RegExp): Promise<string> {
  const text = await wire.readThrough(
    (buffered) => {
      const said = buffered.toString('latin1');
      if (!/^\s*(?:<|$)/.test(said)) throw unexpected('XMPP', said);
      const error = /<(?:stream:error|failure)\b[\s\S]*?(?:\/>|<\/(?:stream:error|failure)\s*>)/.exec(said);
      if (error !== null) throw refused('XMPP', error[0]);
      const found = wanted.exec(said);
      return found === null ? 0 : endOf(found, said);
    },
    probeLimits.xmppBytes,
    'what the XMPP server says before TLS',
  );
  if (text.length === 0) throw fault('tls.malformed', 'says nothing');
  return text;
}

/** `<proceed xmlns='…'></proceed>` may arrive in two parts: without its end it is whole only when it ends itself. */
function endOf(found: RegExpExecArray, said: string): number {
  const isWhole = /(?:\/>|<\/[^>]*>)$/.test(found[0]);
  return isWhole ? Buffer.byteLength(said.slice(0, found.index + found[0].length), 'latin1') : 0;
}
