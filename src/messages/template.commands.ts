import { readContactValue } from '../people/patient.rules.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { maybe, one, run } from '../shared/statements.ts';
import { channelOf } from './channels.ts';
import { messageKinds } from './kind.queries.ts';
import { providerFor } from './senders.rules.ts';
import { getTemplate } from './template.queries.ts';
import { sentAs, templateFaults } from './template.rules.ts';
import type { NewTemplate, NewTemplateTest, TemplateTested, TemplateVersions } from './template.schemas.ts';

/**
 * Writes a text: the next version of one that there is, or the first of a channel or a language. Messages
 * that have gone keep the version they were written with.
 * @throws Problem `invalid` for what it may not name or, discreet, a word that reveals; `changed-meanwhile`
 */
export async function writeTemplate(deps: Deps, ctx: Context, input: NewTemplate): Promise<TemplateVersions> {
  const { reason, wording, channel, language, insteadOf } = input;
  const [subject, body] = [input.subject.trim(), input.body.replaceAll('\r\n', '\n').trim()];
  const errors = templateFaults({ subject, body }, wording, language, messageKinds[reason]);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'template.write.2')`select pg_advisory_xact_lock(hashtext('template'))`;
    const newest = await maybe(
      work.trx,
      'template.newest',
      work.trx
        .selectFrom('template')
        .select(['id', 'version', 'created_by as by'])
        .where('reason', '=', reason)
        .where('wording', '=', wording)
        .where('channel', '=', channel)
        .where('language', '=', language)
        .orderBy('version', 'desc')
        .limit(1),
    );
    if ((newest?.id ?? null) !== insteadOf)
      throw new Problem('changed-meanwhile', {
        detail: newest
          ? `${newest.by ?? 'Someone'} wrote version ${newest.version} meanwhile. Look at that first.`
          : 'That one is not of this channel and language.',
      });
    const id = newId();
    const version = (newest?.version ?? 0) + 1;
    await run(
      work.trx,
      'template.write',
      work.trx.insertInto('template').values({
        id,
        reason,
        wording,
        channel,
        language,
        version,
        subject,
        body,
        created_at: work.at,
        created_by: ctx.actor.name,
      }),
    );
    await recordEvent(work, {
      type: 'template.written',
      subjects: callerOf(ctx),
      values: { kind: reason, wording, channel },
      fields: ['subject', 'body'],
    });
    return getTemplate(deps, work.trx, id);
  });
}

const testsAnHour = 10;

/**
 * Sends a text with made-up data to whoever tries it. Where it went is kept nowhere.
 * @throws Problem `not-found`, `invalid` for an address that is none or a wording that nobody sends, `too-many-requests`
 */
export async function testTemplate(
  deps: Deps,
  ctx: Context,
  id: string,
  { channel, to }: NewTemplateTest,
): Promise<TemplateTested> {
  const { sample, wording: written } = await getTemplate(deps, deps.db, id);
  const wording = sentAs(written);
  const reading = readContactValue({ channel, value: to }, deps.config.ALLOW_TEST_PHONE_NUMBERS);
  if ('fault' in reading) throw invalid({ pointer: '/to', message: reading.fault });
  const recipient = reading.value;
  const provider = providerFor(deps.config, channel, wording);
  if (!provider)
    throw invalid({
      pointer: '/channel',
      message: `No sender is set up for ${wording} messages by ${channel}.`,
    });
  await command(deps, ctx, async (work) => {
    await run(work.trx, 'template.test')`select pg_advisory_xact_lock(hashtext('template-test'))`;
    const row = await one(work.trx, 'template.tests', { count: col.number })`
      select count(*)::int as count from event
      where type = 'template.tested' and actor_id = ${ctx.actor.id} and at > ${work.at}::timestamptz - interval '1 hour'`;
    if (row.count >= testsAnHour)
      throw new Problem('too-many-requests', {
        detail: `You have tried ${testsAnHour} texts in an hour. Wait a while, then try again.`,
      });
    await recordEvent(work, {
      type: 'template.tested',
      subjects: callerOf(ctx),
      values: { channel, wording },
    });
  });
  const outcome = await channelOf(deps, provider)
    .send({
      reference: newId(),
      channel,
      wording,
      name: 'Amal',
      recipient,
      subject: channel === 'sms' ? null : sample.subject,
      body: sample.body,
    })
    .catch(() => ({ is: 'unknown' }) as const);
  if (outcome.is !== 'accepted') return { result: outcome.is };
  return { result: provider === 'capture' ? 'kept' : 'sent' };
}
