import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { kept } from '../shared/reading.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { giveOnWhatEnds, heirsOf } from './giving-on.commands.ts';
import { reachesFar } from './grants.ts';
import { hashPassword } from './password.ts';
import { assertPassword } from './password-choice.ts';
import { byTwo, wantSecondPerson } from './second-person.commands.ts';
import { noteSecurity } from './security-log.commands.ts';
import { endSessions } from './session.commands.ts';
import { getStaff } from './staff.queries.ts';
import { assertStillLookedAfter, type StaffRole, staffRoles } from './staff.rules.ts';
import type { GivenOn, NewStaff, Staff, StaffChange } from './staff.schemas.ts';

/**
 * Adds a member of staff. Without a password the account has no way in until they set one by a link.
 * @throws Problem `name-in-use` when someone has the email address, `invalid`
 */
export async function addStaff(
  deps: Deps,
  ctx: Context,
  person: NewStaff & { password?: string },
): Promise<{ id: string }> {
  const email = emailOf(person.email);
  if (person.password !== undefined) await assertPassword(deps, deps.db, person.password, person);
  const hash = person.password === undefined ? null : await hashPassword(person.password);
  return command(deps, ctx, (work) => makeAccount(work, { ...person, email }, hash));
}

/** The same inside a command's transaction, with an email address as it is kept. */
export async function makeAccount(
  work: Work,
  person: NewStaff,
  passwordHash: string | null = null,
): Promise<{ id: string }> {
  await assertSupporting(work, person);
  const id = newId();
  const { at } = work;
  await run(
    work.trx,
    'staff.add',
    work.trx.insertInto('staff').values({
      id,
      name: person.name.trim(),
      email: person.email,
      role: person.role,
      password_hash: passwordHash,
      organisation_id: person.organisationId ?? null,
      weekly_minutes: person.weeklyMinutes ?? null,
      dbs_checked_on: person.dbsCheckedOn ?? null,
      created_at: at,
      changed_at: at,
    }),
  );
  await recordEvent(work, {
    type: 'staff.added',
    subjects: [['staff', id]],
    values: { role: person.role },
    fields: ['name', 'email'],
  });
  return { id };
}

/**
 * Changes what is known of a member of staff. Another role counts from their next click on.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`, `invalid`, `staff-change-refused`,
 * `second-person-required`
 */
export async function changeStaff(deps: Deps, ctx: Context, id: string, change: StaffChange): Promise<Staff> {
  const email = change.email === undefined ? undefined : emailOf(change.email);
  return byTwo(deps, ctx, () =>
    command(deps, ctx, async (work) => {
      const before = await lockStaff(work.trx, id, change);
      requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
      await assertSupporting(work, change);
      const { administrators, heirs, email: _email, ...standing } = before;
      const after = { role: change.role ?? standing.role, suspended: standing.suspended };
      assertStillLookedAfter(standing, after, { by: ctx.actor.id, administrators });
      const isMoved = after.role !== before.role;
      const isFar = reachesFar(after.role) || reachesFar(before.role);
      if (isMoved && isFar) await wantSecondPerson(work, { kind: 'role', subjectId: id, about: after.role });
      const isElsewhere = email !== undefined && email.toLowerCase() !== before.email.toLowerCase();
      if (isElsewhere && isFar) await wantSecondPerson(work, { kind: 'email', subjectId: id });
      const has = (name: keyof StaffChange) => change[name] !== undefined;
      await run(work.trx, 'staff.change')`
      update staff set name = coalesce(${change.name?.trim() ?? null}, name), email = coalesce(${email ?? null}, email),
        role = ${after.role}, changed_at = ${work.at},
        organisation_id = case when ${has('organisationId')} then ${change.organisationId ?? null}::uuid else organisation_id end,
        weekly_minutes = case when ${has('weeklyMinutes')} then ${change.weeklyMinutes ?? null}::int else weekly_minutes end,
        dbs_checked_on = case when ${has('dbsCheckedOn')} then ${change.dbsCheckedOn ?? null}::date else dbs_checked_on end
      where id = ${id}`;
      await recordEvent(work, {
        type: 'staff.changed',
        subjects: [['staff', id]],
        values: after.role === before.role ? {} : { from: before.role, to: after.role },
        fields: Object.keys(change).filter((name) => !['role', 'referralsTo', 'supportTo'].includes(name)),
      });
      if (isElsewhere)
        await noteSecurity(work, { kind: 'email_changed', staffId: id, tellAddress: before.email });
      if (isMoved) await endWaysIntoRole(work, id, after.role);
      await giveOnWhatEnds(work, { id, ...after }, heirs);
      return getStaff(deps, work.trx, id);
    }),
  );
}

/** What was a way into the role before is none into another: links end, and who reaches far now signs in for it anew. */
async function endWaysIntoRole(work: Work, id: string, role: StaffRole): Promise<void> {
  await run(
    work.trx,
    'staff.end-links',
    work.trx
      .updateTable('password_link')
      .set({ ended_at: work.at })
      .where('staff_id', '=', id)
      .where('ended_at', 'is', null),
  );
  if (reachesFar(role)) await endSessions(work, id);
}

