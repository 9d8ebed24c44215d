import pg from 'pg';

/**
 * Connection of a pool.
 *
 * Nobody listens to one that is given back while its pool is closing: unheard, the last words of a server that ends it would end the
 * process. Queries and the pool report every fault that matters.
 */
export class PooledClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
