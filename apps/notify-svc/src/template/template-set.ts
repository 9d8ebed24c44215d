import { Script } from 'node:vm';
import { messageTypes, type MessageType } from '@sifaka/contracts';
import { Eta } from 'eta/core';
import { htmlParts, htmlTemplates } from './html-templates.js';
import type { MessageData } from './message-data.js';
import { templateData } from './template-data.js';
import { textParts, textTemplates } from './text-templates.js';
import { plainText, timeText } from './wording.js';

export interface RenderedMessage {
  /** One line. */
  subject: string;
  text: string;
  /** The same as HTML document. */
  html: string;
}

export type TemplateForm = 'subject' | 'text' | 'html';

/** Sources by file name: `expiration.text.eta`, `layout.html.eta`. */
export type TemplateSources = ReadonlyMap<string, string>;

/** A template that cannot be used, and where. */
export class TemplateFault extends Error {
  constructor(
    readonly file: string,
    readonly line: number | null,
    readonly detail: string,
  ) {
    super(`${file}${line === null ? '' : `, line ${line}`}: ${detail}`);
  }
}

const subjectTemplate = 'Sifaka: <%= it.subject %>';
const maxSubjectLength = 200;

type Template = (data?: object) => string;

/** Built-in templates, with those of the installation in place of their namesakes. Values are escaped where they are put in; they are never templates. */
export class TemplateSet {
  private readonly templates = new Map<string, Template>();

  /**
   * @param isStrict a value that is undefined is a fault: of a name that is written wrongly
   * @throws TemplateFault for one that is no template
   */
  constructor(sources: TemplateSources = new Map(), isStrict = false) {
    const engines = { text: engineOf(inText(isStrict)), html: engineOf(inHtml(isStrict)) };
    for (const [form, parts] of [['text', textParts], ['html', htmlParts]] as const) {
      for (const [name, builtIn] of Object.entries(parts)) {
        const file = `${name.slice(1)}.${form}.eta`;
        engines[form].loadTemplate(name, compiled(engines[form], file, sources.get(file) ?? builtIn));
      }
    }
    for (const type of messageTypes) {
      for (const [form, builtIn] of [['subject', subjectTemplate], ['text', textTemplates[type]], ['html', htmlTemplates[type]]] as const) {
        const file = `${type}.${form}.eta`;
        this.templates.set(file, compiled(engines[form === 'html' ? 'html' : 'text'], file, sources.get(file) ?? builtIn));
      }
    }
  }

  /** @throws TemplateFault */
  render(type: MessageType, data: MessageData): RenderedMessage {
    const values = templateData(type, data);
    const form = (name: TemplateForm) => this.templates.get(`${type}.${name}.eta`)?.(values) ?? '';
    return { subject: plainText(form('subject'), maxSubjectLength), text: `${form('text').trim().replaceAll(/\n{3,}/g, '\n\n')}\n`, html: form('html').trim() };
  }
}

/** Names of files that mean something. */
export const templateFiles: readonly string[] = [
  ...messageTypes.flatMap((type) => [`${type}.subject.eta`, `${type}.text.eta`, `${type}.html.eta`]),
  ...Object.keys(textParts).map((name) => `${name.slice(1)}.text.eta`),
  ...Object.keys(htmlParts).map((name) => `${name.slice(1)}.html.eta`),
];

function engineOf(escape: (value: unknown) => string): Eta {
  // `debug` says in which line; text is as it stands, so that lines and blank lines are where the template has them.
  return new Eta({ autoEscape: true, escapeFunction: escape, autoTrim: false, debug: true, cache: false, useWith: false });
}

function compiled(engine: Eta, file: string, source: string): Template {
  const run = compile(engine, file, source);
  return (data = {}) => {
    try {
      return run.call(engine, data, { filepath: file });
    } catch (error) {
      throw faultOf(error, file);
    }
  };
}

function compile(engine: Eta, file: string, source: string) {
  try {
    return engine.compile(source);
  } catch (error) {
    const message = isErrorLike(error) ? error.message : String(error);
    const [, what, line] = /^(.*?) at line (\d+) col/.exec(message) ?? [];
    if (what !== undefined) throw new TemplateFault(file, Number(line), what);
    throw syntaxFault(engine, file, source);
  }
}

/** The engine does not say where the code in a template is wrong; the line that it wrote before that place does. */
function syntaxFault(engine: Eta, file: string, source: string): TemplateFault {
  const code = engine.compileToString(source);
  try {
    new Script(`(function(it,options){${code}\n})`, { filename: 'template' });
    return new TemplateFault(file, null, 'it is no template');
  } catch (error) {
    const [, at] = /^template:(\d+)/.exec(isErrorLike(error) ? (error.stack ?? '') : '') ?? [];
    const before = code.split('\n').slice(0, Number(at ?? 0));
    const line = before.map((each) => /^__eta\.line=(\d+)/.exec(each)?.[1]).findLast((each) => each !== undefined);
    return new TemplateFault(file, line === undefined ? null : Number(line), isErrorLike(error) ? error.message : 'it is no template');
  }
}

/** What went wrong while a template ran: the innermost one says where. */
function faultOf(error: unknown, file: string): TemplateFault {
  let found: TemplateFault | null = null;
  for (let cause: unknown = error; isErrorLike(cause); cause = cause.cause) {
    if (cause instanceof TemplateFault) return cause;
    const [, line] = /^[^\n]*?:(\d+)\n/.exec(cause.message) ?? [];
    if (line !== undefined) found = new TemplateFault(file, Number(line), cause.message.trim().split('\n').at(-1)?.trim() ?? 'it fails');
    else return found ?? new TemplateFault(file, null, cause.message.slice(0, 300));
  }
  return found ?? new TemplateFault(file, null, 'it fails');
}

/** Errors of another realm, as in tests, are no instances of this one's class. */
const isErrorLike = (value: unknown): value is Error => typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';

/** Longer than any value is shown; templates shorten with `it.short`. */
const maxValueLength = 10_000;

const inText = (isStrict: boolean) => (value: unknown) => plainText(textOf(value, isStrict), maxValueLength);

const inHtml = (isStrict: boolean) => {
  const text = inText(isStrict);
  return (value: unknown) => text(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
};

function textOf(value: unknown, isStrict: boolean): string {
  if (value instanceof Date) return timeText(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value === undefined && isStrict) throw new Error('a value is undefined: there is nothing of that name');
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
