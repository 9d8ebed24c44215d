import '../../scripts/end-with-parent.mjs';
import { writeFileSync } from 'node:fs';
import { Findings } from './findings.mjs';
import { Fleet } from './fleet.mjs';
import { Journey } from './journey.mjs';
import { Mailbox } from './mailbox.mjs';
import { OutsideCa } from './outside-ca.mjs';
import { SimulatedPlatform } from './platform.mjs';
import { Population } from './population.mjs';
import { Random } from './random.mjs';
import { dayMs, readSettings } from './settings.mjs';
import { Trouble } from './trouble.mjs';

const quarterDays = 91;

/**
 * Years in the life of an inventory, in minutes: `node e2e/long/simulate.mjs [REPORT]` prints what came of them and writes it as JSON.
 * Needs a build.
 */
async function simulate(settings, print) {
  const random = new Random(settings.seed);
  const longestMs = Math.max(...settings.lives.map(({ lifeMs }) => lifeMs));
  const time = { nowMs: settings.startsAt - longestMs };
  const clock = { now: () => new Date(time.nowMs) };
  const open = [];
  const opened = (part) => (open.unshift(part), part);
  try {
    print(`seed ${settings.seed}: ${settings.certificates} certificates over ${settings.days} days`);
    const ca = opened(await OutsideCa.start(clock, settings.lives.map(({ name }) => name), new Date(time.nowMs)));
    const mailbox = opened(await Mailbox.start());
    const platform = opened(await SimulatedPlatform.start(clock));
    const fleet = opened(new Fleet({ platform, clock, authorityUrl: ca.url, mailPort: mailbox.port }));
    await fleet.ready();
    print(`all processes run after ${elapsed()}`);
    const population = new Population({ platform, ca, settings, random });
    await population.foundAuthorities();
    await population.grow(async (at) => {
      time.nowMs = at;
      await fleet.hear(at);
    });
    print(`inventory grown after ${elapsed()}`);
    const trouble = new Trouble({ random, settings, ca, mailbox, fleet, clock });
    time.nowMs = settings.startsAt;
    const journey = new Journey({ random, settings, platform, fleet, trouble, time });
    const endsAt = settings.startsAt + settings.days * dayMs;
    const eachDay = async (now) => {
      const day = Math.floor((now - settings.startsAt) / dayMs);
      // Before the first outage: a heap that ends within an outage of its window's length is nobody's to level.
      if (day === Math.min(5, Math.floor(settings.days / 4))) {
        await trouble.rest();
        await fleet.hear(now);
        await population.importHeap(now);
      }
      if (day % quarterDays === 0) print(`day ${day} after ${elapsed()}: ${ca.issued.length} issued, ${mailbox.taken.length} mails, ${fleet.kills} kills, ${journey.steps} steps`);
    };
    await journey.travel(endsAt, eachDay);
    await journey.settle(endsAt);
    const findings = await new Findings({ platform, ca, mailbox, trouble, fleet, settings, startsAt: settings.startsAt, endsAt }).read();
    return { seed: settings.seed, days: settings.days, steps: journey.steps, elapsed: elapsed(), ...findings, faults: Object.fromEntries(journey.faults) };
  } finally {
    for (const part of open) await part.stop();
  }
}

const elapsed = () => `${Math.round(performance.now() / 1_000)} s`;

const print = (line) => process.stdout.write(`${line}\n`);
const [reportPath] = process.argv.slice(2);
const report = await simulate(readSettings(process.env), print);
if (reportPath !== undefined) writeFileSync(reportPath, JSON.stringify(report, null, 2));
for (const [name, value] of Object.entries(report)) {
  if (Array.isArray(value)) print(`${name.padEnd(22)} ${value.length === 0 ? 'none' : `${value.length}: ${value.slice(0, 5).join(', ')}`}`);
  else print(`${name.padEnd(22)} ${typeof value === 'number' ? Number(value.toFixed(2)) : typeof value === 'object' ? JSON.stringify(value) : value}`);
}
