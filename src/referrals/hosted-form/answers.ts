import { times } from '../../people/contact.rules.ts';
import { date } from '../../shared/formats.ts';
import { dateIn, type Typed } from '../../web/forms.ts';
import { type Choice, wayChoices } from './choices.view.ts';
import { type Question, questionGroups } from './question-groups.schemas.ts';

/** What was typed, by page of the form; a page is here once it was right. */
export type Answers = Record<string, Typed>;

/** What a question's fields are called: itself, the parts of a date, and the rows of ways to reach someone. */
const isOf = ({ name, as }: Question, field: string) =>
  field === name ||
  (as === 'date' && field.startsWith(`${name}-`)) ||
  (as === 'ways' && field.startsWith(`${name}.`));

/** Of what a page sent, what answers its questions. */
export function ownOf(questions: Question[], typed: Typed): Typed {
  return Object.fromEntries(
    Object.entries(typed).filter(([field]) => questions.some((question) => isOf(question, field))),
  );
}

/** Everything typed, as one form. */
export const allTyped = (answers: Answers): Typed => Object.assign({}, ...Object.values(answers));

/** That the patient has not agreed that we get what is written here. */
export const hasNotAgreed = (typed: Typed) => typed['consent.shareWithScheme'] === 'no';

/** The first page that is still to be filled in. */
export const firstOpenPage = (answers: Answers) => questionGroups.find(({ slug }) => !answers[slug])?.slug;

/** The places of the rows of a list, such as the ways to reach someone. */
export const rowsOf = (typed: Typed, list: string): number[] =>
  [
    ...new Set(
      Object.keys(typed).flatMap((field) => {
        const [name, row] = field.split('.');
        return name === list ? [Number(row)] : [];
      }),
    ),
  ].sort((one, other) => one - other);

/** A page's answers; `answered` is false where all of it was left empty. */
export type Said = {
  slug: string;
  title: string;
  answered: boolean;
  facts: { key: string; lines: string[] }[];
};

/** What was answered, in the order of the form, to be read and printed. */
export function said(typed: Typed): Said[] {
  return questionGroups.map(({ slug, title, questions }) => {
    const facts = questions.flatMap((question) =>
      question.as === 'ways'
        ? waysSaid(typed)
        : [{ key: question.label.replace(/ \(optional\)$/, ''), lines: linesOf(question, typed) }],
    );
    return { slug, title, answered: facts.some(({ lines }) => lines.length > 0), facts };
  });
}

function linesOf({ name, as, choices = [] }: Question, typed: Typed): string[] {
  if (as === 'date') {
    const day = dateIn(typed, name);
    return day ? [date(day)] : [];
  }
  if (choices.length) return listIn(typed, name).map((value) => textOf(choices, value));
  return textIn(typed, name).split(/\r?\n/).filter(Boolean);
}

function waysSaid(typed: Typed) {
  const ways = rowsOf(typed, 'contactPoints').map((row, place) => {
    const name = `contactPoints.${row}.`;
    const safe = textIn(typed, `${name}safe`) === 'yes';
    const hours = [0, 1].flatMap((line) => {
      const days = listIn(typed, `${name}hours.${line}.days`).map(Number);
      const [from, to] = [
        textIn(typed, `${name}hours.${line}.from`),
        textIn(typed, `${name}hours.${line}.to`),
      ];
      return days.length ? [times({ days, from, to })] : [];
    });
    const voicemail = textIn(typed, `${name}voicemailOk`);
    return {
      key: `Way ${place + 1}: ${textOf(wayChoices, textIn(typed, `${name}channel`)).toLowerCase()}`,
      lines: [
        ...textIn(typed, `${name}value`).split(/\r?\n/),
        safe ? 'Safe' : 'Not safe: never use it',
        ...(voicemail ? [voicemail === 'yes' ? 'A voicemail is fine' : 'Leave no voicemail'] : []),
        ...hours,
      ],
    };
  });
  return ways.length ? ways : [{ key: 'Ways to reach them', lines: [] }];
}

const listIn = (typed: Typed, name: string) => [typed[name] ?? []].flat().filter((value) => value.trim());
const textIn = (typed: Typed, name: string) => [typed[name] ?? ''].flat()[0]!.trim();
const textOf = (choices: readonly Choice[], value: string) =>
  choices.find((choice) => choice.value === value)?.text ?? value;
