import type { Reader } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import { staffRoles } from './staff.rules.ts';

const Proposal = {
  id: col.text,
  name: col.text,
  email: col.text,
  role: col.orNull(col.oneOf(staffRoles)),
  proposedAt: col.text,
  triedAt: col.text,
};
export type Proposal = RowOf<typeof Proposal>;

/** Who came by single sign-on without an account and asks to be let in, the last to try first. */
export async function listProposals(db: Reader): Promise<Proposal[]> {
  return many(db, 'account-proposal.list', Proposal)`
    select id, name, email, role, proposed_at as "proposedAt", tried_at as "triedAt" from proposed_account
    order by tried_at desc, id limit 100`;
}

const Namesake = col.orNull(col.object({ id: col.text, name: col.text }));

/**
 * One of them, with who has the same email address here.
 * @throws Problem `not-found`
 */
export async function getProposal(db: Reader, id: string) {
  const row = await maybe(db, 'account-proposal.get', { ...Proposal, namesake: Namesake })`
    select a.id, a.name, a.email, a.role, a.proposed_at as "proposedAt", a.tried_at as "triedAt",
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as namesake
    from proposed_account a left join staff p on lower(p.email) = lower(a.email) and p.suspended_at is null
    where a.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
