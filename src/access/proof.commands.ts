import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid } from '../shared/problem.ts';
import { one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { Session, SignInWay } from './access.queries.ts';
import { standingOf } from './factor.queries.ts';
import { hashPassword, isPassword } from './password.ts';
import { assertPassword } from './password-choice.ts';
import { noteSecurity } from './security-log.commands.ts';
import { endSessions } from './session.commands.ts';
import { countTry, forgetTries, ownTry } from './throttle.commands.ts';

type Own = Pick<Session, 'tokenHash' | 'staffId'>;

/**
 * Proves again whose a session is, by the password of someone who has no second step.
 * @throws Problem `invalid`, `too-many-requests`
 */
export async function proveByPassword(deps: Deps, ctx: Context, own: Own, password: string): Promise<void> {
  const way = await checkPassword(deps, ctx, password, '/password');
  await command(deps, { ...ctx, once: undefined }, (work) => proved(work, own, way));
}

/** Notes in a session that its owner has just shown who they are. */
export async function proved({ trx, at }: Work, { tokenHash }: Own, way: SignInWay): Promise<void> {
  await run(
    trx,
    'session.prove',
    trx.updateTable('session').set({ proved_at: at, way }).where('token_hash', '=', tokenHash),
  );
}

/**
 * Changes one's own password. Every other session ends, and the wait after wrong ones does.
 * @throws Problem `invalid` for a wrong present one or a new one that will not do, `too-many-requests`
 */
export async function changeOwnPassword(
  deps: Deps,
  ctx: Context,
  own: Own,
  { current, password }: { current: string; password: string },
): Promise<void> {
  await checkPassword(deps, ctx, current, '/current');
  await assertPassword(deps, deps.db, password, await standingOf(deps.db, own.staffId));
  if (current === password)
    throw invalid({ pointer: '/password', message: 'Give one that is not the present one.' });
  const hash = await hashPassword(password);
  await command(deps, { ...ctx, once: undefined }, async (work) => {
    await run(
      work.trx,
      'staff.set-own-password',
      work.trx
        .updateTable('staff')
        .set({ password_hash: hash, changed_at: work.at })
        .where('id', '=', own.staffId),
    );
    await endSessions(work, own.staffId, own.tokenHash);
    await recordEvent(work, { type: 'staff.password_set', subjects: [['staff', own.staffId]] });
    await noteSecurity(work, { kind: 'password_set', staffId: own.staffId });
  });
}

async function checkPassword(
  deps: Deps,
  ctx: Context,
  password: string,
  pointer: string,
): Promise<SignInWay> {
  const staffId = ctx.actor.id!;
  const tried = ownTry(deps, 'own', staffId);
  await countTry(deps, tried);
  const { hash } = await one(
    deps.db,
    'staff.own-password',
    deps.db.selectFrom('staff').select('password_hash as hash').where('id', '=', staffId),
  );
  const isRight = await isPassword(password, hash);
  await command(deps, { ...ctx, once: undefined }, async (work) => {
    if (isRight) await forgetTries(work.trx, tried);
    else await noteSecurity(work, { kind: 'proof_refused', staffId });
  });
  if (!isRight) throw invalid({ pointer, message: 'This is not your present password.' });
  return 'password';
}
