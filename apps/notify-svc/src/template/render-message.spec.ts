import { describe, expect, it } from '@jest/globals';
import { messageTypes, type MessageType } from '@sifaka/contracts';
import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import fc from 'fast-check';
import { messageData, type MessageData } from './message-data.js';
import { renderMessage } from './render-message.js';
import { sampleMessages } from './sample-messages.js';

const now = new Date('2026-11-21T10:00:00Z');
const day = 86_400_000;
const later = (days: number) => new Date(now.getTime() + days * day);

const aCertificate = (changes: Partial<NotifiedCertificate> = {}): NotifiedCertificate => ({
  id: 7,
  name: 'www.example.test',
  commonName: 'www.example.test',
  names: ['www.example.test'],
  owner: 'joe@owners.example',
  issuer: 'Issuing CA',
  serialHex: '0a',
  description: null,
  notBefore: later(-60),
  notAfter: later(30),
  endpointCount: 2,
  replaces: [],
  replacedBy: [],
  url: 'https://sifaka.example/certificates/www.example.test',
  ...changes,
});
const render = (type: MessageType, facts: Partial<MessageData> = {}) => renderMessage(type, messageData(now, facts));
const subject = (type: MessageType, facts: Partial<MessageData> = {}) => render(type, facts).subject;

describe('the subject of a message says how many, what and when', () => {
  const www = aCertificate();
  const successor = aCertificate({ name: 'www.example.test-2', notAfter: later(90) });
  it.each<[MessageType, Partial<MessageData>, string]>([
    ['expiration', { certificates: [www] }, 'Sifaka: www.example.test expires in 30 days, on Monday, December 21, 2026'],
    ['expiration', { certificates: [aCertificate({ notAfter: later(1.5) })] }, 'Sifaka: www.example.test expires in 36 hours, on Sunday, November 22, 2026'],
    ['expiration', { certificates: [aCertificate({ notAfter: later(0.05) })] }, 'Sifaka: www.example.test expires in 72 minutes, on Saturday, November 21, 2026'],
    ['expiration', { certificates: [aCertificate({ notAfter: later(-3) })] }, 'Sifaka: www.example.test expired 3 days ago, on Wednesday, November 18, 2026'],
    ['expiration', { certificates: [www, aCertificate({ name: 'api.example.test', notAfter: later(2.2) })] }, 'Sifaka: 2 certificates expire, the first in 2 days, on Monday, November 23, 2026'],
    ['expiration_summary', { thresholdDays: 14, groups: [{ daysLeft: 3, certificates: [www, www] }, { daysLeft: 9, certificates: [www] }] }, 'Sifaka: 3 certificates expire within 14 days'],
    ['expiration_summary', { thresholdDays: 14 }, 'Sifaka: no certificate expires within 14 days'],
    ['authority_expiration', { authorities: [{ id: 1, name: 'Root X', isSelfSigned: true, issuedCount: 3, certificate: aCertificate({ notAfter: later(180) }) }] }, 'Sifaka: authority Root X expires in 180 days, on Thursday, May 20, 2027'],
    ['rotation', { certificates: [www], successor, endpoints: [{ name: 'lb', dnsname: 'lb.example.test', port: 443 }] }, 'Sifaka: 1 endpoint now serves www.example.test-2'],
    ['reissued_with_no_endpoints', { certificates: [www], successor }, 'Sifaka: www.example.test was renewed and has to be deployed by hand: the old one expires in 30 days'],
    ['reissue_failed', { certificates: [www], attempts: 3 }, 'Sifaka: renewal of www.example.test failed; it expires in 30 days'],
    ['renewal_late', { certificates: [www] }, 'Sifaka: renewal of www.example.test is late: it expires in 30 days'],
    ['renewal_late', { certificates: [www], isLastCall: true }, 'Sifaka: LAST CALL: www.example.test expires in 30 days and has not been renewed'],
    ['revocation', { certificates: [www], revocation: { reason: 'keyCompromise', revokedAt: now, isFound: false } }, 'Sifaka: www.example.test was revoked, reason keyCompromise'],
    ['failed', { request: { id: 1, name: 'new.example.test', commonName: null, names: [], url: null } }, 'Sifaka: the request for new.example.test failed'],
    ['deployment_failed', { certificates: [www], destination: { label: 'edge', plugin: 'sftp-destination' } }, 'Sifaka: www.example.test could not be deployed to "edge"'],
    ['expiring_deployed_certificate', { served: [{ certificate: www, domains: [{ name: 'www.example.test', ports: [443] }] }] }, 'Sifaka: www.example.test is still served and expires in 30 days'],
    ['test', { notificationLabel: 'team' }, 'Sifaka: test message of the notification "team"'],
  ])('%s %#', (type, facts, expected) => {
    expect(subject(type, facts)).toBe(expected);
  });
});

