import type { MessageData } from '../template/message-data.js';

/** What programs get of a message beside its certificates: JSON without what is empty. */
export function factsOf({ createdAt, certificates: _certificates, intervalDays: _interval, publicUrl: _url, ...facts }: MessageData): Record<string, unknown> {
  const said = Object.entries(facts).filter(([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0));
  const json: unknown = JSON.parse(JSON.stringify(Object.fromEntries([['createdAt', createdAt], ...said])));
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
