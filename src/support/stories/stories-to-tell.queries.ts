import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { type Purpose, whatFollowed } from './story.rules.ts';

const StoryToTell = {
  words: col.text,
  toldName: col.orNull(col.text),
  followed: col.oneOf(whatFollowed),
  /** `YYYY-MM` */
  month: col.text,
};
export type StoryToTell = RowOf<typeof StoryToTell>;

/**
 * The stories that may be told for a purpose, the newest first, 200 at most: those whose consent is for it and for the words
 * that they have now, and stands on the civil day. Nothing in them leads to a person. What was withdrawn is not there, for
 * whichever day is asked.
 * @param told the civil days on which they were told
 */
export async function storiesToTell(
  db: Reader,
  purpose: Purpose,
  day: string,
  told: { from: string; to: string },
): Promise<StoryToTell[]> {
  return many(db, 'story.to-tell', StoryToTell)`
    select s.words, c.told_name as "toldName", s.followed, to_char(s.told_on, 'YYYY-MM') as month
    from story s join story_consent c on c.story_id = s.id and c.ended_at is null and c.version = s.version
    where s.retired_at is null and ${purpose} = any(c.purposes) and c.given_on <= ${day}::date and (c.until is null or c.until >= ${day}::date) and s.told_on between ${told.from}::date and ${told.to}::date
    order by s.told_on desc, s.id desc limit 200`;
}
