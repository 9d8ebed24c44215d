import type { EndpointView } from '@sifaka/contracts';
import type { IconName } from '../ui/icons.js';

type Stand = Pick<EndpointView, 'issues' | 'lastError' | 'lastCheckedAt' | 'active' | 'missingSince'>;

export interface EndpointWords {
  word: string;
  color: string;
  icon: IconName;
}

/** In one or two words, whether somebody should look at an endpoint. */
export function stateOf({ issues, lastError, lastCheckedAt, active, missingSince }: Stand): EndpointWords {
  if (!active) return { word: 'not watched', color: 'gray', icon: 'ban' };
  if (lastError !== null) return { word: 'not reached', color: 'orange', icon: 'warning' };
  if (issues.length > 0) return { word: issues.length === 1 ? '1 issue' : `${issues.length} issues`, color: 'red', icon: 'warning' };
  if (missingSince !== null) return { word: 'not reported any more', color: 'orange', icon: 'warning' };
  if (lastCheckedAt === null) return { word: 'not seen yet', color: 'gray', icon: 'pending' };
  return { word: 'well', color: 'teal', icon: 'check' };
}

/** It was made a moment ago: what it presents is being looked at. */
export const isBeingLookedAt = ({ lastCheckedAt, active, isManual }: Pick<EndpointView, 'lastCheckedAt' | 'active' | 'isManual'>): boolean => isManual && active && lastCheckedAt === null;

const versionPrefix = 'Protocol-';

/** A policy as people read it: protocol versions apart from ciphers. */
export function offersOf(policy: NonNullable<EndpointView['policy']>) {
  const versions = policy.ciphers.filter(({ name }) => name.startsWith(versionPrefix));
  return {
    versions: versions.map((cipher) => ({ ...cipher, name: cipher.name.slice(versionPrefix.length) })),
    ciphers: policy.ciphers.filter(({ name }) => !name.startsWith(versionPrefix)),
  };
}

/** Names by which protocol versions are searched for. */
export const knownVersions = ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'].map((version) => `${versionPrefix}${version}`);
