import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { invalid } from '../shared/problem.ts';
import { maybe } from '../shared/statements.ts';
import { whyEasy } from './password-strength.ts';
import { shortestPassword } from './staff.rules.ts';

/**
 * Holds a new password to what OWASP ASVS 5.0 asks in 6.2: long enough, not among the common ones, nothing that repeats or
 * counts, and not made of the person's or the scheme's own words.
 * @throws Problem `invalid`, with the reason
 */
export async function assertPassword(
  { config }: Deps,
  db: Reader,
  password: string,
  { name, email }: { name: string; email: string },
): Promise<void> {
  const fault = (message: string) => invalid({ pointer: '/password', message });
  if ([...password].length < shortestPassword)
    throw fault(`Give a password of at least ${shortestPassword} characters.`);
  const scheme = await maybe(db, 'password.scheme-name', db.selectFrom('scheme').select('name'));
  const phrases = [name, email, scheme?.name ?? '', config.SCHEME_NAME, 'Lendwell'];
  const words = phrases.flatMap((phrase) => [phrase, ...phrase.split(/[^\p{L}\p{N}]+/u)]);
  const why = await whyEasy(password, words);
  if (why) throw fault(why);
}