describe('a message', () => {
  it.each(messageTypes)('of type %s says the same as text and as HTML, with data that is there and data that is missing', (type) => {
    for (const data of sampleMessages(type, { publicUrl: 'https://sifaka.example', contacts: ['security@example.com'], at: now })) {
      const { subject: line, text, html } = renderMessage(type, data);
      expect(line).toMatch(/^Sifaka: \S/);
      for (const said of [text, html]) {
        expect(said).not.toMatch(/undefined|null|NaN|\[object|Invalid Date|<%|%>/);
        for (const { name } of data.certificates) expect(said).toContain(name);
      }
      expect(html).toMatch(/^<!doctype html>[^]*<\/html>$/);
      expect(html).toContain(`<title>${line.replaceAll('"', '&quot;')}</title>`);
      expect(text).not.toMatch(/\n{3}/);
    }
  });

  it('gives of each certificate its end in UTC, owner where there are several, issuer, endpoints, successor and page', () => {
    const other = aCertificate({ name: 'api.example.test', owner: 'ann@owners.example', replacedBy: ['api.example.test-2'], endpointCount: 1, url: null });
    const { text, html } = render('expiration', { owner: 'joe@owners.example', certificates: [aCertificate(), other] });
    for (const said of [text, html.replaceAll(/<[^>]+>/g, ' ')]) {
      expect(said).toContain('Monday, December 21, 2026, 10:00 UTC');
      expect(said).toContain('ann@owners.example');
      expect(said).toContain('Issuing CA');
      expect(said).toContain('replaced by api.example.test-2');
    }
    expect(text).toContain('1 endpoint detected');
    expect(text).toContain('https://sifaka.example/certificates/www.example.test');
    expect(html).toContain('<a href="https://sifaka.example/certificates/www.example.test"');
    expect(html.match(/<a href/g)).toHaveLength(1);
  });

  it('of a digest groups by the days that are left', () => {
    const groups = [{ daysLeft: 0, certificates: [aCertificate({ name: 'now.example.test', notAfter: later(0.5) })] }, { daysLeft: 5, certificates: [aCertificate({ name: 'soon.example.test', notAfter: later(5.5) })] }];
    const { text } = render('expiration_summary', { groups, thresholdDays: 14 });
    const order = ['Less than a day left', 'now.example.test', '5 days left', 'soon.example.test'].map((part) => text.indexOf(part));
    expect([...order].sort((one, another) => one - another)).toEqual(order);
    expect(order).not.toContain(-1);
  });

  it('of a digest has a line for each certificate on hold, beside those that it counts', () => {
    const held = Array.from({ length: 201 }, (_each, index) => aCertificate({ name: `held-${index}.example.test`, owner: 'ann@owners.example', notAfter: later(5.5) }));
    const { subject: line, text, html } = render('expiration_summary', { held, thresholdDays: 14 });
    expect(line).toBe('Sifaka: no certificate expires within 14 days');
    expect(text).toContain('- held-0.example.test\n  on hold, ends in 5 days, on Thursday, November 26, 2026, 22:00 UTC, owner ann@owners.example\n');
    for (const said of [text, html]) {
      for (const part of ['201 certificates on hold end within 14 days as well', 'on hold, ends in 5 days', 'held-199.', 'and 1 more on hold']) expect(said).toContain(part);
      expect(said).not.toContain('held-200.');
    }
    expect(render('expiration_summary', { thresholdDays: 14 }).text).not.toContain('on hold');
  });

  it('lists 200 certificates and counts the others', () => {
    const many = Array.from({ length: 5_000 }, (_each, index) => aCertificate({ name: `host-${index}.example.test` }));
    const { subject: line, text, html } = render('expiration', { certificates: many });
    expect(line).toContain('5,000 certificates expire');
    for (const said of [text, html]) {
      expect(said).toContain('4,800 more certificates');
      expect(said).not.toContain('host-200.');
    }
    const digest = render('expiration_summary', { thresholdDays: 14, groups: [1, 2, 3].map((daysLeft) => ({ daysLeft, certificates: many.slice(0, 150) })) });
    expect(digest.text).toContain('250 more certificates');
    expect(digest.subject).toContain('450 certificates');
    expect(html.length).toBeLessThan(250_000);
  });

  it('says what went wrong, when it is tried again, and what somebody has to do', () => {
    const { text } = render('renewal_late', { certificates: [aCertificate({ notAfter: later(1) })], error: 'the CA said no', attempts: 9, nextTryAt: later(0.125), isLastCall: true });
    for (const part of ['the CA said no', 'after 9 attempts', 'tried again in 3 hours', 'Somebody has to look at it now']) expect(text).toContain(part);
    expect(render('failed', { request: { id: 1, name: 'x.example.test', commonName: null, names: ['x.example.test'], url: null }, error: 'quota' }).text).toContain('It is not tried again');
  });

  it('says who found a revocation', () => {
    expect(render('revocation', { certificates: [aCertificate()], revocation: { reason: null, revokedAt: null, isFound: true } }).text).toContain('nobody revoked it here');
    expect(render('revocation', { certificates: [aCertificate()], revocation: { reason: null, revokedAt: null, isFound: false } }).text).not.toContain('nobody revoked it here');
  });
});

describe('values that would be more than text', () => {
  const evil = 'a\r\nBcc: x@evil.example\r\n\r\n<script>alert("1")</script><a href="https://evil.example">x</a> <%= 7*7 %> ${6*9} \' " & \u202Egpj.exe';
  const hostile = aCertificate({ name: evil, owner: evil, issuer: evil, replacedBy: [evil], names: [evil] });
  const data = messageData(now, {
    owner: evil,
    contacts: [evil],
    certificates: [hostile],
    groups: [{ daysLeft: 1, certificates: [hostile] }],
    held: [hostile],
    authorities: [{ id: 1, name: evil, isSelfSigned: false, issuedCount: 1, certificate: hostile }],
    served: [{ certificate: hostile, domains: [{ name: evil, ports: [443] }] }],
    successor: hostile,
    endpoints: [{ name: evil, dnsname: evil, port: 1 }],
    destination: { label: evil, plugin: evil },
    request: { id: 1, name: evil, commonName: evil, names: [evil], url: null },
    revocation: { reason: evil, revokedAt: null, isFound: true },
    error: evil,
    attempts: 1,
    nextTryAt: now,
    notificationLabel: evil,
  });

  it.each(messageTypes)('are text in a message of type %s', (type) => {
    const { subject: line, text, html } = renderMessage(type, data);
    expect(line).not.toMatch(/[\r\n\u202E]/);
    expect(text).not.toMatch(/^Bcc:|\r|\u202E/m);
    expect(html).not.toMatch(/<script|href="https:\/\/evil|\u202E|onerror/i);
    // What looks like a template is shown and not done.
    expect(text).toContain('<%= 7*7 %> ${6*9}');
    expect(html).toContain('&lt;%= 7*7 %&gt; ${6*9}');
    expect(`${text}${html}`).not.toMatch(/\b49\b|\b54\b/);
  });

  it('are text whatever they are', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g);
    const plain = tags(render('expiration', { certificates: [aCertificate({ url: null })] }).html);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('</td>', '"><img>', '&lt;', '%>', '<%~ it %>')), (name) => {
        expect(tags(render('expiration', { certificates: [aCertificate({ name, owner: name, issuer: name, url: null })] }).html)).toEqual(plain);
      }),
    );
  });
});
