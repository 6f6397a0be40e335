import { renderingPath, type Thing } from '../../messages/renderings/thing.rules.ts';
import { type Wanted, wantedWords } from '../../people/format.rules.ts';
import type { TaskKind } from '../../tasks/task.rules.ts';

/** What a person is given on their way, and the task that asks for it where it is not there as they need it. */
export const givenThings = [
  { kind: 'missing_agreement', title: 'Loan agreement' },
  { kind: 'missing_papers', title: 'Words of the papers' },
  { kind: 'missing_answer_page', title: 'Answer page' },
  { kind: 'missing_notice', title: 'Privacy notice' },
  { kind: 'missing_guides', title: 'Guides' },
  { kind: 'missing_texts', title: 'Texts of messages' },
] as const satisfies { kind: TaskKind; title: string }[];
export type MissingKind = (typeof givenThings)[number]['kind'];
export const missingKinds = givenThings.map(({ kind }) => kind);

/** What is rendered, by the task that asks for it. Which notice someone reads is by the wording of their messages. */
export const kindOfThing: Record<Thing, MissingKind> = {
  agreement: 'missing_agreement',
  papers: 'missing_papers',
  answer_page: 'missing_answer_page',
  notice: 'missing_notice',
  notice_discreet: 'missing_notice',
};

const writtenAt: Partial<Record<MissingKind, string>> = {
  missing_guides: '/settings/guides',
  missing_texts: '/settings/templates',
};

/** The page where a person's words of a kind are brought. */
export function broughtAt(kind: MissingKind, wanted: Wanted & { wording: string }): string {
  const things = (Object.keys(kindOfThing) as Thing[]).filter((thing) => kindOfThing[thing] === kind);
  const thing = things.length > 1 && wanted.wording === 'discreet' ? things[1] : things[0];
  return thing ? renderingPath(thing, wantedWords(wanted)) : writtenAt[kind]!;
}
