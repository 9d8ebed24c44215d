import { DeliveryRunner } from '../../apps/notify-svc/dist/delivery/delivery-runner.js';
import { ExpiryTasks } from '../../apps/notify-svc/dist/expiry/expiry-tasks.js';
import { notifyService } from '../../apps/notify-svc/dist/index.js';

export const roleOf = () => ({
  definition: notifyService,
  works: {
    tellExpirations: (app, signal) => app.get(ExpiryTasks).notifyExpirations({}, { signal }),
    resumeDeliveries: (app) => app.get(DeliveryRunner).resume(),
  },
});
