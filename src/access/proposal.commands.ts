import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { newId } from '../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { kept } from '../shared/reading.ts';
import { col } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { reachesFar } from './grants.ts';
import { linkIdentity } from './identity.commands.ts';
import { byTwo, wantSecondPerson } from './second-person.commands.ts';
import { noteSecurity } from './security-log.commands.ts';
import { endSessions } from './session.commands.ts';
import { makeAccount } from './staff.commands.ts';
import { type StaffRole, staffRoles } from './staff.rules.ts';
import type { NewStaff } from './staff.schemas.ts';

/** How long someone who asks to be let in, and comes no more, is kept. */
export const proposalKeptFor = '90 days';
/** More wait for nobody: whoever fills the list is a stranger. */
const mostWaiting = 500;

type Asking = {
  issuer: string;
  subject: string;
  name: string;
  email: string;
  role: StaffRole | null;
};

/** Asks administrators to let someone in who came by single sign-on and has no account, inside a command's transaction. */
export async function proposeAccount(
  work: Work,
  { issuer, subject, name, email, role }: Asking,
): Promise<void> {
  const { trx, at } = work;
  const row = await maybe(trx, 'account-proposal.add', { isNew: col.boolean })`
    insert into proposed_account (id, issuer, subject, name, email, role, proposed_at, tried_at)
    select ${newId()}::uuid, ${issuer}, ${subject}, ${name}, ${email}, ${role}, ${at}::timestamptz, ${at}::timestamptz
    where (select count(*) from proposed_account) < ${mostWaiting}
    on conflict (issuer, subject) do update
      set name = excluded.name, email = excluded.email, role = excluded.role, tried_at = excluded.tried_at
    returning xmax = 0 as "isNew"`;
  if (row?.isNew) await noteSecurity(work, { kind: 'account_proposed' });
}

/**
 * Lets someone in who asked: with a new account, or with the one that they have here already.
 * @throws Problem `not-found` for someone who asks no more, `name-in-use`, `invalid`, `conflict`, `second-person-required`
 */
export async function acceptProposal(
  deps: Deps,
  ctx: Context,
  id: string,
  given: { account: Pick<NewStaff, 'name' | 'email' | 'role'> } | { staffId: string },
): Promise<{ staffId: string }> {
  return byTwo(deps, ctx, () =>
    command(deps, ctx, async (work) => {
      const row = await lockProposal(work, id);
      const staffId = 'staffId' in given ? given.staffId : await accountOf(work, given.account);
      const person = await maybe(work.trx, 'account-proposal.person', {
        role: col.oneOf(staffRoles),
        isSuspended: col.boolean,
      })`
        select role, suspended_at is not null as "isSuspended" from staff where id = ${staffId} for no key update`;
      if (!person) throw new Problem('not-found');
      if (person.isSuspended)
        throw new Problem('conflict', { detail: 'They are suspended. Let them in again first.' });
      // It is a way into the account, as a link is.
      if ('staffId' in given && reachesFar(person.role))
        await wantSecondPerson(work, { kind: 'password_link', subjectId: staffId });
      await endSessions(work, staffId);
      await linkIdentity(work, staffId, row);
      return { staffId };
    }),
  );
}

async function accountOf(work: Work, account: Pick<NewStaff, 'name' | 'email' | 'role'>): Promise<string> {
  if (reachesFar(account.role))
    throw new Problem('conflict', {
      detail:
        'Managers and administrators are added under Staff, and link their work account by a link to which someone else agrees.',
    });
  const errors: FieldError[] = [];
  const email = kept('/email', errors, account.email, readEmail);
  if (email === undefined) throw invalid(...errors);
  return (await makeAccount(work, { ...account, email })).id;
}

/**
 * Refuses someone who asked to be let in. They may ask again.
 * @throws Problem `not-found`
 */
export async function refuseProposal(deps: Deps, ctx: Context, id: string): Promise<void> {
  await command(deps, ctx, async (work) => {
    await lockProposal(work, id);
    await run(
      work.trx,
      'account-proposal.refuse',
      work.trx.deleteFrom('proposed_account').where('id', '=', id),
    );
    await noteSecurity(work, { kind: 'proposal_refused' });
  });
}

async function lockProposal({ trx }: Work, id: string) {
  const row = await maybe(
    trx,
    'account-proposal.lock',
    trx.selectFrom('proposed_account').select(['issuer', 'subject']).where('id', '=', id).forUpdate(),
  );
  if (!row) throw new Problem('not-found');
  return row;
}
