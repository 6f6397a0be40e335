import type { Answer, Chapter } from './answer.ts';
import { asvsVersion, levelOne } from './requirements.ts';
import { v01 } from './v01.ts';
import { v02 } from './v02.ts';
import { v03 } from './v03.ts';
import { v04 } from './v04.ts';
import { v05 } from './v05.ts';
import { v06 } from './v06.ts';
import { v07 } from './v07.ts';
import { v08 } from './v08.ts';
import { v09 } from './v09.ts';
import { v10 } from './v10.ts';
import { v11 } from './v11.ts';
import { v12 } from './v12.ts';
import { v13 } from './v13.ts';
import { v14 } from './v14.ts';
import { v15 } from './v15.ts';
import { v16 } from './v16.ts';
import { v17 } from './v17.ts';

/** Every chapter with its answers, in the standard's order. */
export const chapters: Chapter[] = [
  ...[v01, v02, v03, v04, v05, v06, v07, v08, v09],
  ...[v10, v11, v12, v13, v14, v15, v16, v17],
];

const states = ['met', 'not met', 'not ours'] as const;

/** The page that says how Lendwell stands to each requirement of levels 1 and 2, from the answers. */
export function asvsPage(): string {
  return `# Held against OWASP ASVS ${asvsVersion}

How Lendwell stands to each requirement of levels 1 and 2 of the [OWASP Application Security Verification Standard](https://github.com/OWASP/ASVS/tree/v${asvsVersion}_release) ${asvsVersion}, which is © the OWASP Foundation (CC BY-SA 4.0). Each is named by its id; its words stand there, and what stands here is what Lendwell does. Who wrote Lendwell wrote this; no one from outside has looked at it. “Not ours” is what Lendwell does not have, or what the web server in front does.

Made by \`npm run papers\` from \`scripts/papers/asvs\`. A test holds it to the standard's ids, to the files and to the titles of the tests that it names.

${countTable()}

${chapters.map(chapterTable).join('\n\n')}
`;
}

function countTable(): string {
  const all = chapters.flatMap(({ answers }) => Object.values(answers));
  const rows = chapters.map(
    ({ name, answers }, place) => `| V${place + 1} ${name} | ${countsOf(Object.values(answers))} |`,
  );
  return [
    `| chapter | ${states.join(' | ')} |`,
    '| --- | ---: | ---: | ---: |',
    ...rows,
    `| all | ${countsOf(all)} |`,
  ].join('\n');
}

const countsOf = (answers: Answer[]) =>
  states.map((state) => answers.filter(({ is }) => is === state).length).join(' | ');

function chapterTable({ name, answers }: Chapter, place: number): string {
  const rows = Object.entries(answers).map(
    ([id, answer]) =>
      `| ${id} | ${levelOne.includes(id) ? 1 : 2} | ${answer.is === 'not met' ? '**not met**' : answer.is} | ${answer.says} | ${evidence(answer)} |`,
  );
  return [
    `## V${place + 1} ${name}`,
    '',
    '| id | level | | what Lendwell does | where, and by which test |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function evidence(answer: Answer): string {
  if (answer.is === 'not ours') return '';
  if (answer.is === 'not met') return `Instead: ${answer.instead}`;
  const files = answer.files.map((file) => `\`${file}\``).join(', ');
  const proofs = answer.proofs.map(({ file, title }) => `\`${file}\`: ${title}`);
  return [files, ...proofs].filter(Boolean).join('<br>') + (proofs.length ? '' : '<br>No test.');
}
