import { readScheme } from '../../scheme/scheme.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { col } from '../../shared/rows.ts';
import { maybe, one } from '../../shared/statements.ts';
import { getPaper, type Paper, readPaperReports } from './paper.queries.ts';
import { type PaperContent, paperYear } from './paper.rules.ts';

/**
 * Makes the paper of a year, with its figures as they leave the scheme today. Whoever asks again on the same day gets
 * the same paper, whatever was written down meanwhile.
 * @param to the last day of the year
 * @throws Problem `invalid` for a day that no year ends on of which figures may leave
 */
export async function makePaper(deps: Deps, ctx: Context, to: string): Promise<{ id: string }> {
  const day = today(deps.clock);
  const halves = paperYear(to, day);
  const [{ from }] = halves;
  const kept = await maybe(deps.db, 'paper.of-today', { id: col.text })`
    select id from paper where ends_on = ${to} and made_on = ${day}`;
  // As a command, so that a repeat with its idempotency key gets this paper on another day as well.
  if (kept) return command(deps, ctx, async () => kept);
  const scheme = await readScheme(deps, deps.db);
  const content: PaperContent = {
    scheme: scheme.name,
    halves: await readPaperReports(deps, ctx.actor, halves),
  };
  return command(deps, ctx, async (work) => {
    const made = await maybe(work.trx, 'paper.make', { id: col.text })`
      insert into paper (id, starts_on, ends_on, made_on, content, made_at, made_by)
      values (${newId()}, ${from}, ${to}, ${day}, ${JSON.stringify(content)}::jsonb, ${work.at}, ${ctx.actor.name})
      on conflict (ends_on, made_on) do nothing returning id`;
    if (made) await recordEvent(work, { type: 'paper.made', subjects: callerOf(ctx), values: { from, to } });
    return (
      made ??
      one(work.trx, 'paper.made-meanwhile', { id: col.text })`
        select id from paper where ends_on = ${to} and made_on = ${day}`
    );
  });
}

/**
 * Writes down that someone takes a paper as a file, which leaves the scheme, and gives it.
 * @throws Problem `not-found`
 */
export async function takePaper(deps: Deps, ctx: Context, id: string): Promise<Paper> {
  const paper = await getPaper(deps.db, id);
  const { from, to } = paper;
  await command(deps, ctx, (work) =>
    recordEvent(work, { type: 'paper.taken', subjects: callerOf(ctx), values: { from, to } }),
  );
  return paper;
}
