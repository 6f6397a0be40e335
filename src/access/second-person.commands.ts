import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { may, permissions } from './permissions.ts';
import {
  agreedFor,
  askedFor,
  type SecondPersonKind,
  secondPersonKindNames,
  secondPersonKinds,
} from './second-person.rules.ts';
import { noteSecurity } from './security-log.commands.ts';

/** What someone wants to do: with whose account, or of whom, and the word that goes with it. */
export type Wanted = { kind: SecondPersonKind; subjectId: string; about?: string };

/**
 * Does something that may want a second person: where one has to agree first, what is wanted is written down for them.
 * @throws Problem `second-person-required`
 */
export async function byTwo<T>(deps: Deps, ctx: Context, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Problem && error.type === 'second-person-required')
      await ask(deps, ctx, error.extra.wanted as Wanted);
    throw error;
  }
}

async function ask(deps: Deps, ctx: Context, { kind, subjectId, about = '' }: Wanted): Promise<void> {
  await command(deps, { ...ctx, once: undefined }, async (work) => {
    // What was asked for and never decided gives way; what still waits is asked for once.
    const asked = await run(work.trx, 'second-person.ask')`
      with old as (
        delete from second_person where kind = ${kind} and subject_id = ${subjectId} and about = ${about}
          and asked_by = ${ctx.actor.id} and decided_at is null and asked_at < ${work.at}::timestamptz - ${askedFor}::interval
      )
      insert into second_person (id, kind, subject_id, about, asked_by, asked_at)
      values (${newId()}, ${kind}, ${subjectId}, ${about}, ${ctx.actor.id}, ${work.at})
      on conflict (kind, subject_id, about, asked_by) where decided_at is null do nothing`;
    if (asked)
      await noteSecurity(work, { kind: 'agreement_asked', ...accountOf(kind, subjectId), about: kind });
  });
}

/**
 * Goes on where someone else agreed to exactly this within the day, which counts once; or where there is nobody else who
 * could, as in a scheme that is just being set up. Who was suspended within the week counts, so that nobody makes themselves alone.
 * @throws Problem `second-person-required`
 */
export async function wantSecondPerson(
  { trx, ctx, at }: Work,
  { kind, subjectId, about = '' }: Wanted,
): Promise<void> {
  const { actor } = ctx;
  if (actor.type !== 'staff') return;
  const used = await run(trx, 'second-person.use')`
    update second_person set used_at = ${at} where id = (
      select id from second_person where kind = ${kind} and subject_id = ${subjectId} and about = ${about}
        and asked_by = ${actor.id} and agreed and used_at is null and decided_at > ${at}::timestamptz - ${agreedFor}::interval
      order by decided_at limit 1 for update)`;
  if (used) return;
  const roles = permissions[secondPersonKinds[kind].by] as readonly string[];
  const { exists } = await one(trx, 'second-person.is-there', { exists: col.boolean })`
    select exists (
      select from staff p where (p.suspended_at is null or p.suspended_at > ${at}::timestamptz - ${askedFor}::interval) and p.role = any(${roles}::text[]) and p.id <> ${actor.id} and p.id <> ${subjectId}
        and (p.password_hash is not null or exists (select from session s where s.staff_id = p.id)
          or exists (select from staff_identity i where i.staff_id = p.id))) as exists`;
  if (!exists) return;
  throw new Problem('second-person-required', {
    detail:
      'This reaches so far that someone else has to agree. They are asked under Settings, Second person; when they have agreed, do it again within a day.',
    wanted: { kind, subjectId, about },
  });
}

/**
 * Agrees to what someone else wants to do, or refuses it.
 * @throws Problem `not-found`, `not-allowed` for one's own and for what one may not do, `conflict` for what was decided
 */
export async function decideWish(
  deps: Deps,
  ctx: Context,
  id: string,
  { agreed }: { agreed: boolean },
): Promise<void> {
  await command(deps, ctx, async (work) => {
    const wish = await maybe(work.trx, 'second-person.lock', {
      kind: col.oneOf(secondPersonKindNames),
      subjectId: col.text,
      askedBy: col.text,
      isOpen: col.boolean,
    })`
      select kind, subject_id as "subjectId", asked_by as "askedBy",
        decided_at is null and asked_at > ${work.at}::timestamptz - ${askedFor}::interval as "isOpen"
      from second_person where id = ${id} for update`;
    if (!wish) throw new Problem('not-found');
    const me = ctx.actor.id;
    if (wish.askedBy === me || wish.subjectId === me || !may(ctx.actor, secondPersonKinds[wish.kind].by))
      throw new Problem('not-allowed', { detail: 'Someone else has to decide this.' });
    if (!wish.isOpen) throw new Problem('conflict', { detail: 'It has been decided, or is too old.' });
    await run(
      work.trx,
      'second-person.decide',
      work.trx
        .updateTable('second_person')
        .set({ decided_by: me, decided_at: work.at, agreed })
        .where('id', '=', id),
    );
    await noteSecurity(work, {
      kind: agreed ? 'agreement_given' : 'agreement_refused',
      ...accountOf(wish.kind, wish.subjectId),
      about: wish.kind,
    });
  });
}

/** Whose account it is about; an erasure is about nobody's. */
const accountOf = (kind: SecondPersonKind, subjectId: string) =>
  kind === 'erasure' ? {} : { staffId: subjectId };
