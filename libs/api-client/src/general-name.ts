/** What kind of name a person has typed: an address, a mailbox, a URI, else a DNS name (RFC 5280, section 4.2.1.6). */
export function generalNameOf(text: string): { nameType: string; value: string } {
  const value = text.trim();
  return { nameType: nameTypeOf(value), value };
}

function nameTypeOf(value: string): string {
  if (/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(value) || /^[\da-f:]+:[\da-f:]*\/\d{1,3}$/i.test(value)) return 'IPNetwork';
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(value) || /^[\da-f:]*:[\da-f:]*:[\da-f:.]*$/i.test(value)) return 'IPAddress';
  if (/^[a-z][\w+.-]*:/i.test(value)) return 'uniformResourceIdentifier';
  return value.includes('@') ? 'rfc822Name' : 'DNSName';
}
