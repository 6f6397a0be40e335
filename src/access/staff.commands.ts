import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { kept } from '../shared/reading.ts';
import { hashPassword } from './password.ts';
import { endSessions } from './session.commands.ts';
import { getStaff } from './staff.queries.ts';
import { assertPassword, assertStillLookedAfter, type StaffRole } from './staff.rules.ts';
import type { NewStaff, Staff, StaffChange } from './staff.schemas.ts';

/**
 * Adds a member of staff. Without a password the account has no way in until they set one by a link,
 * or single sign-on finds them by their email address.
 * @throws Problem `name-in-use` when someone has the email address, `invalid`
 */
export async function addStaff(
  deps: Deps,
  ctx: Context,
  person: NewStaff & { password?: string },
): Promise<{ id: string }> {
  const email = emailOf(person);
  if (person.password !== undefined) assertPassword(person.password, person);
  const hash = person.password === undefined ? null : await hashPassword(person.password);
  return command(deps, ctx, async (trx) => {
    await assertSupporting(trx, deps, person);
    const id = newId();
    const at = timestamp(deps.clock);
    await sql`/* staff.add */
      insert into staff (id, name, email, role, password_hash, organisation_id, weekly_minutes, dbs_checked_on, created_at, changed_at)
      values (${id}, ${person.name.trim()}, ${email}, ${person.role}, ${hash}, ${person.organisationId ?? null},
        ${person.weeklyMinutes ?? null}, ${person.dbsCheckedOn ?? null}, ${at}, ${at})`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'staff.added',
      subjects: [['staff', id]],
      values: { role: person.role },
      fields: ['name', 'email'],
    });
    return { id };
  });
}

/**
 * Changes what is known of a member of staff. Another role counts from their next click on.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`, `invalid`, `staff-change-refused`
 */
export async function changeStaff(
  deps: Deps,
  ctx: Context,
  id: string,
  change: StaffChange,
  ifMatch: string | undefined,
): Promise<Staff> {
  const email = emailOf(change);
  return command(deps, ctx, async (trx) => {
    const before = await lockStaff(trx, id);
    requireMatch(ifMatch, etagOf(id, before.changedAt));
    await assertSupporting(trx, deps, change);
    const { administrators, ...standing } = before;
    const after = { role: change.role ?? standing.role, suspended: standing.suspended };
    assertStillLookedAfter(standing, after, { by: ctx.actor.id, administrators });
    const has = (name: keyof StaffChange) => change[name] !== undefined;
    await sql`/* staff.change */
      update staff set name = coalesce(${change.name?.trim() ?? null}, name), email = coalesce(${email ?? null}, email),
        role = ${after.role}, changed_at = ${timestamp(deps.clock)},
        organisation_id = case when ${has('organisationId')} then ${change.organisationId ?? null}::uuid else organisation_id end,
        weekly_minutes = case when ${has('weeklyMinutes')} then ${change.weeklyMinutes ?? null}::int else weekly_minutes end,
        dbs_checked_on = case when ${has('dbsCheckedOn')} then ${change.dbsCheckedOn ?? null}::date else dbs_checked_on end
      where id = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'staff.changed',
      subjects: [['staff', id]],
      values: after.role === before.role ? {} : { from: before.role, to: after.role },
      fields: Object.keys(change).filter((name) => name !== 'role'),
    });
    return getStaff(deps, trx, id);
  });
}

/**
 * Suspends a member of staff: their sessions and links end at once, and the follow-ups that are ahead of
 * them are nobody's, for an officer to give to someone else. Suspended twice is suspended.
 * @throws Problem `not-found`, `staff-change-refused`
 */
export async function suspendStaff(deps: Deps, ctx: Context, id: string): Promise<Staff> {
  return command(deps, ctx, async (trx) => {
    const { administrators, ...before } = await lockStaff(trx, id);
    const after = { role: before.role, suspended: true };
    assertStillLookedAfter(before, after, { by: ctx.actor.id, administrators });
    if (before.suspended) return getStaff(deps, trx, id);
    const at = timestamp(deps.clock);
    await sql`/* staff.suspend */
      with l as (update password_link set ended_at = ${at} where staff_id = ${id} and ended_at is null)
      update staff set suspended_at = ${at}, changed_at = ${at} where id = ${id}`.execute(trx);
    await endSessions(trx, deps, id);
    const freed = await sql`/* staff.free-follow-ups */
      update follow_up set supporter_id = null, changed_at = ${at}
      where supporter_id = ${id} and status in ('planned', 'confirmed')`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'staff.suspended',
      subjects: [['staff', id]],
      values: { count: Number(freed.numAffectedRows ?? 0) },
    });
    return getStaff(deps, trx, id);
  });
}

/**
 * Lets a suspended member of staff in again, with the password that they had.
 * @throws Problem `not-found`
 */
export async function restoreStaff(deps: Deps, ctx: Context, id: string): Promise<Staff> {
  return command(deps, ctx, async (trx) => {
    const before = await lockStaff(trx, id);
    if (!before.suspended) return getStaff(deps, trx, id);
    await sql`/* staff.restore */
      update staff set suspended_at = null, changed_at = ${timestamp(deps.clock)} where id = ${id}`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, { type: 'staff.restored', subjects: [['staff', id]] });
    return getStaff(deps, trx, id);
  });
}

/** The email address as it is kept, in one form, so that no two accounts look the same. */
function emailOf({ email: given }: { email?: string | undefined }): string | undefined {
  const errors: FieldError[] = [];
  const email = kept('/email', errors, given, readEmail);
  if (errors.length) throw invalid(...errors);
  return email;
}

/** The person and all administrators, in one order, so that two who take each other's place wait for each other. */
async function lockStaff(trx: Trx, id: string) {
  const { rows } = await sql<{
    id: string;
    role: StaffRole;
    suspended: boolean;
    changedAt: string;
  }>`/* staff.lock */
    select id, role, suspended_at is not null as suspended, changed_at as "changedAt" from staff
    where id = ${id} or role = 'administrator' order by id for no key update`.execute(trx);
  const found = rows.find((row) => row.id === id);
  if (!found) throw new Problem('not-found');
  const administrators = rows.filter(({ role, suspended }) => role === 'administrator' && !suspended);
  return { ...found, administrators: administrators.map((row) => row.id) };
}

async function assertSupporting(
  trx: Trx,
  deps: Deps,
  { organisationId, dbsCheckedOn }: StaffChange,
): Promise<void> {
  if (dbsCheckedOn && dbsCheckedOn > today(deps.clock))
    throw invalid({
      pointer: '/dbsCheckedOn',
      message: 'This date is in the future. Give the day of the check.',
    });
  if (!organisationId) return;
  const { rows } = await sql`/* staff.partner */
    select from organisation where id = ${organisationId} and 'support_partner' = any(roles) and succeeded_by is null`.execute(
    trx,
  );
  if (!rows.length)
    throw invalid({ pointer: '/organisationId', message: 'There is no such support partner.' });
}
