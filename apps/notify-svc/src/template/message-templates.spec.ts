import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { messageTypes } from '@sifaka/contracts';
import { MessageTemplates } from './message-templates.js';
import { renderMessage } from './render-message.js';
import { sampleMessages } from './sample-messages.js';
import type { TemplateFault } from './template-set.js';

const terms = { publicUrl: 'https://sifaka.example', contacts: ['security@example.com'], at: new Date('2026-11-21T10:00:00Z') };
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sifaka-templates-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}
const load = async (files: Record<string, string>, onFault?: (fault: TemplateFault) => void) => MessageTemplates.load(await folderWith(files), onFault);
const faultOf = (files: Record<string, string>) =>
  load(files).then(
    () => 'no fault',
    (error: unknown) => error as { code: string; message: string },
  );
const [sample] = sampleMessages('expiration', terms);

describe('templates of an installation', () => {
  it('take the place of the built-in ones, each alone', async () => {
    const templates = await load({ 'expiration.subject.eta': 'ACME Corp: <%= it.count(it.certificates.length, "certificate") %> of <%= it.owner %>', 'expiration.text.eta': 'Hello <%= it.owner %>\n<% for (const each of it.certificates) { -%>\n* <%= each.name %> <%= it.end(each.notAfter) %>\n<% } -%>\n' });
    const rendered = templates.render('expiration', sample);
    expect(rendered.subject).toBe('ACME Corp: 2 certificates of joe@example.com');
    expect(rendered.text).toBe('Hello joe@example.com\n* www.example.com expires in 30 days\n* api.example.com expires in 30 days\n');
    expect(rendered.html).toBe(renderMessage('expiration', sample).html);
    expect(templates.render('test', sample)).toEqual(renderMessage('test', sample));
  });

  it('may change the parts that all messages have in common', async () => {
    const templates = await load({ 'layout.html.eta': '<html><body class="corporate"><%~ it.body %></body></html>', 'end.text.eta': 'bye\n' });
    for (const type of messageTypes) {
      const { text, html } = templates.preview(type, { ...terms, publicUrl: null });
      expect(html).toMatch(/^<html><body class="corporate">[^]*<\/body><\/html>$/);
      expect(text).toMatch(/bye\n$/);
    }
  });

  it('escape values as the built-in ones do', async () => {
    const templates = await load({ 'test.html.eta': '<p><%= it.notificationLabel %></p>', 'test.text.eta': '<%= it.notificationLabel %>' });
    const { text, html } = templates.render('test', { ...sample, notificationLabel: '<b>\r\nx & y</b>' });
    expect([text, html]).toEqual(['<b> x & y</b>\n', '<p>&lt;b&gt; x &amp; y&lt;/b&gt;</p>']);
  });

  it('are none where no folder is named, or an empty one', async () => {
    for (const templates of [await MessageTemplates.load(undefined), await load({ 'README.md': 'no template' })]) expect(templates.render('expiration', sample)).toEqual(renderMessage('expiration', sample));
  });
});

describe('templates that do not work stop the start', () => {
  it.each([
    ['a tag that is not closed', { 'expiration.text.eta': 'Hello\n\n<%= it.owner' }, /expiration\.text\.eta, line 3: unclosed tag/],
    ['code that is none', { 'rotation.html.eta': '<p>\n<% for (const each of) { %>\n<%= each %>\n<% } %>' }, /rotation\.html\.eta, line 2: Unexpected token/],
    ['a name that is written wrongly', { 'expiration.text.eta': 'a\nb\n<%= it.ownr %>' }, /expiration\.text\.eta, line 3: a value is undefined/],
    ['a value of what is not there', { 'test.subject.eta': 'x\n<%= it.successor.name %>' }, /test\.subject\.eta, line 2: Cannot read properties of null/],
    ['what is missing in some messages alone', { 'failed.text.eta': '<%= it.request.commonName.toUpperCase() %>' }, /failed\.text\.eta, line 1: Cannot read properties of null/],
    ['a fault in a part', { 'certificates.html.eta': '<ul>\n<% for (const each of it.certificates) { %>\n<li><%= each.nam %></li>\n<% } %></ul>' }, /certificates\.html\.eta, line 3: a value is undefined/],
    ['a part that there is not', { 'test.html.eta': "x <%~ include('@nothing') %>" }, /test\.html\.eta, line 1: Failed to get template '@nothing'/],
    ['a file that it would read', { 'test.html.eta': "<%~ include('/etc/passwd') %>" }, /test\.html\.eta, line 1: Failed to get template/],
    ['a name that means nothing', { 'expiry.text.eta': 'x' }, /expiry\.text\.eta: no template has this name; there are expiration, .*layout\.html\.eta/],
    ['too much', { 'test.text.eta': 'x'.repeat(300_000) }, /test\.text\.eta: has 300000 bytes/],
  ])('%s', async (_what, files, message) => {
    expect(await faultOf(files)).toMatchObject({ code: 'failed_precondition', message: expect.stringMatching(message) });
    expect(await faultOf(files)).toMatchObject({ message: expect.stringMatching(/^SIFAKA_TEMPLATE_FOLDER \S+:\n/) });
  });

  it('all of them at once', async () => {
    const fault = (await faultOf({ 'test.text.eta': '<%= it.', 'rotation.text.eta': '<% if ( %>', 'failed.subject.eta': '<%= it.nobody %>' })) as { message: string };
    for (const name of ['test.text.eta', 'rotation.text.eta', 'failed.subject.eta']) expect(fault.message).toContain(name);
  });

  it('a folder that is not there', async () => {
    await expect(MessageTemplates.load('/nonexistent/templates')).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('there is no such folder') });
  });
});

it('a template that fails with real values gives way to the built-in one, and that is told', async () => {
  const faults: TemplateFault[] = [];
  const templates = await load({ 'expiration.text.eta': 'x\n<% if (it.certificates.length > 2) throw new Error("three are too many") %>' }, (fault) => faults.push(fault));
  const data = { ...sample, certificates: [...sample.certificates, ...sample.certificates] };
  expect(templates.render('expiration', data)).toEqual(renderMessage('expiration', data));
  expect(faults.map(({ message }) => message)).toEqual(['expiration.text.eta, line 2: three are too many']);
});
