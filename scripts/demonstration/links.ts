import { sql } from 'kysely';
import { newLinkToken } from '../../src/access/tokens.ts';
import { patientLinkHash } from '../../src/messages/link.queries.ts';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { addDays, timestamp, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import type { Scheme } from './scheme.ts';

/** For so long the demonstration may be looked at by these links. */
const days = 365;

/** Addresses of pages that want no sign-in: the form of a clinic, and what someone who borrows answers a message by. */
export async function makeLinks(deps: Deps, { manager, clinics }: Scheme) {
  const until = addDays(today(deps.clock), days);
  const input = { label: 'To try the form', expiresOn: until };
  const form = await addFormLink(deps, manager, clinics[0]!.id, input);
  return {
    clinicForm: form.token && `/refer/${form.token}`,
    patientAnswer: await linkToAnswer(deps, until),
  };
}

/**
 * A link of a message that tells of a call which is still ahead; undefined where there is none. It is not made by
 * sending: texts of the demonstration have no address that reveals nothing, and the token is in the text alone.
 */
async function linkToAnswer(deps: Deps, until: string): Promise<string | undefined> {
  const token = newLinkToken();
  const { rows } = await sql<{ id: string }>`
    insert into patient_link (token_hash, message_id, created_at, expires_at)
    select ${patientLinkHash(deps, token)}, m.id, ${timestamp(deps.clock)}, ${until}::date
    from message m join patient p on p.id = m.patient_id
    where m.status in ('sent', 'delivered') and p.contact_state = 'open'
    order by exists (select from reminder r join follow_up f on f.id = r.subject_id
      where r.message_id = m.id and r.status = 'said' and f.status = 'planned' and r.useless_after > ${timestamp(deps.clock)}) desc, m.id desc
    limit 1 returning message_id as id`.execute(deps.db);
  return rows.length ? `/a/${token}` : undefined;
}
