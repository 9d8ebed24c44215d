import { Controller } from '@nestjs/common';
import {
  createNotification,
  deleteNotification,
  findNotifications,
  getNotification,
  listNotifications,
  listNotifiedCertificates,
  previewMessage,
  testNotification,
  tryNotification,
  updateNotification,
  type InputOf,
  type NotificationRecord,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { RetryDeliveries } from '../delivery/retry-deliveries.js';
import { PreviewMessage } from '../preview/preview-message.js';
import { ReadNotifications } from './read-notifications.js';
import { SaveNotification } from './save-notification.js';
import { TestNotification } from './test-notification.js';

@Controller()
export class NotificationHandlers {
  constructor(
    private readonly reader: ReadNotifications,
    private readonly saving: SaveNotification,
    private readonly test: TestNotification,
    private readonly preview: PreviewMessage,
    private readonly retries: RetryDeliveries,
  ) {}

  @Handles(listNotifications)
  list(input: InputOf<typeof listNotifications>) {
    return this.reader.list(input);
  }

  @Handles(getNotification)
  get({ id }: InputOf<typeof getNotification>) {
    return this.reader.get(id);
  }

  @Handles(findNotifications)
  find(input: InputOf<typeof findNotifications>) {
    return this.reader.find(input);
  }

  @Handles(listNotifiedCertificates)
  certificates(input: InputOf<typeof listNotifiedCertificates>) {
    return this.reader.certificates(input);
  }

  @Handles(createNotification)
  async create(input: InputOf<typeof createNotification>, call: CallContext): Promise<NotificationRecord> {
    return this.reader.get(await this.saving.create(input, call.principal));
  }

  @Handles(updateNotification)
  async update(input: InputOf<typeof updateNotification>, call: CallContext): Promise<NotificationRecord> {
    await this.saving.update(input, call.principal);
    await this.retries.reopen(input.id);
    return this.reader.get(input.id);
  }

  @Handles(deleteNotification)
  delete(input: InputOf<typeof deleteNotification>, call: CallContext) {
    return this.saving.delete(input, call.principal);
  }

  @Handles(testNotification)
  testStored(input: InputOf<typeof testNotification>, call: CallContext) {
    return this.test.stored(input, call.principal);
  }

  @Handles(tryNotification)
  testUnsaved(input: InputOf<typeof tryNotification>, call: CallContext) {
    return this.test.unsaved(input, call.principal);
  }

  @Handles(previewMessage)
  previewOf(input: InputOf<typeof previewMessage>) {
    return Promise.resolve(this.preview.run(input));
  }
}
