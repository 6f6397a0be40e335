import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { verifyLog } from '../../src/office/log-proof/verify.queries.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { settled } from '../helpers/linked-log.ts';

const asked = {
  askedBy: 'patient',
  askedOn: '2026-11-20',
  identityCheck: 'Saw a card',
  reason: 'Help ended',
} as const;

t.test('erasing a person leaves the chain whole, and their decisions and holds as they were', async (t) => {
  const database = await testApp(t);
  const { app, as, deps, db, ownerUrl } = database;
  const api = apiOf(app, as.manager);
  const { id: referralId } = await factories(deps).referral();
  const { patient_id: patientId } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', referralId)
    .executeTakeFirstOrThrow();
  const post = async (what: string, body: object) =>
    (await api('POST', `/patients/${patientId}/${what}`, body)).status;
  const { reason: _reason, ...askedToSee } = asked;
  t.equal(await post('exports', askedToSee), 201);
  t.equal(await post('legal-holds', { reason: 'A complaint' }), 201);
  t.equal(await post('legal-hold-liftings', { reason: 'It is settled' }), 201);
  await decideReferral(deps, officer, referralId, { decision: 'decline', reason: 'Moved away' });
  await settled(database);
  t.equal((await verifyLog(db)).fault, undefined);
  t.equal(await post('erasures', asked), 201);
  t.equal((await verifyLog(db)).fault, undefined);
  await settled(database);
  t.match(await verifyLog(db), { fault: undefined, waiting: 0 });

  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  t.teardown(() => owner.end());
  const refused = { code: '42501' };
  for (const statement of [
    `update privacy_decision set by_name = 'Somebody'`,
    `update privacy_decision set reason = 'Another'`,
    `update legal_hold set lifted_at = null, lifted_by = null`,
    `update legal_hold set lifted_by = 'Somebody'`,
    `update legal_hold set reason = 'Another'`,
    'delete from privacy_decision',
    'delete from legal_hold',
    'truncate privacy_decision, legal_hold',
  ]) {
    await t.rejects(owner.query(statement), refused, statement);
    await t.rejects(sql.raw(statement).execute(db), refused, `${statement}, by the application`);
  }
});
