import { issuerServiceWith } from '../../apps/issuer-svc/dist/issuer.service.js';
import { SweepPending } from '../../apps/issuer-svc/dist/pending/sweep-pending.js';
import { ReissueTask } from '../../apps/issuer-svc/dist/renewal/reissue-task.js';
import { RenewDue, RenewEveryMinute } from '../../apps/issuer-svc/dist/renewal/renew-due.js';
import { simulatedIssuer } from './simulated-issuer.mjs';

/** The queue of the service starts the same work by itself now and then, as it sees fit: it keeps to the time of the simulation, too. */
export function roleOf({ gate, authorityUrl }) {
  const { run } = RenewDue.prototype;
  RenewDue.prototype.run = function renewInStep(...args) {
    return gate.through(() => run.apply(this, args));
  };
  return {
    definition: issuerServiceWith([simulatedIssuer(authorityUrl)]),
    works: {
      renew: (app, signal) => app.get(RenewEveryMinute).run({}, { signal }),
      sweepPending: (app, signal) => app.get(SweepPending).fetchAll({}, { signal }),
      removePending: (app, signal) => app.get(SweepPending).removeOld({}, { signal }),
      reissueTask: (app, signal) => app.get(ReissueTask).run({}, { signal, trigger: 'schedule' }),
    },
  };
}
