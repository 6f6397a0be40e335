import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { listAgreementVersions } from './agreement.queries.ts';
import type { AgreementVersion, NewAgreementVersion } from './agreement.schemas.ts';

/**
 * Writes a new version of the agreement, which is what people accept from then on. Loans keep the
 * text that was accepted for them.
 * @throws Problem `invalid` for the text that is in use already, `changed-meanwhile` when the version in use is not the one the author saw
 */
export async function addAgreementVersion(
  deps: Deps,
  ctx: Context,
  input: NewAgreementVersion,
): Promise<AgreementVersion> {
  const text = input.text.replaceAll('\r\n', '\n').trim();
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'agreement.add-version')`select pg_advisory_xact_lock(hashtext('agreement_version'))`;
    const [present] = await listAgreementVersions(work.trx);
    if (input.after !== undefined && input.after !== present?.version)
      throw new Problem('changed-meanwhile', {
        detail: `Version ${present?.version} is in use now. Read it first, then write yours.`,
      });
    if (present?.text === text)
      throw invalid({ pointer: '/text', message: 'This is the text in use already.' });
    const version = (present?.version ?? 0) + 1;
    await run(
      work.trx,
      'agreement.insert-version',
      work.trx
        .insertInto('agreement_version')
        .values({ id: newId(), version, body: text, created_at: work.at, created_by: ctx.actor.name }),
    );
    await recordEvent(work, {
      type: 'agreement.version_added',
      subjects: callerOf(ctx),
      values: { agreementVersion: version },
    });
    return (await listAgreementVersions(work.trx))[0]!;
  });
}
