import { linkIdentity } from '../../src/access/identity.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { command } from '../../src/shared/command.ts';
import type { Deps } from '../../src/shared/deps.ts';
import type { ProviderStub } from './provider-stub.ts';

const ctx = systemContext('test');

/** Someone with an account here that is linked to one at the stub. */
export async function linked(
  deps: Deps,
  stub: Pick<ProviderStub, 'issuer'>,
  name: string,
  role: StaffRole = 'officer',
) {
  const { id } = await addStaff(deps, ctx, { name, email: `${name}@example.org`, role });
  await command(deps, ctx, (work) => linkIdentity(work, id, { issuer: stub.issuer, subject: name }));
  return { id, who: { sub: name, sid: `session of ${name}`, name, email: `${name}@example.org` } };
}
/** What the security log has of a kind, the oldest first. */
export const notes = ({ db }: Pick<Deps, 'db'>, kind: string) =>
  db
    .selectFrom('security_event')
    .select(['about', 'staff_id', 'is_alarm'])
    .where('kind', '=', kind)
    .orderBy('id')
    .execute();
