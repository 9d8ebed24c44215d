import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageTypes, type MessageType } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { MessageData } from './message-data.js';
import { renderMessage, type RenderedMessage } from './render-message.js';
import { sampleMessages, type SampleTerms } from './sample-messages.js';
import { TemplateFault, templateFiles, TemplateSet, type TemplateSources } from './template-set.js';

/** Told of a template of the installation that fails with real values: the message goes out by the built-in one. */
export type OnTemplateFault = (fault: TemplateFault) => void;

const provingTerms: SampleTerms = { publicUrl: 'https://sifaka.example', contacts: ['security@example.com'], at: new Date('2026-11-21T10:00:00Z') };

const maxFileBytes = 262_144;
const shownFaults = 20;

/** How messages look in this installation: its own templates, and the built-in ones for the rest. */
export class MessageTemplates {
  private constructor(
    private readonly own: TemplateSet | null,
    private readonly onFault: OnTemplateFault,
  ) {}

  /**
   * Reads the templates of a folder (`<type>.subject.eta`, `<type>.text.eta`, `<type>.html.eta`, and parts such as `layout.html.eta`) and tries
   * them with made-up data. What they contain is code that runs in this service: the folder is as trusted as the configuration.
   *
   * @param folder undefined: the built-in templates alone
   * @throws AppError `failed_precondition` that names file and line of every one that does not work
   */
  static async load(folder: string | undefined, onFault: OnTemplateFault = () => undefined): Promise<MessageTemplates> {
    if (folder === undefined || folder.trim() === '') return new MessageTemplates(null, onFault);
    const sources = await read(folder);
    prove(folder, sources);
    return new MessageTemplates(sources.size === 0 ? null : new TemplateSet(sources), onFault);
  }

  render(type: MessageType, data: MessageData): RenderedMessage {
    try {
      if (this.own !== null) return this.own.render(type, data);
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      this.onFault(error);
    }
    return renderMessage(type, data);
  }

  /** As it would be sent, with made-up certificates. */
  preview(type: MessageType, terms: SampleTerms): RenderedMessage {
    const [sample] = sampleMessages(type, terms);
    return this.render(type, sample);
  }
}

async function read(folder: string): Promise<TemplateSources> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw refused(folder, [typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT' ? 'there is no such folder' : 'it cannot be read']);
  });
  const templates = names.filter((name) => name.endsWith('.eta')).sort();
  const unknown = templates.filter((name) => !templateFiles.includes(name));
  if (unknown.length > 0) throw refused(folder, unknown.map((name) => `${name}: no template has this name; there are ${messageTypes.join(', ')}, each with .subject.eta, .text.eta, .html.eta, and ${partNames.join(', ')}`));
  return new Map(await Promise.all(templates.map(async (name): Promise<[string, string]> => [name, await readTemplate(folder, name)])));
}

const partNames = templateFiles.filter((name) => !messageTypes.some((type) => name.startsWith(`${type}.`)));

async function readTemplate(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  // Kubernetes mounts files of a ConfigMap as links.
  const { size } = await lstat(path);
  if (size > maxFileBytes) throw refused(folder, [`${name}: has ${size} bytes, ${maxFileBytes} are allowed`]);
  return readFile(path, 'utf8').catch(() => {
    throw refused(folder, [`${name}: cannot be read`]);
  });
}

/** Each file on its own, so that each fault is found; then each message with data that is there and data that is missing. */
function prove(folder: string, sources: TemplateSources): void {
  const faults = new Set<string>();
  const attempt = (work: () => unknown) => {
    try {
      work();
      return true;
    } catch (error) {
      faults.add(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  const sound = [...sources].filter(([name, source]) => attempt(() => new TemplateSet(new Map([[name, source]]), true)));
  const set = new TemplateSet(new Map(sound), true);
  for (const type of messageTypes) for (const sample of sampleMessages(type, provingTerms)) attempt(() => set.render(type, sample));
  if (faults.size > 0) throw refused(folder, [...faults]);
}

function refused(folder: string, faults: readonly string[]): AppError {
  const shown = faults.slice(0, shownFaults);
  const more = faults.length > shownFaults ? [`and ${faults.length - shownFaults} more`] : [];
  return new AppError('failed_precondition', [`SIFAKA_TEMPLATE_FOLDER ${folder}:`, ...shown, ...more].join('\n'), { reason: 'template.broken' });
}
