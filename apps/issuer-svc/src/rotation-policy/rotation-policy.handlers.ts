import { Controller } from '@nestjs/common';
import { createRotationPolicy, deleteRotationPolicy, getRotationPolicy, listRotationPolicies, updateRotationPolicy, type InputOf, type OutputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { fittingPage } from '../listing/page.js';
import { RotationPolicyRepository } from './rotation-policy.repository.js';
import { SaveRotationPolicy, unknown } from './save-rotation-policy.js';

@Controller()
export class RotationPolicyHandlers {
  constructor(
    private readonly policies: RotationPolicyRepository,
    private readonly saving: SaveRotationPolicy,
  ) {}

  @Handles(listRotationPolicies)
  async list(input: InputOf<typeof listRotationPolicies>): Promise<OutputOf<typeof listRotationPolicies>> {
    const page = await this.policies.list(input);
    return fittingPage(page, await this.policies.records(page.ids));
  }

  @Handles(getRotationPolicy)
  async get({ id }: InputOf<typeof getRotationPolicy>): Promise<OutputOf<typeof getRotationPolicy>> {
    const [record] = await this.policies.records([id]);
    if (record === undefined) throw unknown(id);
    return record;
  }

  @Handles(createRotationPolicy)
  create(input: InputOf<typeof createRotationPolicy>, call: CallContext) {
    return this.saving.create(input, call);
  }

  @Handles(updateRotationPolicy)
  update(input: InputOf<typeof updateRotationPolicy>, call: CallContext) {
    return this.saving.update(input, call);
  }

  @Handles(deleteRotationPolicy)
  delete(input: InputOf<typeof deleteRotationPolicy>, call: CallContext) {
    return this.saving.delete(input, call);
  }
}
