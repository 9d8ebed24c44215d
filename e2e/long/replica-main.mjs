import { startService } from '@sifaka/runtime';
import { Gate } from './gate.mjs';

/**
 * One replica of a service, in a process of its own whose clock stands still until it is told the time.
 *
 * It hears `{ id, at, work }`: the time, and the names of what it shall do now; it answers `{ id, faults }` when that is done and nothing
 * else goes on that time must not overtake.
 */
const [name, startedAt, authorityUrl] = process.argv.slice(2);
let nowMs = Number(startedAt);
const clock = { now: () => new Date(nowMs) };
const gate = new Gate();
let perform = async () => ['it has not started'];

process.on('disconnect', () => process.exit(1));
process.on('message', ({ id, at, work }) => {
  nowMs = Math.max(nowMs, at);
  gate.open();
  void perform(work)
    .then(async (faults) => {
      await gate.close();
      process.send?.({ id, faults });
    })
    .catch((error) => process.send?.({ id, faults: [String(error?.stack ?? error)] }));
});

const { roleOf } = await import(`./replica-${name}.mjs`);
const { definition, works } = roleOf({ gate, authorityUrl });
const service = await startService(definition, { clock });
const signal = new AbortController().signal;
perform = async (work) => {
  const results = await Promise.allSettled(work.map((each) => works[each](service.app, signal)));
  return results.flatMap((result) => (result.status === 'rejected' ? [`${result.reason?.message ?? result.reason}`] : []));
};
process.send?.({ isReady: true });
