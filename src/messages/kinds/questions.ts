import { isAnswerableByLink } from '../reminder.queries.ts';
import type { MessageKind } from './kind.ts';

/** A questionnaire that somebody is asked by the link in the message, which goes to nobody else. No night plans it. */
export const questions: MessageKind = {
  words: 'Questions by a link',
  subject: 'measure_asking',
  says: 'address',
  carries: 'link',
  toThemAlone: true,
  stands: isAnswerableByLink('q'),
  endsWithSubject: false,
};