/**
 * Gives someone the role that a provider of single sign-on says they have, inside a command's transaction. What they may
 * no longer do becomes nobody’s.
 * @throws Problem `not-found`, `staff-change-refused` for the only administrator
 */
export async function takeRole(work: Work, id: string, role: StaffRole): Promise<void> {
  const { administrators, heirs, ...before } = await lockStaff(work.trx, id);
  if (before.role === role) return;
  const after = { role, suspended: before.suspended };
  assertStillLookedAfter(before, after, { by: null, administrators });
  await run(
    work.trx,
    'staff.take-role',
    work.trx.updateTable('staff').set({ role, changed_at: work.at }).where('id', '=', id),
  );
  await recordEvent(work, {
    type: 'staff.changed',
    subjects: [['staff', id]],
    values: { from: before.role, to: role },
  });
  await endWaysIntoRole(work, id, role);
  await giveOnWhatEnds(work, { id, ...after }, heirs);
}

/**
 * Suspends a member of staff: their sessions and links end at once, and what is theirs goes to whoever is named, or is
 * nobody’s. Suspended twice is suspended, and gives on what is theirs still.
 * @throws Problem `not-found`, `staff-change-refused`, `invalid` for someone who may not do what they are given
 */
export async function suspendStaff(
  deps: Deps,
  ctx: Context,
  id: string,
  given: GivenOn = {},
): Promise<Staff> {
  return command(deps, ctx, async (work) => {
    const { administrators, heirs, ...before } = await lockStaff(work.trx, id, given);
    const after = { role: before.role, suspended: true };
    assertStillLookedAfter(before, after, { by: ctx.actor.id, administrators });
    if (!before.suspended) {
      const { at } = work;
      await run(work.trx, 'staff.suspend')`
        with l as (update password_link set ended_at = ${at} where staff_id = ${id} and ended_at is null)
        update staff set suspended_at = ${at}, changed_at = ${at} where id = ${id}`;
      await endSessions(work, id);
      await recordEvent(work, { type: 'staff.suspended', subjects: [['staff', id]] });
    }
    await giveOnWhatEnds(work, { id, ...after }, heirs);
    return getStaff(deps, work.trx, id);
  });
}

/**
 * Lets a suspended member of staff in again, with the password that they had.
 * @throws Problem `not-found`
 */
export async function restoreStaff(deps: Deps, ctx: Context, id: string): Promise<Staff> {
  return command(deps, ctx, async (work) => {
    const before = await lockStaff(work.trx, id);
    if (!before.suspended) return getStaff(deps, work.trx, id);
    await run(
      work.trx,
      'staff.restore',
      work.trx.updateTable('staff').set({ suspended_at: null, changed_at: work.at }).where('id', '=', id),
    );
    await recordEvent(work, { type: 'staff.restored', subjects: [['staff', id]] });
    return getStaff(deps, work.trx, id);
  });
}

/** The email address as it is kept, in one form, so that no two accounts look the same. */
function emailOf(given: string): string {
  const errors: FieldError[] = [];
  const email = kept('/email', errors, given, readEmail);
  if (email === undefined) throw invalid(...errors);
  return email;
}

/**
 * The person, whom their work is given, and all administrators, in one order, so that two who take each other's place
 * wait for each other. Who gives someone work holds their row as well: it is given before this, or refused after it.
 */
async function lockStaff(trx: Trx, id: string, given: GivenOn = {}) {
  const named = [given.referralsTo, given.supportTo].flatMap((one) => one ?? []);
  const rows = await many(trx, 'staff.lock', {
    id: col.text,
    role: col.oneOf(staffRoles),
    email: col.text,
    suspended: col.boolean,
    changedAt: col.text,
  })`
    select id, role, email, suspended_at is not null as suspended, changed_at as "changedAt" from staff
    where id = ${id} or id = any(${named}::uuid[]) or role = 'administrator' order by id for no key update`;
  const found = rows.find((row) => row.id === id);
  if (!found) throw new Problem('not-found');
  const administrators = rows.filter(({ role, suspended }) => role === 'administrator' && !suspended);
  const heirs = heirsOf(id, rows, given);
  return { ...found, heirs, administrators: administrators.map((row) => row.id) };
}

async function assertSupporting(work: Work, { organisationId, dbsCheckedOn }: StaffChange): Promise<void> {
  if (dbsCheckedOn && dbsCheckedOn > work.today)
    throw invalid({
      pointer: '/dbsCheckedOn',
      message: 'This date is in the future. Give the day of the check.',
    });
  if (!organisationId) return;
  const found = await maybe(work.trx, 'staff.partner', {})`
    select from organisation where id = ${organisationId} and 'support_partner' = any(roles) and succeeded_by is null`;
  if (!found) throw invalid({ pointer: '/organisationId', message: 'There is no such support partner.' });
}
