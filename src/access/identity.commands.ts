import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { endSessions } from './session.commands.ts';
import type { Came } from './sign-on-claims.ts';

/** Links an account at the provider to a member of staff; whoever signs in there comes in as them from now on. */
export async function linkIdentity(
  work: Work,
  staffId: string,
  { issuer, subject }: Pick<Came, 'issuer' | 'subject'>,
): Promise<void> {
  await run(
    work.trx,
    'sign-on.link',
    work.trx.insertInto('staff_identity').values({ issuer, subject, staff_id: staffId, linked_at: work.at }),
  );
  await run(
    work.trx,
    'sign-on.proposal-over',
    work.trx.deleteFrom('proposed_account').where('issuer', '=', issuer).where('subject', '=', subject),
  );
  await recordEvent(work, { type: 'staff.identity_linked', subjects: [['staff', staffId]] });
}

/**
 * Takes away the accounts at the provider by which someone comes in. They are signed out everywhere.
 * @throws Problem `conflict` for someone who has none
 */
export async function unlinkIdentities(deps: Deps, ctx: Context, staffId: string): Promise<void> {
  await command(deps, ctx, async (work) => {
    const count = await run(
      work.trx,
      'sign-on.unlink',
      work.trx.deleteFrom('staff_identity').where('staff_id', '=', staffId),
    );
    if (!count) throw new Problem('conflict', { detail: 'They have no work account linked.' });
    await endSessions(work, staffId);
    await recordEvent(work, { type: 'staff.identity_unlinked', subjects: [['staff', staffId]] });
  });
}
