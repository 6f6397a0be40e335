import type { AskingWishes } from '../asking.schemas.ts';

/** What is said instead of a group: it is an answer, and counts as one. */
export const ratherNot = 'rather_not_say';

type Group = { value: string; text: string };
type Question = {
  /** What a report calls it. */
  title: string;
  /** As people are asked it. */
  wording: string;
  hint?: string;
  groups: readonly Group[];
};

const yesOrNo = [
  { value: 'yes', text: 'Yes' },
  { value: 'no', text: 'No' },
] as const;

/** Bands of areas, from 1 to 10, as deprivation is given in tenths. */
export const bands = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] as const;

/**
 * What people may be asked of themselves, each with its groups, in the order in which they are asked.
 * Sources: sex, gender and the five groups of ethnicity as the census of England and Wales asked them in 2021, what is
 * written in beside a group left out.
 */
export const questions = {
  age: {
    title: 'Age',
    wording: 'How old are you?',
    groups: [
      { value: 'under_25', text: 'Under 25' },
      { value: '25_to_34', text: '25 to 34' },
      { value: '35_to_44', text: '35 to 44' },
      { value: '45_to_54', text: '45 to 54' },
      { value: '55_to_64', text: '55 to 64' },
      { value: '65_to_74', text: '65 to 74' },
      { value: '75_and_over', text: '75 or over' },
    ],
  },
  sex: {
    title: 'Sex',
    wording: 'What is your sex?',
    hint: 'There is a question about gender after this one',
    groups: [
      { value: 'female', text: 'Female' },
      { value: 'male', text: 'Male' },
    ],
  },
  gender: {
    title: 'Gender the same as registered at birth',
    wording: 'Is the gender you identify with the same as your sex registered at birth?',
    groups: yesOrNo,
  },
  ethnicity: {
    title: 'Ethnic group',
    wording: 'What is your ethnic group?',
    groups: [
      { value: 'asian', text: 'Asian, Asian British or Asian Welsh' },
      { value: 'black', text: 'Black, Black British, Black Welsh, Caribbean or African' },
      { value: 'mixed', text: 'Mixed or multiple ethnic groups' },
      { value: 'white', text: 'White' },
      { value: 'other', text: 'Another ethnic group' },
    ],
  },
  disability: {
    title: 'Disability',
    wording: 'Do you consider yourself disabled?',
    groups: yesOrNo,
  },
  area: {
    title: 'Area',
    wording: 'What is your postcode?',
    groups: bands.map((value) => ({ value, text: `Band ${value}` })),
  },
} as const satisfies Record<string, Question>;
export type QuestionName = keyof typeof questions;
export const questionNames = Object.keys(questions) as QuestionName[];

/** The groups of a question. */
export const groupsOf = (name: QuestionName): readonly Group[] => questions[name].groups;

/** What a person’s wishes of being asked mean before they are asked this; null: nothing. It is no part of how often they are asked. */
export function wishBefore({ mostAYear, onlyOnPaper }: Pick<AskingWishes, 'mostAYear' | 'onlyOnPaper'>) {
  if (mostAYear === 0) return 'They wish not to be asked. Write down only what they say without being asked.';
  if (onlyOnPaper) return 'They wish to be asked on paper only. Print the questions for them.';
  return null;
}
