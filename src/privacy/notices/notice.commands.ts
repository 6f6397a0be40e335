import { currentScheme } from '../../scheme/scheme.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { invalid } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { getNotice, noticeTag } from './notice.queries.ts';
import { type NoticeName, noticeFaults } from './notice.rules.ts';
import type { NewNoticeVersion, Notice } from './notice.schemas.ts';

/**
 * Publishes a new version of a notice, which the public reads from then on. Earlier ones are kept.
 * @throws Problem `invalid` for what is not filled in, a link that is not https, a word that the discreet one may not have, and the text that is published already; `if-match-required`, `changed-meanwhile`
 */
export async function publishNotice(
  deps: Deps,
  ctx: Context,
  name: NoticeName,
  input: NewNoticeVersion,
): Promise<Notice> {
  const text = input.text.replaceAll('\r\n', '\n').trim();
  const faults = noticeFaults(name, text, (await currentScheme(deps)).name);
  if (faults.length) throw invalid(...faults);
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'notice.lock')`select pg_advisory_xact_lock(hashtext('notice_version'))`;
    const before = await getNotice(work.trx, name);
    requireMatch(ctx.ifMatch, noticeTag(before));
    if (before.published?.text === text)
      throw invalid({ pointer: '/text', message: 'This is the text that is published already.' });
    const version = (before.published?.version ?? 0) + 1;
    await run(
      work.trx,
      'notice.publish',
      work.trx
        .insertInto('notice_version')
        .values({ notice: name, version, body: text, created_at: work.at, created_by: ctx.actor.name }),
    );
    await recordEvent(work, {
      type: 'notice.published',
      subjects: callerOf(ctx),
      values: { notice: name, noticeVersion: version },
    });
    return getNotice(work.trx, name);
  });
}
