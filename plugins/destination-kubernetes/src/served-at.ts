import { isIP } from 'node:net';
import type { ServedAt } from '@sifaka/plugin-sdk';

/** Addresses that one secret is proven at. */
const maxAddresses = 20;

const address = /^(?:\[(?<six>[0-9A-Fa-f:.]{2,45})\]|(?<host>[A-Za-z0-9._-]{1,253}))(?::(?<port>\d{1,5}))?(?:#(?<name>[A-Za-z0-9._-]{1,253}))?$/;

/** `ingress.example:8443#shop.example, 192.0.2.7#shop.example`: where a client connects, and whom it asks for. */
export function servedAt(text: string): ServedAt[] {
  return entries(text).flatMap((entry) => {
    const { six, host, port = '443', name } = address.exec(entry)?.groups ?? {};
    const target = six ?? host;
    if (target === undefined) return [];
    return [{ host: target, port: Number(port), serverName: name ?? (isIP(target) === 0 ? target : null), startTls: null }];
  });
}

/** Null for a list that can be understood. */
export function servedAtFault(text: string): string | null {
  const all = entries(text);
  if (all.length > maxAddresses) return `names ${all.length} addresses, ${maxAddresses} are allowed`;
  const wrong = all.find((entry) => {
    const { port = '443' } = address.exec(entry)?.groups ?? { port: '0' };
    return Number(port) < 1 || Number(port) > 65_535;
  });
  return wrong === undefined ? null : `"${wrong.slice(0, 80)}" is not host:port#name`;
}

const entries = (text: string): string[] => text.split(/[,\s]+/).filter((entry) => entry !== '');
