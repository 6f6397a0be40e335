import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { invalid } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import type { QuestionName } from './equality.rules.ts';
import { getPopulation, populationTag } from './population.queries.ts';
import { shareFaults } from './population.rules.ts';
import type { NewPopulation, Population } from './population.schemas.ts';

/**
 * Writes down how a population is made up by the groups of a question, in the place of what was said before.
 * `ctx.ifMatch` is the version that its author saw.
 * @throws Problem `invalid` for shares that are missing or are not about 100 together, `if-match-required`, `changed-meanwhile`
 */
export async function sayPopulation(
  deps: Deps,
  ctx: Context,
  question: QuestionName,
  { source, dated, shares }: NewPopulation,
): Promise<Population> {
  const faults = shareFaults(question, shares);
  if (faults.length) throw invalid(...faults);
  return command(deps, ctx, async (work) => {
    await takeTurn(work, ctx, question);
    await run(work.trx, 'population.say')`
      insert into population_figure (question, source, dated, shares, changed_at)
      values (${question}, ${source.trim()}, ${dated}::date, ${JSON.stringify(shares)}::jsonb, ${work.at})
      on conflict (question) do update set source = excluded.source, dated = excluded.dated, shares = excluded.shares, changed_at = excluded.changed_at`;
    await recordEvent(work, { type: 'population.said', subjects: callerOf(ctx), values: { question } });
    return getPopulation(work.trx, question);
  });
}

/**
 * Removes what is said of the population by a question. Where nothing is said it stays so.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function removePopulation(
  deps: Deps,
  ctx: Context,
  question: QuestionName,
): Promise<Population> {
  return command(deps, ctx, async (work) => {
    await takeTurn(work, ctx, question);
    const gone = await run(
      work.trx,
      'population.remove',
      work.trx.deleteFrom('population_figure').where('question', '=', question),
    );
    if (gone)
      await recordEvent(work, { type: 'population.removed', subjects: callerOf(ctx), values: { question } });
    return getPopulation(work.trx, question);
  });
}

/** One at a time for each question, by the version that its author saw. */
async function takeTurn({ trx }: Work, ctx: Context, question: QuestionName): Promise<void> {
  await run(
    trx,
    'population.turn',
  )`select pg_advisory_xact_lock(hashtextextended(${`population ${question}`}, 0))`;
  requireMatch(ctx.ifMatch, populationTag(await getPopulation(trx, question)));
}
