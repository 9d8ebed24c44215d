import { dayMs, hourMs } from './settings.mjs';

const weekMs = 7 * dayMs;
/** An event that a killed process had in its hands comes again after half a minute. */
const fineMs = 90_000;
const transferMs = 5_000;

/** Leads the platform through time, step by step: nobody overtakes, and what is killed in the middle of a step is killed. */
export class Journey {
  /** Moments at which a day's work comes, in the day. */
  #reissueAt = 9 * hourMs;
  #tellAt = 22 * hourMs;
  steps = 0;
  faults = new Map();

  /** @param {{ random: import('./random.mjs').Random, settings: import('./settings.mjs').Settings, platform: import('./platform.mjs').SimulatedPlatform, fleet: import('./fleet.mjs').Fleet, trouble: import('./trouble.mjs').Trouble, time: { nowMs: number } }} world */
  constructor(world) {
    this.world = world;
  }

  /** @param {number} until @param {(now: number) => Promise<void>} eachDay */
  async travel(until, eachDay = async () => undefined) {
    const { time } = this.world;
    while (time.nowMs < until) {
      const before = time.nowMs;
      time.nowMs = Math.min(until, await this.#next());
      await this.#step(before, time.nowMs);
      if (Math.floor(before / dayMs) !== Math.floor(time.nowMs / dayMs)) await eachDay(time.nowMs);
    }
  }

  /** Until all mail is sent that is to be sent: pauses of deliveries are over within a day. */
  async settle(from) {
    const { platform } = this.world;
    const isSettled = async () => (await platform.rows("select from notify.delivery where state in ('pending', 'sending') limit 1")).length === 0;
    await this.heard();
    for (let until = from + hourMs; !(await isSettled()) && until < from + 2 * dayMs; until += hourMs) {
      await this.travel(until);
      await Promise.all(this.world.fleet.notifiers.map((replica) => this.#go(replica, ['resumeDeliveries'])));
      await this.#delivered();
    }
  }

  /** What is on its way, or could be, takes its real time: the hours that follow are over in a blink. */
  async #delivered() {
    const { platform, time } = this.world;
    const isUnderWay = async () => (await platform.rows({ name: 'under-way', text: underWaySql, values: [new Date(time.nowMs)] })).length > 0;
    for (const endAt = performance.now() + transferMs; performance.now() < endAt && (await isUnderWay()); ) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async #step(before, now) {
    const { trouble, fleet, random } = this.world;
    trouble.at(now);
    await fleet.manned();
    const crossed = (moment, everyMs = dayMs) => Math.floor((before - moment) / everyMs) !== Math.floor((now - moment) / everyMs);
    const work = ['renew', 'sweepPending'];
    if (crossed(this.#reissueAt)) work.push('reissueTask');
    if (crossed(this.#reissueAt, weekMs)) work.push('removePending');
    const workers = random.happens(0.1) ? fleet.issuers : [random.pick(fleet.issuers.filter(({ isReady }) => isReady))];
    const telling = crossed(this.#tellAt);
    // Whoever has nothing to do hears the time once an hour.
    const others = crossed(0, hourMs) ? fleet.all.filter((replica) => !workers.includes(replica)) : [];
    await Promise.all([...workers.map((replica) => this.#go(replica, work)), ...others.map((replica) => this.#go(replica, []))]);
    if (telling) await this.#tell();
    this.steps += 1;
  }

  async #go(replica, work) {
    const { isKilled, faults } = await replica.go(this.world.time.nowMs, work);
    for (const fault of faults) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    return !isKilled;
  }

  /** As the queue would: again by somebody else when its process died. */
  async #tell() {
    const { fleet, random } = this.world;
    await this.heard();
    for (let isDone = false; !isDone; ) {
      await Promise.any(fleet.notifiers.map((replica) => replica.ready()));
      const ready = fleet.notifiers.filter(({ isReady }) => isReady);
      const tellers = random.happens(0.2) ? ready : [random.pick(ready)];
      isDone = (await Promise.all(tellers.map((replica) => this.#go(replica, ['tellExpirations', 'resumeDeliveries'])))).some(Boolean);
    }
  }

  /** Until the events of today have arrived: their way takes milliseconds, which are hours here. */
  async heard() {
    const { platform } = this.world;
    const endAt = performance.now() + fineMs;
    for (;;) {
      const [{ untold }] = await platform.rows(untoldSql);
      if (untold === 0) return;
      if (performance.now() > endAt) throw new Error(`${untold} events did not arrive within ${fineMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** When something can happen next. */
  async #next() {
    const { time, settings, platform } = this.world;
    const [{ at }] = await platform.rows({ name: 'next', text: nextSql, values: [new Date(time.nowMs)] });
    const next = at === null ? Infinity : at.getTime();
    return Math.min(time.nowMs + settings.longestStepMs, Math.max(time.nowMs + settings.stepMs, next));
  }
}

const nextSql = `
  select min(at) as at from (
    select greatest((select min(r.next_try_at) from issuer.certificate_renewal r where r.state = 'waiting' and r.authority_id = a.id), p.paused_until) as at
      from issuer.authority a left join issuer.renewal_pace p on p.authority_id = a.id
    union all select min(lease_until) from issuer.certificate_renewal where state = 'running'
    union all select min(until) from issuer.pending_certificate where state = 'asking'
    union all (select $1::timestamptz from issuer.certificate_renewal where revision <> planned_revision and state <> 'running' limit 1)
  ) moments`;

const underWaySql = "select from notify.delivery where state = 'sending' or (state = 'pending' and next_try_at <= $1) limit 1";

const untoldSql = `
  select (select count(*) from issuer.outbox)::int + (select count(*) from issuer.certificate where root_authority_id is null)::int
    - (select count(*) from notify.certificate where given is not null)::int as untold`;
