import { sql } from 'kysely';
import t from 'tap';
import { addStaff, changeStaff } from '../../src/access/staff.commands.ts';
import { getStaff } from '../../src/access/staff.queries.ts';
import { recordAction } from '../../src/lending/incidents/action.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { extendLoan } from '../../src/lending/loans/extension.commands.ts';
import { giftLoan } from '../../src/lending/loans/gift.commands.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { recordFindings } from '../../src/messages/receipt.commands.ts';
import { settleSent } from '../../src/messages/sending.commands.ts';
import { changePatient, patientTag } from '../../src/people/change.commands.ts';
import { reviewCommunication } from '../../src/people/communication.commands.ts';
import { recordContactPoint } from '../../src/people/contact-point.commands.ts';
import { getPatient } from '../../src/people/patient.queries.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { withdrawReferral } from '../../src/referrals/withdrawal.commands.ts';
import { etagOf } from '../../src/shared/etag.ts';
import type { SubjectType } from '../../src/shared/events.ts';
import { newId } from '../../src/shared/ids.ts';
import { workIn } from '../../src/shared/work.ts';
import { moveDevices } from '../../src/stock/devices/move.commands.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { createTasks } from '../../src/tasks/task.commands.ts';
import type { TaskKind } from '../../src/tasks/task.rules.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';

const { db, deps } = await testDatabase(t);
const make = factories(deps);
const day = '2026-11-23';

async function ask(kinds: TaskKind[], subjectType: SubjectType, subjectId: string, patientId?: string) {
  await db.transaction().execute((trx) =>
    createTasks(
      workIn(trx, deps, officer),
      kinds.map((kind) => ({ kind, subjectType, subjectId, patientId })),
    ),
  );
}
const open = async () =>
  (await db.selectFrom('task').select('kind').where('status', '=', 'open').orderBy('kind').execute()).map(
    ({ kind }) => kind,
  );
const aPatient = async () => {
  const [one] = await seedFollowUps(db, { patients: 1, dueOn: day, startsAt: '07:00' });
  return one!;
};
t.beforeEach(async () => {
  await sql`update task set status = 'done', done_at = now() where status = 'open'`.execute(db);
});

t.test('what asks for a way to reach someone is over when there is one', async (t) => {
  const { patientId } = await aPatient();
  await ask(
    ['no_safe_contact', 'number_stopped', 'no_time_to_contact', 'recheck_contact', 'format_needed'],
    'patient',
    patientId,
  );
  await sql`update contact_point set recheck_due = '2026-11-01' where patient_id = ${patientId}`.execute(db);
  await recordContactPoint(deps, officer, patientId, {
    channel: 'email',
    value: 'a@example.org',
    safe: true,
  });
  t.same(await open(), ['format_needed', 'recheck_contact'], 'the number is still to be checked');
  await recordContactPoint(deps, officer, patientId, { channel: 'sms', value: '07700 900123', safe: true });
  t.same(await open(), ['format_needed']);
  await reviewCommunication(deps, officer, patientId, {
    communicationNeeds: ['large_print'],
    interpreter: false,
  });
  t.same(await open(), []);
});

t.test('a letter that came back is settled by another address', async (t) => {
  const { patientId } = await aPatient();
  await ask(['letter_returned'], 'patient', patientId);
  const tag = patientTag(await getPatient(db, patientId));
  await changePatient(deps, { ...officer, ifMatch: tag }, patientId, { preferredName: 'Am' });
  t.same(await open(), ['letter_returned']);
  const now = patientTag(await getPatient(db, patientId));
  await changePatient(deps, { ...officer, ifMatch: now }, patientId, { address: '1 Elm Street' });
  t.same(await open(), []);
});

t.test('what waits for a decision is over with it, or with the referral', async (t) => {
  const kinds: TaskKind[] = ['clinic_answered', 'referral_late', 'referral_sent_again'];
  const { id } = await make.referral();
  await ask(kinds, 'referral', id);
  await decideReferral(deps, officer, id, { decision: 'accept' });
  t.same(await open(), []);
  await ask([...kinds, 'allocation_expired'], 'referral', id);
  await withdrawReferral(deps, officer, id, { reason: 'Moved away', saidBy: 'clinic' });
  t.same(await open(), []);
});

t.test('a device that is held or issued again settles what had expired', async (t) => {
  const { id } = await make.waitingReferral({ needs: ['device'] });
  const [device] = await make.readyDevices(1);
  await ask(['allocation_expired'], 'referral', id);
  await allocateDevice(deps, officer, id, { deviceId: device!.id, skipReason: 'Others cannot wait' });
  t.same(await open(), []);
  await ask(['allocation_expired'], 'referral', id);
  await make.loan({ referralId: id, items: [{ deviceId: device!.id }] });
  t.same(await open(), []);
});

