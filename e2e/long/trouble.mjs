import { dayMs, hourMs } from './settings.mjs';

const longestFuseMs = 30;

/** Faults of a CA as its clients see them: some leave it open whether it issued. */
const absences = [
  { code: 'upstream_failed', reason: 'outbound.not_reached' },
  { code: 'upstream_failed' },
  { code: 'upstream_timeout' },
  { code: 'rate_limited', retryAfterMs: 600_000 },
];

/** Authorities are away now and then, for up to a quarter of what their certificates live, and processes are killed: all by one row of random numbers. */
export class Trouble {
  #nextKillAt;
  #victimAtCa = null;
  #isMailVictimWanted = false;
  #plots = 0;
  /** Times at which a process was killed. @type {Set<number>} */
  killedAt = new Set();

  /** @param {{ random: import('./random.mjs').Random, settings: import('./settings.mjs').Settings, ca: import('./outside-ca.mjs').OutsideCa, mailbox: import('./mailbox.mjs').Mailbox, fleet: import('./fleet.mjs').Fleet, clock: { now(): Date } }} world */
  constructor(world) {
    this.world = world;
    const { random, settings, ca, mailbox } = world;
    this.outages = settings.lives.flatMap((life) => outagesOf(life, settings, random));
    this.#nextKillAt = settings.startsAt + this.#pause();
    ca.watcher = (moment, pid) => this.#atCa(moment, pid);
    mailbox.watcher = () => this.#atMailServer();
  }

  /** What is wrong from now on. */
  at(now) {
    const { ca, settings } = this.world;
    for (const { name } of settings.lives) {
      const outage = this.outages.find(({ authority, from, to }) => authority === name && from <= now && now < to);
      if (outage === undefined) ca.away.delete(name);
      else ca.away.set(name, outage.fault);
    }
    if (now < this.#nextKillAt) return;
    this.#nextKillAt = now + this.#pause();
    this.#plot();
  }

  get isAnyAway() {
    return this.world.ca.away.size > 0;
  }

  /** Until nobody is killed and everybody is there: for what is no part of the trouble. */
  async rest() {
    while (this.#plots > 0) await new Promise((resolve) => setTimeout(resolve, longestFuseMs));
    await this.world.fleet.ready();
  }

  #pause() {
    const { random, settings } = this.world;
    return settings.killHours === 0 ? Infinity : random.between(0.2, 1.8) * settings.killHours * hourMs;
  }

  /** Half of them in the moments that matter most, the others at any. */
  #plot() {
    const { random, fleet } = this.world;
    const dice = random.next();
    if (dice < 0.35) this.#victimAtCa = random.pick(['asked', 'signed', 'answered']);
    else if (dice < 0.5) this.#isMailVictimWanted = true;
    else if (dice < 0.8) this.#soon(() => this.#kill(random.pick(fleet.issuers)));
    else if (dice < 0.85) this.#soon(() => fleet.issuers.slice(1).forEach((replica) => this.#kill(replica)));
    else if (dice < 0.95) this.#soon(() => this.#kill(random.pick(fleet.notifiers)));
    else this.#soon(() => this.#kill(random.pick(fleet.keyvaults)));
  }

  /** In the middle of a step, as likely as not. */
  #soon(work) {
    this.#plots += 1;
    setTimeout(() => {
      this.#plots -= 1;
      work();
    }, this.world.random.between(0, longestFuseMs));
  }

  #atCa(moment, pid) {
    if (this.#victimAtCa !== moment) return;
    const victim = this.world.fleet.issuers.find((replica) => replica.pid === pid);
    if (victim === undefined) return;
    this.#victimAtCa = null;
    if (moment === 'answered') this.#soon(() => this.#kill(victim));
    else this.#kill(victim);
  }

  #atMailServer() {
    if (!this.#isMailVictimWanted) return;
    this.#isMailVictimWanted = false;
    // Whoever has just handed it over; which replica that is the mail server does not know.
    for (const replica of this.world.fleet.notifiers) this.#kill(replica);
  }

  #kill(replica) {
    if (replica.kill()) this.killedAt.add(this.world.clock.now().getTime());
  }
}

/** Between two outages an authority has the time of a whole life to recover. */
function outagesOf({ name, lifeMs }, { startsAt, days }, random) {
  const outages = [];
  for (let from = startsAt + random.between(0.3, 1) * lifeMs; from < startsAt + days * dayMs; ) {
    const to = from + random.between(0.05, 0.25) * lifeMs;
    outages.push({ authority: name, from, to, fault: random.pick(absences) });
    from = to + random.between(1, 6) * lifeMs;
  }
  // One that lasts as long as one may.
  const longest = outages.at(Math.floor(outages.length / 2));
  if (longest !== undefined) longest.to = longest.from + lifeMs / 4;
  return outages;
}
