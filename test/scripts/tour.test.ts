import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import t from 'tap';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import type { ClientRole } from '../../src/access/client.rules.ts';
import { freePort } from '../../src/embedded/processes.ts';
import { addLocation, addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { testRedis } from '../helpers/redis.ts';

const root = path.join(import.meta.dirname, '../..');

for (const backend of ['postgres', 'redis'] as const) {
  t.test(`the whole story over the API of a running Lendwell, with its queue in ${backend}`, async (t) => {
    const { deps, db, appUrl, config } = await testDatabase(t);
    const redis = backend === 'redis' ? await testRedis(t) : undefined;
    const port = String(await freePort());
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: appUrl,
      REDIS_URL: redis?.url ?? '',
      SECRET: config.SECRET,
      ALLOW_TEST_PHONE_NUMBERS: 'true',
      LOG_LEVEL: 'silent',
      PORT: port,
    };
    const server = spawn(process.execPath, ['src/main.ts'], { cwd: root, env, stdio: 'ignore' });
    const ended = once(server, 'exit');
    t.teardown(() => server.kill('SIGKILL'));

    const { id: clinicId } = await addOrganisation(deps, officer, {
      name: 'Elm Street Clinic',
      role: 'clinic',
    });
    await addLocation(deps, officer, { name: 'Elm Street Library', kind: 'access_point' });
    const keyOf = async (role: ClientRole) => {
      const client = await addApiClient(deps, officer, {
        name: `Test ${role}`,
        role,
        ...(role === 'clinic' && { clinicId }),
      });
      return (await addApiKey(deps, officer, client.id)).key;
    };
    const url = `http://127.0.0.1:${port}`;
    const ready = () =>
      fetch(`${url}/health/ready`).then(
        (reply) => reply.ok,
        () => false,
      );
    while (!(await ready())) await wait(100);

    const args = [
      '--url',
      url,
      '--officer-key',
      await keyOf('officer'),
      '--clinic-key',
      await keyOf('clinic'),
    ];
    const tour = spawn(process.execPath, ['scripts/tour.ts', ...args], { cwd: root, env });
    let said = '';
    for (const output of [tour.stdout, tour.stderr]) {
      output.on('data', (chunk) => {
        said += chunk;
      });
    }
    const [code] = await once(tour, 'close');
    t.match(said, /The whole story went as it should/);
    t.equal(code, 0);
    t.notMatch(
      said,
      /in_preparation|loan\.returned|device\.checked|\/problems\/|follow-up-reminders/,
      'in plain words',
    );
    for (const learned of ['8 of them now', '6 people more', 'names nobody and nothing'])
      t.ok(said.includes(learned), learned);

    const waiting = () => db.selectFrom('outbox').select('handler').where('done_at', 'is', null).execute();
    while ((await waiting()).length) await wait(100);
    t.pass('what follows from the events was done');
    if (redis) {
      const client = new Redis(redis.url);
      t.ok((await client.keys('{lendwell}*')).length > 0, 'the queue was in Redis');
      client.disconnect();
    }
    server.kill('SIGTERM');
    t.same(await ended, [0, null], 'and it stops cleanly');
  });
}
