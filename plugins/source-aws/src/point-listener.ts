import { AddListenerCertificatesCommand, ModifyListenerCommand, RemoveListenerCertificatesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { callAws } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';
import { onceKnown, presentsAnother, type Change } from './change.js';
import type { LoadBalancers } from './load-balancers.js';
import type { Presented } from './presented.js';

/**
 * Puts a certificate in the place of another one, which is the default of the listener, in its list for SNI, or both. The new one is there
 * before the old one goes.
 */
export async function pointListener(place: AwsPlace, balancers: LoadBalancers, { externalId: arn, name, port }: FoundEndpoint, change: Change): Promise<void> {
  const where = `listener ${port} of the load balancer "${name}"`;
  const calls = callsOf(place, balancers, arn ?? '', where);
  const before = arn === null ? null : await calls.presented();
  if (before === null) throw new AppError('not_found', `the load balancer "${name}" has no listener on port ${port} any more`);
  const old = await oldOnes(before, change);
  if (old.length === 0) {
    if (before.some((each) => each.arn === change.to.arn)) return;
    throw presentsAnother(where, change);
  }

  const wanted = listAfter(before, old, change);
  await calls.add(missing(wanted, before));
  if (old.some(({ isDefault }) => isDefault)) await calls.makeDefault(change.to.arn);
  // AWS leaves the list alone when the default changes; that is not taken for granted.
  const after = (await calls.presented()) ?? [];
  await calls.add(missing(wanted, after));
  await calls.remove(after.filter((each) => !each.isDefault && !wanted.includes(each.arn) && old.some(({ arn: gone }) => gone === each.arn)));
}

async function oldOnes(presented: readonly Presented[], { isFrom, to }: Change): Promise<Presented[]> {
  const old: Presented[] = [];
  for (const each of presented) if (each.arn !== to.arn && (await isFrom(each.arn))) old.push(each);
  return old;
}

/** ARNs in the list for SNI when all is done. */
function listAfter(before: readonly Presented[], old: readonly Presented[], { to }: Change): string[] {
  const kept = before.filter((each) => !each.isDefault && !old.some(({ arn }) => arn === each.arn)).map(({ arn }) => arn);
  return old.some(({ isDefault }) => !isDefault) && !kept.includes(to.arn) ? [...kept, to.arn] : kept;
}

const missing = (wanted: readonly string[], present: readonly Presented[]): string[] => wanted.filter((arn) => !present.some((each) => !each.isDefault && each.arn === arn));

function callsOf(place: AwsPlace, balancers: LoadBalancers, listenerArn: string, where: string) {
  const { client } = balancers;
  const presented = async (): Promise<Presented[] | null> => {
    const listener = await balancers.listener(listenerArn);
    return listener === null ? null : balancers.presented(listener);
  };
  const one = (arn: string) => ({ ListenerArn: listenerArn, Certificates: [{ CertificateArn: arn }] });
  return {
    presented,
    add: async (arns: readonly string[]): Promise<void> => {
      for (const arn of arns)
        await onceKnown(
          place,
          async () => (await presented())?.some((each) => !each.isDefault && each.arn === arn) === true,
          () => callAws(`add a certificate to ${where}`, place.signal, (abortSignal) => client.send(new AddListenerCertificatesCommand(one(arn)), { abortSignal })),
        );
    },
    makeDefault: (arn: string): Promise<void> =>
      onceKnown(
        place,
        async () => (await presented())?.some((each) => each.isDefault && each.arn === arn) === true,
        () => callAws(`set the default certificate of ${where}`, place.signal, (abortSignal) => client.send(new ModifyListenerCommand(one(arn)), { abortSignal })),
      ),
    remove: async (certificates: readonly Presented[]): Promise<void> => {
      for (const { arn } of certificates)
        await callAws(`take a certificate from ${where}`, place.signal, (abortSignal) => client.send(new RemoveListenerCertificatesCommand(one(arn)), { abortSignal }));
    },
  };
}
