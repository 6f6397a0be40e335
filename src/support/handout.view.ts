import { languageName } from '../people/contact.rules.ts';
import { formatWords } from '../people/format.rules.ts';
import type { Handout } from './handout.schemas.ts';

const stateWords: Record<Handout['state'], string> = {
  on_paper: 'on paper',
  waiting: 'by a message that waits for its hours',
  sent: 'by a message',
  unknown: 'by a message of which it is not known whether it arrived',
  not_sent: 'by a message that did not go',
};

/** What somebody was given and how, such as “Joining a video call (Bangla, easy read), on paper”. */
export function handoutLine({ name, language, format, state }: Handout): string {
  const edition =
    language && format ? ` (${languageName(language)}, ${formatWords[format].toLowerCase()})` : '';
  return `${name}${edition}, ${stateWords[state]}`;
}
