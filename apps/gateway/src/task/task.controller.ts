import { Controller } from '@nestjs/common';
import { getStatusOperation, listTasksOperation, runTaskOperation, serviceNames, type RequestFor, type ResponseFor } from '@sifaka/contracts';
import { fieldRefused } from '../http/field-refused.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { PlatformStatus } from './platform-status.js';
import { RunTask } from './run-task.js';

@Controller()
export class TaskController {
  constructor(
    private readonly platform: PlatformStatus,
    private readonly task: RunTask,
  ) {}

  @Serves(listTasksOperation)
  async list({ query }: RequestFor<typeof listTasksOperation>, call: HttpCall): Promise<ResponseFor<typeof listTasksOperation>> {
    const { service } = query;
    if (service !== undefined && !serviceNames.some((name) => name === service)) throw fieldRefused('service', `must be one of ${serviceNames.join(', ')}`);
    const tasks = (await this.platform.tasks(callerOf(call))).filter((task) => service === undefined || task.service === service);
    return { items: tasks, total: tasks.length };
  }

  @Serves(runTaskOperation)
  async run({ params, body }: RequestFor<typeof runTaskOperation>, call: HttpCall): Promise<ResponseFor<typeof runTaskOperation>> {
    return { name: await this.task.run(params.name, body, callerOf(call)) };
  }

  @Serves(getStatusOperation)
  async status(_request: RequestFor<typeof getStatusOperation>, call: HttpCall): Promise<ResponseFor<typeof getStatusOperation>> {
    const services = await this.platform.services(callerOf(call));
    return { items: services, total: services.length };
  }
}
