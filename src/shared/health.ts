import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Deps } from './deps.ts';
import { pendingMigrations } from './migrations.ts';
import { forOperators } from './operators.ts';
import type { JobQueue } from './queue.ts';
import { col } from './rows.ts';
import { each, many, run } from './statements.ts';

/** /health/live, /health/ready and /metrics: for probes and scrapers, outside the API. Whether it lives anyone may ask. */
export const health = plugin(
  async (app: FastifyInstance, { deps, queue }: { deps: Deps; queue?: JobQueue | undefined }) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const registers = [registry];
    const duration = new Histogram({
      name: 'lendwell_request_seconds',
      help: 'Time to answer, by route',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    const outbox = new Gauge({
      name: 'lendwell_outbox',
      help: 'Follow-on work by state',
      labelNames: ['state'],
      registers,
    });
    const refused = new Counter({
      name: 'lendwell_scrapes_without_database_total',
      help: 'Scrapes that could not read the database',
      registers,
    });

    app.addHook('onResponse', async (request, reply) => {
      const { method, url } = { method: request.method, url: request.routeOptions.url ?? 'none' };
      duration.observe({ method, route: url, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    });

    const config = { action: 'public' } as const;
    const schema = { hide: true };
    app.get('/health/live', { config, schema, logLevel: 'warn' }, async () => ({ status: 'live' }));

    const onRequest = forOperators(deps);
    app.get('/health/ready', { config, schema, onRequest, logLevel: 'warn' }, async (_request, reply) => {
      const checks = {
        database: await ok(() => run(deps.db, each('health.database'))`select 1`),
        migrations: false,
        queue: true,
      };
      checks.migrations =
        checks.database && (await ok(async () => (await pendingMigrations(deps.db)).length === 0));
      if (queue) checks.queue = await ok(() => queue.ping());
      const ready = Object.values(checks).every(Boolean);
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
    });

    app.get('/metrics', { config, schema, onRequest, logLevel: 'warn' }, async (_request, reply) => {
      try {
        const rows = await many(deps.db, each('health.outbox'), {
          state: col.text,
          count: col.number,
        })`
        select case when failed_at is not null then 'failed' when handed_at is not null then 'handed' else 'waiting' end as state, count(*)
        from outbox where done_at is null group by 1`;
        outbox.reset();
        for (const { state, count } of rows) outbox.set({ state }, count);
      } catch {
        refused.inc();
      }
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  },
);

/** Whether it worked; a false answer counts as no. */
async function ok(check: () => Promise<unknown>): Promise<boolean> {
  try {
    return (await check()) !== false;
  } catch {
    return false;
  }
}
