import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

type Teardown = { teardown(work: () => unknown): unknown };
export type TestRedis = Awaited<ReturnType<typeof testRedis>>;
const slots = 16_384;

/** A Redis of the test's own on a free port, which keeps nothing on disk. `stop` and `start` make it go away and come back empty. */
export async function testRedis(t: Teardown) {
  const { port, start, stop, ask } = await redisServer(t);
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    empty: async () => void (await ask((client) => client.flushall())),
  };
}

/** A Redis Cluster of three masters, used in the same way. */
export async function testRedisCluster(t: Teardown): Promise<TestRedis> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lendwell-redis-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const nodes: (Awaited<ReturnType<typeof redisServer>> & { bus: number })[] = [];
  for (const place of [0, 1, 2]) {
    const bus = await freePort();
    const node = await redisServer(t, [
      ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'],
      ...['--dir', dir, '--cluster-config-file', `node-${place}.conf`, '--cluster-port', String(bus)],
    ]);
    nodes.push({ ...node, bus });
  }
  const each = (work: (node: (typeof nodes)[number], place: number) => Promise<unknown>) =>
    Promise.all(nodes.map(work));
  /** On a busy machine an introduction may run out of time, so it is made again. */
  const ready = () =>
    each(({ ask }) =>
      ask(async (client) => {
        for (let tries = 0; ; tries++) {
          if (tries % 40 === 0)
            await client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]!.port, nodes[0]!.bus);
          const told = await client.cluster('INFO');
          if (/cluster_state:ok/.test(told) && /cluster_size:3/.test(told)) return;
          await wait(50);
        }
      }),
    );
  const start = async () => {
    await each((node) => node.start());
    await ready();
  };
  await each((node) => node.start());
  const from = (place: number) => Math.floor((slots * place) / nodes.length);
  await each(({ ask }, place) =>
    ask((client) => client.call('CLUSTER', 'ADDSLOTSRANGE', from(place), from(place + 1) - 1)),
  );
  await ready();
  return {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    start,
    stop: async () => void (await each(({ stop }) => stop())),
    empty: async () => void (await each(({ ask }) => ask((client) => client.flushall()))),
  };
}

async function redisServer(t: Teardown, more: string[] = []) {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more],
      { stdio: 'ignore' },
    );
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: null });
    client.on('error', () => {});
    for (let tries = 0; ; tries++) {
      try {
        await client.connect();
        break;
      } catch (error) {
        if (tries > 100) throw error;
        await wait(50);
      }
    }
    client.disconnect();
  };
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const ask = async <T>(question: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(port, '127.0.0.1');
    return question(client).finally(() => client.disconnect());
  };
  t.teardown(stop);
  return { port, start, stop, ask };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
