import { randomBytes } from 'node:crypto';
import pg from 'pg';
import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { run } from '../../src/main.ts';
import { cloneDatabase } from '../helpers/database.ts';

const { appUrl, ownerUrl, drop } = await cloneDatabase();
t.teardown(drop);
const startAs = (DATABASE_URL: string) =>
  run(
    readConfig({
      DATABASE_URL,
      SECRET: randomBytes(48).toString('base64'),
      LOG_LEVEL: 'silent',
      PORT: '0',
    }),
    ['api'],
  );

t.test('nothing starts as the owner of the log', async (t) => {
  await t.rejects(startAs(ownerUrl), /connects as the owner of the event log/);
});

t.test('nothing starts as a role that may not read in the name of clinics and supporters', async (t) => {
  const admin = new pg.Client(process.env.TEST_DATABASE_ADMIN_URL ?? process.env.TEST_DATABASE_URL!);
  await admin.connect();
  const name = `lendwell_test_${randomBytes(4).toString('hex')}`;
  await admin.query(`create role ${name} login password 'of the test'`);
  t.teardown(async () => {
    await admin.query(`drop role ${name}`);
    await admin.end();
  });
  const url = new URL(appUrl);
  url.username = name;
  url.password = 'of the test';
  await t.rejects(startAs(url.href), /grant lendwell_clinic, lendwell_supporter/);
  await admin.query(`grant lendwell_clinic to ${name}`);
  await t.rejects(
    startAs(url.href),
    /grant lendwell_clinic, lendwell_supporter/,
    'one of them is not enough',
  );
});
