import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import t from 'tap';
import { testDatabase } from '../helpers/database.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';

const root = path.join(import.meta.dirname, '../..');

/** Runs a script as `npm run` does, with these settings and no others of Lendwell's. */
function runScript(
  script: string,
  settings: Record<string, string> = {},
  args: string[] = [],
): Promise<{ code: number | null; said: string }> {
  const env = { PATH: process.env.PATH ?? '', ...settings };
  const child = spawn(process.execPath, ['scripts/with-node24.js', script, ...args], { cwd: root, env });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk) => {
      said += chunk;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

t.test(
  'npm run migrate without the address of the owner says what an administrator makes first',
  async (t) => {
    const { code, said } = await runScript('scripts/migrate.ts');
    t.equal(code, 1);
    t.match(said, /DATABASE_OWNER_URL is not set/);
    t.match(said, /create role lendwell_app login/);
  },
);

t.test('npm start refuses a database of your own with unsafe settings, and names each', async (t) => {
  const { code, said } = await runScript('scripts/start.ts', {
    DATABASE_URL: 'postgres://lendwell_app@db.example.org/lendwell',
    SECRET: 'x'.repeat(40),
  });
  t.equal(code, 1);
  t.match(said, /without verified TLS/);
  t.match(said, /SECRET is not random/);
  const missing = await runScript('scripts/start.ts', {
    DATABASE_URL: 'postgres://lendwell_app@localhost/lendwell',
  });
  t.equal(missing.code, 1);
  t.match(missing.said, /SECRET/);
});

t.test('npm start says so when its port is taken, before it starts anything', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const address = other.address();
  const port = String(address && typeof address === 'object' ? address.port : 0);
  const { code, said } = await runScript('scripts/start.ts', { PORT: port });
  t.equal(code, 1);
  t.match(said, `port ${port} of 127.0.0.1 is in use by another program`);
  t.notMatch(said, 'Starting the embedded PostgreSQL');
});

t.test('npm run job says in words what is wrong', async (t) => {
  const away = {
    DATABASE_URL: 'postgres://lendwell_app:word@127.0.0.1:1/lendwell',
    SECRET: 'a secret that only the tests may use',
  };
  for (const [args, expected] of [
    [['weekly'], /Runs one job now/],
    [['nightly', '--day', '2026-11-24'], /Runs one job now/],
    [['nightly', '--date', '2026-02-30'], /a real date/],
    [['nightly', '--date='], /a real date/],
    [['dispatch'], /The job stopped\. The database cannot be reached/],
  ] as const) {
    const { code, said } = await runScript('scripts/job.ts', away, [...args]);
    t.equal(code, 1);
    t.match(said, expected);
    t.notMatch(said, /at .*node_modules/, 'no trace of the program');
  }
});

t.test(
  'npm run job -- nightly --dry-run prints what would go, in numbers, and changes nothing',
  async (t) => {
    const { appUrl, config, db } = await testDatabase(t);
    await seedFollowUps(db, { patients: 2, each: 2, dueOn: '2099-12-10' });
    const night = () =>
      runScript('scripts/job.ts', { DATABASE_URL: appUrl, SECRET: config.SECRET }, [
        'nightly',
        '--date',
        '2099-12-10',
        '--dry-run',
      ]);
    const { code, said } = await night();
    t.equal(code, 0);
    t.match(said, /^nightly for 2099-12-10 \(only counted, nothing changed\)$/m);
    t.match(said, /^ {2}follow-up-reminders: 4$/m);
    t.match(said, /^ {2}gather: 2$/m);
    t.notMatch(said, /Amal|Example|447700/);
    t.equal((await night()).said, said, 'and the next time says the same');
    const { messages, reminders } = await sentMessages(db);
    t.same([messages, reminders, await db.selectFrom('job_run').selectAll().execute()], [[], [], []]);
  },
);

t.test('npm run setup-scheme begins a scheme on an empty database; what is there stays', async (t) => {
  const { appUrl, config, db } = await testDatabase(t);
  const settings = { DATABASE_URL: appUrl, SECRET: config.SECRET };
  const setUp = (...args: string[]) => runScript('scripts/setup-scheme.ts', settings, args);
  t.match(await setUp(), { code: 1, said: /Say --name, --admin, --email, --place\./ });
  t.match(await setUp('--colour', 'blue'), { code: 1, said: /Begins a scheme/ });
  const all = ['--name', 'Elm Lending', '--admin', 'Ruth', '--place', 'Hub', '--clinic', 'Elm Street'];
  const wrong = await setUp(...all, '--email', 'nobody');
  t.equal(wrong.code, 1);
  t.match(wrong.said, /email/i);
  const first = await setUp(...all, '--email', 'ruth@example.org');
  t.equal(first.code, 0);
  t.match(
    first.said,
    /Ruth signs in with ruth@example\.org, once they have set a password here, within three days:\n(.+)\/password\/[\w-]{22}$/m,
  );
  const again = await setUp(...all, '--email', 'ruth@example.org');
  t.match(again, { code: 0, said: /Someone can sign in already/ });
  t.notMatch(again.said, /signs in with/);
  const counted = async (table: 'staff' | 'location' | 'organisation') =>
    (await db.selectFrom(table).select('id').execute()).length;
  t.same([await counted('staff'), await counted('location'), await counted('organisation')], [1, 1, 1]);
  t.match(await db.selectFrom('scheme').select(['name', 'phone']).execute(), [
    { name: 'Elm Lending', phone: null },
  ]);
});

t.test('npm run access adds people and keys, and never shows a row of the database', async (t) => {
  const { appUrl, config } = await testDatabase(t);
  const settings = { DATABASE_URL: appUrl, SECRET: config.SECRET };
  const access = (...args: string[]) => runScript('scripts/access.ts', settings, args);
  const ruth = ['staff', '--role', 'officer', '--name', 'Ruth', '--email', 'ruth@example.org'];
  t.match(await access(...ruth), {
    code: 0,
    said: /^Ruth signs in with ruth@example\.org, once.+\nhttp:.+\/password\/[\w-]{22}$/m,
  });
  t.match(await access('link', '--email', 'RUTH@example.org'), { code: 0, said: /\/password\/[\w-]{22}$/m });
  t.match(await access('unlock', '--email', 'ruth@example.org'), { code: 0, said: /was not waiting/ });
  t.match(await access('unlock', '--email', 'no@example.org'), { code: 1, said: /Nobody has an account/ });
  const again = await access(...ruth);
  t.match(again, { code: 1, said: /Someone has this email address already/ });
  t.notMatch(again.said, /ruth@example/);
  const key = ['key', '--role', 'clinic', '--name', 'Records', '--clinic', 'Elm Street'];
  t.match(await access(...key), { code: 0, said: /^The key of Records is lw_/ });
  t.match(await access('key', '--role', 'clinic', '--name', 'Records'), {
    code: 1,
    said: /^Adds who may use/,
  });
  t.match(await access('staff', '--role'), { code: 1, said: /^Adds who may use/ });
});
