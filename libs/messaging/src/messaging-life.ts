import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { EventConsumers } from './event/event-consumers.js';
import { eventSubscriptions } from './event/on-event.js';
import { OutboxRelay } from './event/outbox-relay.js';
import { Outbox } from './event/outbox.js';
import { jobDefinitions } from './job/job.js';
import { Jobs } from './job/jobs.js';
import { DrainingServerNats } from './rpc/draining-server-nats.js';

/** Starts and stops what runs in the background, in the order in which nothing is lost. */
@Injectable()
export class MessagingLife implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private retirement: Promise<unknown> | undefined;
  private lastWordsMs = defaultLimitMs * share.lastWords;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly consumers: EventConsumers,
    private readonly jobs: Jobs,
    private readonly relay: OutboxRelay,
    private readonly outbox: Outbox,
    private readonly server: DrainingServerNats,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const instances = this.instances();
    this.outbox.attach(() => this.relay.wake());
    this.relay.start();
    this.consumers.start(instances.flatMap((self) => eventSubscriptions(self).map((subscription) => ({ subscription, self }))));
    await this.jobs.start(instances.flatMap((self) => jobDefinitions(self).map((job) => ({ job, self }))));
  }

  /** Takes no more jobs and events. Those that run keep the limit of the first call; calls in flight and last events have that of the latest. */
  retire(limitMs: number): void {
    this.retirement ??= Promise.allSettled([this.consumers.stop(limitMs * share.events), this.jobs.stop(limitMs * share.jobs, limitMs * share.cutOffJobs)]);
    this.server.drainWithin(limitMs * share.calls);
    this.lastWordsMs = limitMs * share.lastWords;
  }

  /** Jobs and events end before anything that they work with is closed, plugins and their connections above all. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.retirement === undefined) this.retire(defaultLimitMs);
    await this.retirement;
  }

  /** Last what the others wrote. */
  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop(this.lastWordsMs);
  }

  private instances(): object[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const found = wrappers.map(({ instance }): unknown => instance).filter((instance) => typeof instance === 'object' && instance !== null);
    return [...new Set(found)];
  }
}

/** Kubernetes and `npm start` allow ten seconds. */
const defaultLimitMs = 8_500;

/**
 * Parts of that limit. Jobs, events and calls end side by side, so that the longest of them counts; a job that is cut off ends what it
 * cannot take back, a message in transfer for example, and still writes that it was. What the relay cannot say any more waits in the outbox.
 */
const share = { jobs: 0.4, cutOffJobs: 0.2, events: 0.6, calls: 0.7, lastWords: 0.15 } as const;
