import { filled, type PaperPhrases, paperPhrases } from '../../messages/renderings/phrase.rules.ts';
import { wordsFor } from '../../messages/renderings/rendering.queries.ts';
import { dateIn, directionOf, listIn, numberIn, type Wanted } from '../../people/format.rules.ts';
import { zone } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';

type Edition = { language: string; phrases: PaperPhrases };

/** The words of a paper in one language: its phrases, and how days and things are written in it. */
export function paperWords({ language, phrases }: Edition = { language: 'en', phrases: paperPhrases }) {
  const date = (value: string | null) => value && dateIn(dayOf(value), language);
  return {
    ...phrases,
    language,
    dir: directionOf(language),
    date,
    say: (name: keyof PaperPhrases, values: Record<string, string>) => filled(phrases[name], values),
    /** A phrase on both sides of what is put in a place of it. */
    around: (name: keyof PaperPhrases, place: string, values: Record<string, string>) =>
      filled(phrases[name], values).split(`{${place}}`),
    things: (things: { kind: string; quantity: number }[]) =>
      listIn(
        things.map(({ kind, quantity }) => `${numberIn(quantity, language)} × ${kind.toLowerCase()}`),
        language,
      ),
  };
}

/** The words of the papers that fit someone best, and whether they are printed large. */
export async function paperWordsFor(db: Reader, wanted: Wanted) {
  const { edition, largePrint } = (await wordsFor<keyof PaperPhrases>(db, 'papers', wanted))!;
  return { words: paperWords(edition), easyRead: edition.format === 'easy_read', largePrint };
}

/** The civil date of an instant in London, or the date itself. */
const dayOf = (value: string) =>
  value.length > 10 ? new Date(value).toLocaleDateString('sv-SE', { timeZone: zone }) : value;
