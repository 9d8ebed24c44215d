import { counter, gauge, histogram } from '@sifaka/observability';

export const outboxLag = gauge('sifaka_outbox_lag_seconds', 'Age of the oldest event that is not yet published', ['service']);
export const outboxBacklog = gauge('sifaka_outbox_rows', 'Events that are not yet published, counted up to 10000', ['service']);
export const setAside = gauge('sifaka_outbox_set_aside', 'Events that the stream refused for good and that no longer hold up others', ['service']);
export const published = counter('sifaka_events_published', 'Events published', ['service']);

export const pending = gauge('sifaka_event_consumer_pending', 'Events that a consumer has still to hear', ['durable']);
export const handling = histogram('sifaka_event_handling_seconds', 'Duration of handling one event', ['consumer', 'outcome']);
export const givenUp = counter('sifaka_events_given_up', 'Events that a consumer could not handle and will not see again', ['consumer']);
