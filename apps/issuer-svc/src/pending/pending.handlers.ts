import { Controller } from '@nestjs/common';
import {
  cancelPendingCertificate,
  getPendingCertificate,
  listPendingCertificates,
  retryPendingCertificate,
  updatePendingCertificate,
  uploadPendingCertificate,
  viewPendingCertificateKey,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { CancelPending, RetryPending, UpdatePending } from './change-pending.js';
import { ListPending } from './list-pending.js';
import { PendingReader } from './pending-reader.js';
import { UploadPending } from './upload-pending.js';
import { ViewPendingKey } from './view-pending-key.js';

@Controller()
export class PendingReadHandlers {
  constructor(
    private readonly listing: ListPending,
    private readonly reader: PendingReader,
    private readonly viewing: ViewPendingKey,
  ) {}

  @Handles(listPendingCertificates)
  list(input: InputOf<typeof listPendingCertificates>, call: CallContext) {
    return this.listing.run(input, call.principal);
  }

  @Handles(getPendingCertificate)
  get({ id }: InputOf<typeof getPendingCertificate>) {
    return this.reader.record(id);
  }

  @Handles(viewPendingCertificateKey)
  viewKey(input: InputOf<typeof viewPendingCertificateKey>, call: CallContext) {
    return this.viewing.run(input, call);
  }
}

@Controller()
export class PendingChangeHandlers {
  constructor(
    private readonly updating: UpdatePending,
    private readonly cancelling: CancelPending,
    private readonly uploading: UploadPending,
    private readonly retrying: RetryPending,
  ) {}

  @Handles(updatePendingCertificate)
  update(input: InputOf<typeof updatePendingCertificate>, call: CallContext) {
    return this.updating.run(input, call);
  }

  @Handles(cancelPendingCertificate)
  cancel(input: InputOf<typeof cancelPendingCertificate>, call: CallContext) {
    return this.cancelling.run(input, call);
  }

  @Handles(uploadPendingCertificate)
  upload(input: InputOf<typeof uploadPendingCertificate>, call: CallContext) {
    return this.uploading.run(input, call);
  }

  @Handles(retryPendingCertificate)
  retry(input: InputOf<typeof retryPendingCertificate>, call: CallContext) {
    return this.retrying.run(input, call);
  }
}
