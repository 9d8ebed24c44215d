import { Controller } from '@nestjs/common';
import { attachDestinations, findAttachments, getDeployment, listDeployments, resolveAttachments, retryDeployment, setDestinations, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { AttachDestinations } from './attach-destinations.js';
import { ReadDeployments } from './read-deployments.js';
import { ResolveAttachments } from './resolve-attachments.js';
import { RetryDeployment } from './retry-deployment.js';

@Controller()
export class DeploymentHandlers {
  constructor(
    private readonly resolution: ResolveAttachments,
    private readonly attaching: AttachDestinations,
    private readonly reader: ReadDeployments,
    private readonly again: RetryDeployment,
  ) {}

  @Handles(resolveAttachments)
  resolve(input: InputOf<typeof resolveAttachments>) {
    return this.resolution.run(input);
  }

  @Handles(attachDestinations)
  attach(input: InputOf<typeof attachDestinations>, call: CallContext) {
    return this.attaching.attach(input, call.principal);
  }

  @Handles(setDestinations)
  set(input: InputOf<typeof setDestinations>, call: CallContext) {
    return this.attaching.set(input, call.principal);
  }

  @Handles(listDeployments)
  list(input: InputOf<typeof listDeployments>) {
    return this.reader.list(input);
  }

  @Handles(getDeployment)
  get({ id }: InputOf<typeof getDeployment>) {
    return this.reader.get(id);
  }

  @Handles(findAttachments)
  find(input: InputOf<typeof findAttachments>) {
    return this.reader.find(input);
  }

  @Handles(retryDeployment)
  retry(input: InputOf<typeof retryDeployment>, call: CallContext) {
    return this.again.run(input, call.principal);
  }
}
