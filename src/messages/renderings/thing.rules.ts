import { answerPhrases, paperPhrases } from './phrase.rules.ts';

/** What people are given that is rendered in other languages and in easy words, beside guides and the texts of messages. */
export const things = ['agreement', 'papers', 'answer_page', 'notice', 'notice_discreet'] as const;
export type Thing = (typeof things)[number];

const text = { text: '' };

type ThingFacts = {
  title: string;
  about: string;
  /** Its words in English by their names; a text that the scheme writes has one, which is read where it is written. */
  phrases: Record<string, string>;
  /** Where its English is written; null for what Lendwell comes with. */
  writtenAt: string | null;
  /** Whether strangers may see it on someone's screen, so that it names nobody. */
  discreet: boolean;
};

/** Of each thing what it is called, its English words, and where those are written. */
export const thingFacts: Record<Thing, ThingFacts> = {
  agreement: {
    title: 'Loan agreement',
    about: 'What people accept when they borrow. A loan keeps the words that were shown',
    phrases: text,
    writtenAt: '/settings/agreements',
    discreet: false,
  },
  papers: {
    title: 'Words of the papers',
    about: 'What stands around the agreement on paper, and the letter of a gift',
    phrases: paperPhrases,
    writtenAt: null,
    discreet: false,
  },
  answer_page: {
    title: 'Answer page',
    about: 'Where people answer a message by the link in it',
    phrases: answerPhrases,
    writtenAt: null,
    discreet: true,
  },
  notice: {
    title: 'Privacy: people who borrow',
    about: 'What is kept about people, for those whose messages say who writes',
    phrases: text,
    writtenAt: '/settings/notices/patients',
    discreet: false,
  },
  notice_discreet: {
    title: 'Privacy: the discreet answer page',
    about: 'The same for those whose messages are discreet',
    phrases: text,
    writtenAt: '/settings/notices/patients_discreet',
    discreet: true,
  },
};

/** Of what Lendwell comes with, which set of words it is: one more whenever a phrase is added or changes what it says. */
export const catalogueVersion = 1;

/** The page on which words are written for a language and a format. */
export const renderingPath = (thing: Thing, { language, format }: { language: string; format: string }) =>
  `/settings/renderings/${thing}/${language}/${format}`;
