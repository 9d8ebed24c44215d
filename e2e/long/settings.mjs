export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const byDefault = { name: 'default', leadMs: (lifeMs) => Math.min(30 * dayMs, lifeMs / 2) };
/** A CA that may be away for a quarter of a year outlasts the thirty days that `default` begins before the end. */
const aThirdBefore = { name: 'a third before the end', days: 0, hours: 0, lifetimeFraction: 1 / 3, leadMs: (lifeMs) => lifeMs / 3 };

/** Lives of certificates, each with an authority of its own: an outage of a quarter of a year is none of theirs who live 160 hours. */
const lives = [
  { name: '160h', lifeMs: 160 * hourMs, policy: byDefault },
  { name: '47d', lifeMs: 47 * dayMs, policy: byDefault },
  { name: '90d', lifeMs: 90 * dayMs, policy: byDefault },
  { name: '1y', lifeMs: 365 * dayMs, policy: aThirdBefore },
];

/**
 * What is simulated. The environment makes it smaller or longer:
 *
 * - SIFAKA_SIMULATION_DAYS, 730
 * - SIFAKA_SIMULATION_CERTIFICATES, 2000: a tenth of them imported at once a month before their end
 * - SIFAKA_SIMULATION_LIVES, `160h,47d,90d,1y`
 * - SIFAKA_SIMULATION_KILL_HOURS, 96: simulated hours between two kills, on average
 * - SIFAKA_SIMULATION_SEED, a new one each time
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function readSettings(env) {
  const asked = (env.SIFAKA_SIMULATION_LIVES ?? lives.map(({ name }) => name).join(',')).split(',');
  return {
    days: number(env.SIFAKA_SIMULATION_DAYS, 730),
    certificates: number(env.SIFAKA_SIMULATION_CERTIFICATES, 2_000),
    lives: lives.filter(({ name }) => asked.includes(name)),
    killHours: number(env.SIFAKA_SIMULATION_KILL_HOURS, 96),
    seed: number(env.SIFAKA_SIMULATION_SEED, Date.now() % 1_000_000),
    /** Where the simulation begins. */
    startsAt: Date.UTC(2027, 0, 4),
    /** The pace of an authority saves up what it may ask within half an hour: a longer step would slow it down. */
    stepMs: 20 * minuteMs,
    /** Where nothing is due, time goes on in larger steps. */
    longestStepMs: hourMs,
  };
}

/** @typedef {ReturnType<typeof readSettings>} Settings */

/** @param {string | undefined} text @param {number} fallback */
function number(text, fallback) {
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`"${text}" is no number that a simulation could use`);
  return value;
}
