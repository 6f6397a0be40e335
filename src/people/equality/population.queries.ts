import { jsonInstant, type Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { groupsOf, type QuestionName, questionNames, questions } from './equality.rules.ts';
import { Population } from './population.schemas.ts';

/** What the scheme says of its population, question by question. */
export async function listPopulation(db: Reader): Promise<Population[]> {
  const rows = await many(db, 'population.list', {
    ...col.pick(Population.properties, 'question', 'said'),
  })`
    select question, json_build_object('source', source, 'dated', dated, 'shares', shares, 'changedAt', ${jsonInstant('changed_at')}) as said
    from population_figure`;
  return questionNames.map((question) => {
    const said = rows.find((row) => row.question === question)?.said ?? null;
    const version = etagOf(`population ${question}`, said?.changedAt ?? 'none');
    return { question, title: questions[question].title, groups: [...groupsOf(question)], said, version };
  });
}

/** The same of one question. */
export async function getPopulation(db: Reader, question: QuestionName): Promise<Population> {
  return (await listPopulation(db)).find((one) => one.question === question)!;
}

/** The version of what is said of a question, for If-Match. */
export const populationTag = ({ version }: Population): string => version;
