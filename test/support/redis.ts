import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A Redis of the test's own on a free port, which keeps nothing on disk. `stop` and `start` make it go away and come back empty. */
export async function testRedis(t: { teardown(work: () => unknown): unknown }) {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
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
  const empty = async () => {
    const client = new Redis(port, '127.0.0.1');
    await client.flushall();
    client.disconnect();
  };
  t.teardown(stop);
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, stop, empty };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
