import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import t from 'tap';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { buildApp } from '../../src/app.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';

const { appUrl, deps, db } = await testDatabase(t);

/** A wire to the database that can be cut and mended. */
async function wire() {
  const target = new URL(appUrl);
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const url = new URL(appUrl);
  url.port = String(port);
  const cut = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => new Promise<void>((done) => server.listen(port, '127.0.0.1', done)),
  };
}

t.test('Postgres away: 503 and a log line, and recovery by itself', async (t) => {
  const lines: string[] = [];
  const { url, cut, mend } = await wire();
  const far = createDatabase(url, 4, () => {});
  const log = createLogger('warn', { write: (line: string) => void lines.push(line) });
  const app = await buildApp({ ...deps, db: far, log });
  t.teardown(async () => {
    await app.close();
    await far.destroy();
    await cut();
  });
  const { id } = await addApiClient(deps, officer, { name: 'Robot', role: 'officer' });
  const { key } = await addApiKey(deps, officer, id);
  const get = async (path: string) => {
    const { statusCode, headers, body } = await app.inject({
      url: path,
      headers: { authorization: `Bearer ${key}` },
    });
    return { status: statusCode, headers, body };
  };
  t.equal((await get('/api/v1/devices')).status, 200);
  await cut();
  for (let attempt = 0; attempt < 3; attempt++) {
    const away = await get('/api/v1/devices');
    t.equal(away.status, 503);
    t.match(JSON.parse(away.body), { type: '/problems/not-ready', status: 503 });
    t.equal(away.headers['retry-after'], '2');
  }
  t.match(await get('/health/ready'), { status: 503 });
  t.equal((await get('/health/live')).status, 200);
  t.ok(
    lines.some((line) => /refused for now/.test(line)),
    'the log has a line',
  );
  await mend();
  t.equal((await get('/api/v1/devices')).status, 200);
  t.match(await get('/health/ready'), { status: 200 });
});

t.test('rule 20: the log is append-only, by rights and by trigger', async (t) => {
  await addApiClient(deps, officer, { name: 'Another', role: 'officer' });
  for (const change of [
    sql`update event set type = 'x'`,
    sql`delete from event`,
    sql`truncate event cascade`,
    sql`delete from event_subject`,
    sql`update access_log set what = 'x'`,
  ]) {
    await t.rejects(change.execute(db), /permission denied|append-only/);
  }
});

t.test('dates stay dates, instants are ISO 8601, counts are numbers', async (t) => {
  const { rows } = await sql<
    Record<string, unknown>
  >`select date '2026-03-29' as day, timestamptz '2026-03-29T00:30:00Z' as at, count(*) as n from event_subject where false`.execute(
    db,
  );
  t.same(rows[0], { day: '2026-03-29', at: '2026-03-29T00:30:00.000Z', n: 0 });
});
