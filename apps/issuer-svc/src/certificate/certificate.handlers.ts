import { Controller } from '@nestjs/common';
import {
  authorizeCertificateWrite,
  changeCertificateOwner,
  deactivateCertificate,
  deleteCertificate,
  describeCertificate,
  exportCertificate,
  issueCertificate,
  revokeCertificate,
  switchCertificate,
  updateCertificate,
  uploadCertificate,
  viewCertificateKey,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { AuthorizeCertificateWrite } from './authorize-certificate-write.js';
import { DeleteCertificate } from './delete-certificate.js';
import { ChangeCertificateOwner, DescribeCertificate, SwitchCertificate, UpdateCertificate } from './edit-certificate.js';
import { ExportCertificate } from './export-certificate.js';
import { IssueCertificate } from './issue-certificate.js';
import { DeactivateCertificate, RevokeCertificate } from './revoke-certificate.js';
import { UploadCertificate } from './upload-certificate.js';
import { ViewKey } from './view-key.js';

/** Certificates come into being. */
@Controller()
export class CertificateHandlers {
  constructor(
    private readonly issuing: IssueCertificate,
    private readonly uploading: UploadCertificate,
    private readonly revoking: RevokeCertificate,
    private readonly deactivating: DeactivateCertificate,
    private readonly deleting: DeleteCertificate,
  ) {}

  @Handles(issueCertificate)
  issue(input: InputOf<typeof issueCertificate>, call: CallContext) {
    return this.issuing.run(input, call);
  }

  @Handles(uploadCertificate)
  upload(input: InputOf<typeof uploadCertificate>, call: CallContext) {
    return this.uploading.run(input, call);
  }

  @Handles(revokeCertificate)
  revoke(input: InputOf<typeof revokeCertificate>, call: CallContext) {
    return this.revoking.run(input, call);
  }

  @Handles(deactivateCertificate)
  deactivate(input: InputOf<typeof deactivateCertificate>, call: CallContext) {
    return this.deactivating.run(input, call);
  }

  @Handles(deleteCertificate)
  delete(input: InputOf<typeof deleteCertificate>, call: CallContext) {
    return this.deleting.run(input, call);
  }
}

/** Certificates are edited. */
@Controller()
export class EditHandlers {
  constructor(
    private readonly updating: UpdateCertificate,
    private readonly switching: SwitchCertificate,
    private readonly handingOver: ChangeCertificateOwner,
    private readonly describing: DescribeCertificate,
    private readonly authorizing: AuthorizeCertificateWrite,
  ) {}

  @Handles(updateCertificate)
  update(input: InputOf<typeof updateCertificate>, call: CallContext) {
    return this.updating.run(input, call);
  }

  @Handles(switchCertificate)
  switch(input: InputOf<typeof switchCertificate>, call: CallContext) {
    return this.switching.run(input, call);
  }

  @Handles(changeCertificateOwner)
  changeOwner(input: InputOf<typeof changeCertificateOwner>, call: CallContext) {
    return this.handingOver.run(input, call);
  }

  @Handles(describeCertificate)
  describe(input: InputOf<typeof describeCertificate>, call: CallContext) {
    return this.describing.run(input, call);
  }

  @Handles(authorizeCertificateWrite)
  authorize(input: InputOf<typeof authorizeCertificateWrite>, call: CallContext) {
    return this.authorizing.run(input, call);
  }
}

/** Keys and files leave the house. */
@Controller()
export class KeyHandlers {
  constructor(
    private readonly viewing: ViewKey,
    private readonly exporting: ExportCertificate,
  ) {}

  @Handles(viewCertificateKey)
  view(input: InputOf<typeof viewCertificateKey>, call: CallContext) {
    return this.viewing.run(input, call);
  }

  @Handles(exportCertificate)
  export(input: InputOf<typeof exportCertificate>, call: CallContext) {
    return this.exporting.run(input, call);
  }
}
