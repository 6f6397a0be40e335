import { keyedHash } from '../../access/tokens.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many, maybe } from '../../shared/statements.ts';
import { formLinkStateOf } from './form-link.rules.ts';
import { FormLinkRow } from './form-link.schemas.ts';

/**
 * A clinic with its links to the hosted form, the newest first.
 * @throws Problem `not-found` when there is no clinic of this id
 */
export async function clinicFormLinks(
  deps: Deps,
  clinicId: string,
): Promise<{ clinic: { id: string; name: string }; links: FormLinkRow[] }> {
  const Row = { ...col.omit(FormLinkRow.properties, 'state'), revokedAt: col.orNull(col.text) };
  const [clinics, links] = await Promise.all([
    many(deps.db, each('form-link.clinic'), { id: col.text, name: col.text })`
      select id, name from organisation where id = ${clinicId} and 'clinic' = any(roles)`,
    many(deps.db, each('form-link.list'), Row)`
      select id, label, created_at as "createdAt", expires_on as "expiresOn", revoked_at as "revokedAt", used_at as "usedAt", sent
      from form_link where clinic_id = ${clinicId} order by id desc`,
  ]);
  const [clinic] = clinics;
  if (!clinic) throw new Problem('not-found');
  const day = today(deps.clock);
  return {
    clinic,
    links: links.map(({ revokedAt, ...link }) => ({
      ...link,
      state: formLinkStateOf({ ...link, revokedAt }, day),
    })),
  };
}

/** A link that works, with the clinic that it is for. */
export const FormLink = { id: col.text, label: col.text, clinicId: col.text, clinicName: col.text };
export type FormLink = RowOf<typeof FormLink>;

/** What is stored in place of a link's token. */
export const formLinkHash = (deps: Deps, token: string) => keyedHash(deps.key, 'form-link', token);

/** The link of a token, where it works today; an ended one is as unknown as one that never was. */
export async function findFormLink(deps: Deps, token: string): Promise<FormLink | undefined> {
  return maybe(deps.db, 'form-link.find', FormLink)`
    select l.id, l.label, l.clinic_id as "clinicId", o.name as "clinicName"
    from form_link l join organisation o on o.id = l.clinic_id
    where l.token_hash = ${formLinkHash(deps, token)} and l.revoked_at is null and l.expires_on >= ${today(deps.clock)}`;
}
