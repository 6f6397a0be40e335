import { sql } from 'kysely';
import t from 'tap';
import { openDataKey } from '../../src/access/data-key.ts';
import { factorKey } from '../../src/access/tokens.ts';
import { buildApp } from '../../src/app.ts';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { signingSecret } from '../../src/referrals/webhooks/secret.ts';
import { addWebhook, rotateSecret } from '../../src/referrals/webhooks/webhook.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { newId } from '../../src/shared/ids.ts';
import { seal } from '../../src/shared/seal.ts';
import { testApp } from '../helpers/app.ts';
import { testDatabase } from '../helpers/database.ts';

const first = { SECRET: 'the first of the secrets in this test', SECRET_BEFORE: '' };
const second = { SECRET: 'the second of the secrets in this test', SECRET_BEFORE: '' };
const changing = { ...second, SECRET_BEFORE: first.SECRET };
const refused = { type: 'conflict', message: /SECRET is not the one that this database is used with/ };

t.test('SECRET opens the key, and another takes its place while both are set', async (t) => {
  const { db } = await testDatabase(t);
  await db.deleteFrom('data_key').execute();
  // Connections that are open already, so that all begin at once.
  await Promise.all(Array.from({ length: 6 }, () => sql`select pg_sleep(0.2)`.execute(db)));
  const [key, ...same] = await Promise.all(Array.from({ length: 6 }, () => openDataKey(db, first)));
  t.ok(key!.length >= 64);
  t.not(key, first.SECRET);
  t.same(new Set(same), new Set([key]), 'processes that start together have one');
  await t.rejects(openDataKey(db, second), refused, 'another secret opens nothing');
  await t.rejects(openDataKey(db, { ...second, SECRET_BEFORE: 'x'.repeat(40) }), refused);

  t.equal(await openDataKey(db, changing), key);
  t.equal(await openDataKey(db, first), key, 'the old one alone still opens it');
  t.equal(await openDataKey(db, changing), key, 'and so does the new one');
  t.equal(await openDataKey(db, second), key, 'which is enough');
  await t.rejects(openDataKey(db, first), refused, 'and then the only one');
  t.equal((await db.selectFrom('data_key').selectAll().execute()).length, 1);
});

t.test('a database that was in use before there was a key goes on with its secret', async (t) => {
  for (const settings of [first, changing]) {
    const { db } = await testApp(t);
    await db.deleteFrom('data_key').execute();
    await t.rejects(
      openDataKey(db, settings),
      /Start Lendwell with its SECRET first/,
      'no script decides that',
    );
    t.equal(await openDataKey(db, settings, { adopts: true }), first.SECRET);
    t.equal(
      await openDataKey(db, second).catch(({ type }) => type),
      settings === first ? 'conflict' : first.SECRET,
    );
  }
});

t.test('what is sealed in it tells which secret is its own', async (t) => {
  const { db, ids } = await testApp(t);
  await db.deleteFrom('data_key').execute();
  const sealed = seal(factorKey({ key: first.SECRET }, ids.manager), 'a secret');
  const app = {
    id: newId(),
    staff_id: ids.manager,
    kind: 'code',
    name: 'Phone',
    sealed_secret: sealed,
    last_step: 0,
  } as const;
  await db
    .insertInto('factor')
    .values({ ...app, created_at: '2026-11-23T09:30:00Z' })
    .execute();
  await t.rejects(openDataKey(db, second, { adopts: true }), refused);
  t.equal(await openDataKey(db, { ...first, SECRET_BEFORE: 'x'.repeat(40) }), first.SECRET);
});

t.test('who comes in, and what was given out, stays good when SECRET is changed', async (t) => {
  const { app, deps, db, as, clinicId } = await testApp(t, { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1:9' });
  const ctx = systemContext('test');
  const { SECRET } = deps.config;
  const { token } = await addFormLink(deps, ctx, clinicId, { label: 'Front desk', expiresOn: '2027-01-31' });
  const { id } = await addWebhook(deps, ctx, clinicId, { url: 'http://127.0.0.1:9/' });
  const { secret } = await rotateSecret(deps, ctx, id);
  const asks = [
    { url: '/api/v1/devices', headers: as.officer },
    { url: '/api/v1/devices', headers: as.integration },
    { url: `/refer/${token}` },
  ];
  for (const ask of asks) t.equal((await app.inject(ask)).statusCode, 200, ask.url);
  for (const [who, SECRET_BEFORE] of [
    ['supporter', SECRET],
    ['auditor', ''],
  ] as const) {
    const config = { ...deps.config, ...second, SECRET_BEFORE };
    const later = { ...deps, config, key: await openDataKey(db, config) };
    const again = await buildApp(later);
    t.teardown(() => again.close());
    for (const ask of asks) t.equal((await again.inject(ask)).statusCode, 200, ask.url);
    const form = await again.inject({
      method: 'POST',
      url: '/sign-out',
      headers: { ...as[who], 'content-type': 'application/x-www-form-urlencoded' },
    });
    t.equal(form.statusCode, 303, 'and a form that was open is taken');
    t.equal(signingSecret(later.key, id, 2), secret, 'as is what a clinic checks calls with');
  }
});
