import { newLinkToken } from '../../access/tokens.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import { formLinkHash } from './form-link.queries.ts';
import { endErrors } from './form-link.rules.ts';
import type { NewFormLink } from './form-link.schemas.ts';

/**
 * Makes a link to the hosted form for a clinic. Its token is given this once and only a hash of it is
 * kept: the answer to a repeat has none.
 * @throws Problem `not-found` when there is no clinic of this id, `invalid` for its last day
 */
export async function addFormLink(
  deps: Deps,
  ctx: Context,
  clinicId: string,
  input: NewFormLink,
): Promise<{ id: string; token?: string }> {
  const errors = endErrors(input.expiresOn, today(deps.clock));
  if (errors.length) throw new Problem('invalid', { errors });
  const token = newLinkToken();
  const { id } = await command(deps, ctx, async (work) => {
    const id = newId();
    const added = await run(work.trx, 'form-link.add')`
      insert into form_link (id, clinic_id, label, token_hash, expires_on, created_at)
      select ${id}, o.id, ${input.label.trim()}, ${formLinkHash(deps, token)}, ${input.expiresOn}, ${work.at}
      from organisation o where o.id = ${clinicId} and 'clinic' = any(o.roles)`;
    if (!added) throw new Problem('not-found');
    await recordEvent(work, {
      type: 'form_link.added',
      subjects: [
        ['form_link', id],
        ['organisation', clinicId],
      ],
      values: { expiresOn: input.expiresOn },
      fields: ['label'],
    });
    return { id };
  });
  return ctx.once?.replayed ? { id } : { id, token };
}

/**
 * Ends a link at once and for good; ended twice is ended.
 * @throws Problem `not-found` when the clinic has no link of this id
 */
export async function revokeFormLink(
  deps: Deps,
  ctx: Context,
  clinicId: string,
  linkId: string,
): Promise<{ label: string }> {
  return command(deps, ctx, async (work) => {
    const link = await maybe(work.trx, 'form-link.revoke', { label: col.text, wasOpen: col.boolean })`
      with found as (select id, revoked_at from form_link where id = ${linkId} and clinic_id = ${clinicId} for update)
      update form_link l set revoked_at = coalesce(l.revoked_at, ${work.at}) from found where l.id = found.id
      returning l.label, found.revoked_at is null as "wasOpen"`;
    if (!link) throw new Problem('not-found');
    if (link.wasOpen)
      await recordEvent(work, {
        type: 'form_link.revoked',
        subjects: [
          ['form_link', linkId],
          ['organisation', clinicId],
        ],
      });
    return { label: link.label };
  });
}
