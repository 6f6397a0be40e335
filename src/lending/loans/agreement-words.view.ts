import { wordsFor } from '../../messages/renderings/rendering.queries.ts';
import { directionOf, type Wanted } from '../../people/format.rules.ts';
import type { Reader } from '../../shared/database.ts';

const anyone: Wanted = { language: null, communicationNeeds: [] };

/**
 * The agreement as it is shown to who borrows, in the words that fit them best: with what is missing, how else they take
 * it in, and what goes with the form, so that nobody accepts words that they did not see.
 */
export async function shownAgreement(db: Reader, wanted: Wanted = anyone) {
  const { edition, largePrint, missing } = (await wordsFor<'text'>(db, 'agreement', wanted))!;
  const { language, format, version, ofVersion, phrases } = edition;
  return {
    text: phrases.text,
    language,
    dir: directionOf(language),
    missing,
    largePrint,
    aloud: wanted.communicationNeeds.includes('audio'),
    signed: wanted.communicationNeeds.includes('bsl'),
    sent: {
      version: ofVersion,
      language,
      format,
      ...(version && { rendering: version }),
      ...(largePrint && { largePrint: 'yes' }),
    },
  };
}
