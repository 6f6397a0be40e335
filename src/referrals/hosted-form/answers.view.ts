import { times } from '../../people/contact.rules.ts';
import { date } from '../../shared/formats.ts';
import { dateIn, type Typed } from '../../web/forms.ts';
import { rowsOf } from './answers.schemas.ts';
import { type Choice, wayChoices } from './choices.view.ts';
import { type Question, questionGroups, questionsOf } from './question-groups.schemas.ts';

/** A page's answers; `answered` is false where all of it was left empty. */
export type Said = {
  slug: string;
  title: string;
  answered: boolean;
  facts: { key: string; lines: string[]; name: string }[];
};

/** What was answered, in the order of the form, to be read and printed. */
export function answersSaid(typed: Typed): Said[] {
  return questionGroups.map((group) => {
    const { slug, title } = group;
    const facts = questionsOf(group).flatMap((question) =>
      question.as === 'ways'
        ? waysSaid(typed)
        : [
            {
              key: question.label.replace(/ \(optional\)$/, ''),
              lines: linesOf(question, typed),
              name: question.name,
            },
          ],
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
      name: 'contactPoints',
    };
  });
  return ways.length ? ways : [{ key: 'Ways to reach them', lines: [], name: 'contactPoints' }];
}

const listIn = (typed: Typed, name: string) => [typed[name] ?? []].flat().filter((value) => value.trim());
const textIn = (typed: Typed, name: string) => [typed[name] ?? ''].flat()[0]!.trim();
const textOf = (choices: readonly Choice[], value: string) =>
  choices.find((choice) => choice.value === value)?.text ?? value;