t.test('two missed are settled by one that was done', async (t) => {
  const { patientId, followUpId } = await aPatient();
  await ask(['missed_twice'], 'patient', patientId, patientId);
  await recordOutcome(deps, officer, followUpId, { result: 'done' });
  t.same(await open(), []);
});

t.test('a loan that is extended, comes back or is given away asks for nothing', async (t) => {
  const late = await make.loan({ dueOn: '2026-11-30' });
  await ask(['loan_overdue', 'fetch_kit'], 'loan', late.id);
  await extendLoan(deps, manager, late.id, { dueOn: '2027-01-29', reason: 'Still needed' });
  t.same(await open(), ['fetch_kit']);
  await returnItems(deps, officer, late.id, { items: [{ itemId: late.items[0]!.id, condition: 'B' }] });
  t.same(await open(), []);
  const kept = await make.loan();
  await ask(['loan_overdue', 'fetch_kit'], 'loan', kept.id);
  await giftLoan(deps, officer, kept.id, { reason: 'It helps them every day' });
  t.same(await open(), []);
});

t.test('a reported incident settles what they said, and its erasure what asked for it', async (t) => {
  const loan = await make.loan();
  const { patient_id: patientId } = await db
    .selectFrom('loan')
    .select('patient_id')
    .where('id', '=', loan.id)
    .executeTakeFirstOrThrow();
  await ask(['said_lost'], 'inbound_message', newId(), patientId!);
  await ask(['loan_overdue'], 'loan', loan.id);
  const incident = await reportIncident(deps, officer, loan.id, {
    itemId: loan.items[0]!.id,
    kind: 'stolen',
    reportedOn: day,
  });
  t.same(await open(), ['secure_device'], 'and the loan with nothing out is closed');
  await ask(['wipe_device'], 'incident', incident.id);
  await recordAction(deps, officer, incident.id, { kind: 'wipe', note: 'It holds notes' });
  t.same(await open(), ['secure_device']);
  await recordAction(deps, officer, incident.id, { kind: 'found' });
  t.same(await open(), []);
});

t.test('a device that is ready, in repair or in its place asks for nothing', async (t) => {
  const [ready, broken, astray] = await make.devices(3);
  for (const { id } of [ready!, broken!]) await ask(['preparation_late'], 'device', id);
  for (const kind of ready!.openChecks) await make.pass(ready!.id, kind);
  t.same(await open(), ['preparation_late']);
  await sendForRepair(deps, officer, broken!.id, { fault: 'It does not charge' });
  t.same(await open(), []);
  await ask(['unexpected_at_stocktake'], 'device', astray!.id);
  const { id: locationId } = await make.store();
  await moveDevices(deps, officer, { items: [{ deviceId: astray!.id }], locationId });
  t.same(await open(), []);
});

t.test('a message of which it is known what became, and one that went out, settle theirs', async (t) => {
  const { patientId } = await aPatient();
  const message = async (status: string, runDate: string) => {
    const id = newId();
    await sql`insert into message (id, patient_id, contact_point_id, channel, wording, run_date, send_after, status, why, claim, created_at, changed_at)
      select ${id}, patient_id, id, 'sms', 'discreet', ${runDate}, now(), ${status}, ${status === 'unknown' ? 'not_known' : null}, 1, now(), now()
      from contact_point where patient_id = ${patientId}`.execute(db);
    return id;
  };
  const unknown = await message('unknown', '2026-11-20');
  await ask(['message_unknown'], 'message', unknown, patientId);
  await recordFindings(deps, [{ reference: unknown, providerId: 'p', state: 'delivered' }]);
  t.same(await open(), []);
  const sending = await message('sending', '2026-11-21');
  await ask(['no_sender'], 'patient', patientId, patientId);
  await ask(['provider_refuses'], 'provider', '00000000-0000-7000-8000-000000000001');
  await settleSent(deps, [{ id: sending, claim: 1, providerId: 'p' }]);
  t.same(await open(), []);
});

t.test('a DBS check is settled by its day, when that is late enough', async (t) => {
  const { id } = await addStaff(deps, manager, {
    name: 'Sue Supporter',
    email: 'sue@example.org',
    role: 'supporter',
  });
  await ask(['dbs_due'], 'staff', id);
  const record = async (dbsCheckedOn: string) => {
    const { changedAt } = await getStaff(deps, db, id);
    await changeStaff(deps, { ...manager, ifMatch: etagOf(id, changedAt) }, id, { dbsCheckedOn });
  };
  await record('2020-01-01');
  t.same(await open(), ['dbs_due']);
  await record(day);
  t.same(await open(), []);
});
