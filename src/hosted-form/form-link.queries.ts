import { sql } from 'kysely';
import { keyedHash } from '../access/tokens.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { type FormLinkState, stateOf } from './form-link.rules.ts';

export type FormLinkRow = {
  id: string;
  label: string;
  state: FormLinkState;
  createdAt: string;
  expiresOn: string;
  usedAt: string | null;
  sent: number;
};

/**
 * A clinic with its links to the hosted form, the newest first.
 * @throws Problem `not-found` when there is no clinic of this id
 */
export async function clinicFormLinks(
  deps: Deps,
  clinicId: string,
): Promise<{ clinic: { id: string; name: string }; links: FormLinkRow[] }> {
  type Row = Omit<FormLinkRow, 'state'> & { revokedAt: string | null };
  const { rows } = await sql<{ id: string; name: string; links: Row[] }>`
    select o.id, o.name, coalesce((select json_agg(json_build_object('id', l.id, 'label', l.label, 'createdAt', l.created_at,
        'expiresOn', l.expires_on, 'revokedAt', l.revoked_at, 'usedAt', l.used_at, 'sent', l.sent) order by l.id desc)
      from form_link l where l.clinic_id = o.id), '[]') as links
    from organisation o where o.id = ${clinicId} and 'clinic' = any(o.roles)`.execute(deps.db);
  const found = rows[0];
  if (!found) throw new Problem('not-found');
  const day = today(deps.clock);
  const links = found.links.map((link) => ({ ...link, state: stateOf(link, day) }));
  return { clinic: { id: found.id, name: found.name }, links };
}

/** A link that works, with the clinic that it is for. */
export type FormLink = { id: string; label: string; clinicId: string; clinicName: string };

/** What is stored in place of a link's token. */
export const formLinkHash = (deps: Deps, token: string) => keyedHash(deps.config.SECRET, 'form-link', token);

/** The link of a token, where it works today; an ended one is as unknown as one that never was. */
export async function findFormLink(deps: Deps, token: string): Promise<FormLink | undefined> {
  const { rows } = await sql<FormLink>`/* form-link.find */
    select l.id, l.label, l.clinic_id as "clinicId", o.name as "clinicName"
    from form_link l join organisation o on o.id = l.clinic_id
    where l.token_hash = ${formLinkHash(deps, token)} and l.revoked_at is null and l.expires_on >= ${today(deps.clock)}`.execute(
    deps.db,
  );
  return rows[0];
}
