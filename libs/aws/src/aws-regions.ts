import { setTimeout as pause } from 'node:timers/promises';
import { AppError, isAppError } from '@sifaka/kernel';
import type { PluginContext } from '@sifaka/plugin-sdk';
import { awsFault } from './aws-fault.js';
import type { AwsOptions } from './aws-options.js';
import type { AwsSession } from './aws-session.js';
import { sendSigned } from './signed-request.js';

/** More than there are. */
const maxRegions = 200;
const maxAttempts = 8;
const longestPauseMs = 10_000;

export interface RegionsSettings {
  options: AwsOptions;
  session: AwsSession;
  context: Pick<PluginContext, 'fetch' | 'clock'>;
  signal: AbortSignal;
}

/**
 * Regions that the account has switched on, in alphabetical order; needs `ec2:DescribeRegions`.
 *
 * Without the SDK's client of EC2, which takes 90 MB of memory for this one call.
 *
 * @throws AppError as `awsFault`
 */
export async function enabledRegions(settings: RegionsSettings): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await askedOnce(settings);
    } catch (error) {
      const mayPass = isAppError(error) && (error.code === 'rate_limited' || error.code === 'upstream_failed');
      if (!mayPass || attempt >= maxAttempts) throw error;
      await pause(Math.random() * Math.min(longestPauseMs, 500 * 2 ** attempt), undefined, { signal: settings.signal });
    }
  }
}

async function askedOnce({ options, session, context, signal }: RegionsSettings): Promise<string[]> {
  const { region } = session;
  const url = new URL(options.endpoint ?? `https://ec2.${region}.${options.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`);
  const what = 'list the regions of the account';
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const { status, text } = await sendSigned({ url, service: 'ec2', region, headers, body: 'Action=DescribeRegions&Version=2016-11-15', what, session, context: { ...context, signal } });
  if (status >= 400) throw awsFault(what, Object.assign(new Error(field(text, 'Message')), { name: field(text, 'Code'), $metadata: { httpStatusCode: status } }));
  const names = [...text.matchAll(/<item>(.*?)<\/item>/gs)].flatMap(([, item = '']) => (field(item, 'optInStatus') === 'not-opted-in' ? [] : [field(item, 'regionName')]));
  if (!text.includes('DescribeRegionsResponse')) throw new AppError('upstream_failed', "AWS answered DescribeRegions in a form that is not its API's: is the endpoint right?", { reason: 'aws.unexpected_answer' });
  return names
    .filter((name) => /^[a-z0-9-]{1,32}$/.test(name) && name !== 'unknown' && partitionOf(name) === options.partition)
    .sort()
    .slice(0, maxRegions);
}

/** Credentials of one partition mean nothing in another; AWS itself names its own alone, stand-ins name all. */
const partitionOf = (region: string): AwsOptions['partition'] => (region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws');

const field = (xml: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? 'unknown';
