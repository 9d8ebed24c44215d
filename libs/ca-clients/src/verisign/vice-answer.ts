import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

/** What the web services answer, whether they did what was asked or not. */
export interface ViceAnswer {
  /** `0x00` is success; lower case. */
  code: string;
  message: string;
  /** PEM. */
  certificate: string | null;
  transactionId: string | null;
  units: { type: string; remaining: number | null }[];
}

// Entities are for nobody's use here: what is not there cannot be made to grow.
const parser = new XMLParser({
  ignoreDeclaration: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  isArray: (name) => name === 'Order',
});

const Text = z.union([z.string(), z.object({ '#text': z.string() }).transform((element) => element['#text'])]);
const Order = z.object({ type: z.string(), remaining: z.string().optional() });
const Body = z.object({
  StatusCode: Text.pipe(z.string().regex(/^0x[0-9a-f]{1,8}$/i)),
  Message: Text.optional(),
  Certificate: Text.optional(),
  Transaction_ID: Text.optional(),
  Order: z.array(Order).default([]),
});
const Document = z.union([z.object({ Response: Body }).transform(({ Response }) => Response), z.object({ Error: Body }).transform((document) => document.Error)]);

/** @returns null for what is no answer of the web services */
export function readViceAnswer(text: string): ViceAnswer | null {
  const document = Document.safeParse(readXml(text)).data;
  if (document === undefined) return null;
  return {
    code: document.StatusCode.toLowerCase(),
    message: unescaped(document.Message ?? ''),
    certificate: filled(document.Certificate),
    transactionId: filled(document.Transaction_ID),
    units: document.Order.map(({ type, remaining }) => ({ type, remaining: remaining !== undefined && /^\d+$/.test(remaining) ? Number(remaining) : null })),
  };
}

export const isSuccess = ({ code }: Pick<ViceAnswer, 'code'>): boolean => /^0x0+$/.test(code);

/** The reader takes what is cut off as if it were whole, so the end has to be there. */
const end = /<\/(?:[A-Za-z_][\w.-]*:)?(?:Response|Error)\s*>\s*$/;

function readXml(text: string): unknown {
  if (/<!DOCTYPE/i.test(text) || !end.test(text)) return null;
  try {
    return parser.parse(text);
  } catch {
    return null;
  }
}

function filled(text: string | undefined): string | null {
  const content = unescaped(text ?? '').trim();
  return content === '' ? null : content;
}

/** Line ends of a PEM text may come as references; the five names are those of XML itself. */
function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#13': '', '#xd': '', '#10': '\n', '#xa': '\n' };
  return text.replace(/&(amp|lt|gt|quot|apos|#13|#xd|#10|#xa);/gi, (reference, name: string) => names[name.toLowerCase()] ?? reference);
}
