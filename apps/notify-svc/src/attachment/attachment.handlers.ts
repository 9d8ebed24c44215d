import { Controller } from '@nestjs/common';
import { attachNotifications, resolveNotifications, setNotifications, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { ChangeNotifications } from './change-notifications.js';

/** Only the gateway asks, when issuer-svc has let whoever asked it change the certificate. */
@Controller()
export class AttachmentHandlers {
  constructor(private readonly changes: ChangeNotifications) {}

  @Handles(resolveNotifications)
  resolve(input: InputOf<typeof resolveNotifications>) {
    return this.changes.resolve(input);
  }

  @Handles(attachNotifications)
  attach(input: InputOf<typeof attachNotifications>) {
    return this.changes.attach(input);
  }

  @Handles(setNotifications)
  set(input: InputOf<typeof setNotifications>) {
    return this.changes.set(input);
  }
}
