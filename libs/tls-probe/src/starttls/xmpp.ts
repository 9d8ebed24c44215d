import { fault } from '../faults.js';
import { probeLimits } from '../probe-limits.js';
import type { Wire } from '../wire.js';
import { notOffered, refused, unexpected } from './line-protocols.js';

const tlsNamespace = 'urn:ietf:params:xml:ns:xmpp-tls';

/** RFC 6120 section 5.4, for clients. The text is searched, not parsed: nothing of it is used. */
export async function startXmpp(wire: Wire, { host, serverName }: { host: string; serverName: string | null }): Promise<void> {
  const to = (serverName ?? host).replace(/[^A-Za-z0-9._:*-]/g, '');
  wire.write(`<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'>`);
  const features = await readElement(wire, /<stream:features\b/);
  if (!features.includes(tlsNamespace)) throw notOffered('XMPP', 'STARTTLS');
  wire.write(`<starttls xmlns='${tlsNamespace}'/>`);
  const answer = await readElement(wire, /<proceed\b/);
  if (!answer.includes(tlsNamespace)) throw unexpected('XMPP', answer);
}

/** Up to the end of the element that begins so; what else may come is an error of the stream. */
async function readElement(wire: Wire, beginning: RegExp): Promise<string> {
  const text = await wire.readThrough(
    (buffered) => {
      const said = buffered.toString('latin1');
      if (!/^\s*(?:<|$)/.test(said)) throw unexpected('XMPP', said);
      const error = elementAt(said, said.search(/<(?:stream:error|failure)\b/));
      if (error !== null) throw refused('XMPP', said.slice(error.from, error.to));
      return elementAt(said, said.search(beginning))?.to ?? 0;
    },
    probeLimits.xmppBytes,
    'what the XMPP server says before TLS',
  );
  if (text.length === 0) throw fault('tls.malformed', 'says nothing');
  return text;
}

/** Where an element ends, in one pass: it is looked for at each byte that a server pleases to send. Null: not yet. */
function elementAt(said: string, from: number): { from: number; to: number } | null {
  const close = from < 0 ? -1 : said.indexOf('>', from);
  if (close < 0) return null;
  if (said[close - 1] === '/') return { from, to: close + 1 };
  const name = /^<([^\s>/]*)/.exec(said.slice(from, from + 64))?.[1] ?? '';
  const end = said.indexOf(`</${name}`, close);
  const last = end < 0 ? -1 : said.indexOf('>', end);
  return last < 0 ? null : { from, to: last + 1 };
}
