import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { EventConsumers } from './event/event-consumers.js';
import { eventSubscriptions } from './event/on-event.js';
import { OutboxRelay } from './event/outbox-relay.js';
import { Outbox } from './event/outbox.js';
import { jobDefinitions } from './job/job.js';
import { Jobs } from './job/jobs.js';

/** Starts and stops what runs in the background, in the order in which nothing is lost. */
@Injectable()
export class MessagingLife implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly consumers: EventConsumers,
    private readonly jobs: Jobs,
    private readonly relay: OutboxRelay,
    private readonly outbox: Outbox,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const instances = this.instances();
    this.outbox.attach(() => this.relay.wake());
    this.relay.start();
    this.consumers.start(instances.flatMap((self) => eventSubscriptions(self).map((subscription) => ({ subscription, self }))));
    await this.jobs.start(instances.flatMap((self) => jobDefinitions(self).map((job) => ({ job, self }))));
  }

  /** First the sources of new work; the transport drains its calls right after. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.consumers.stop(), this.jobs.stop()]);
  }

  /** Last what the others wrote. */
  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }

  private instances(): object[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const found = wrappers.map(({ instance }): unknown => instance).filter((instance) => typeof instance === 'object' && instance !== null);
    return [...new Set(found)];
  }
}
