import { by, type Chapter, met, notMet } from './answer.ts';

const ends = by('access/access', 'a session ends');
const listed = by('access/proof', 'sessions are listed, ended, replaced and not without number');
const suspended = by('access/staff', 'who is suspended is out at once, and what was theirs is nobody’s');
const logout = by('access/sign-on-logout', 'that of a session ends it alone');

/** Sessions. */
export const v07: Chapter = {
  name: 'Sessions',
  answers: {
    '7.1.1': met('SECURITY.md has both times, and why they are short.', 'SECURITY.md', 'OPERATIONS.md', ends),
    '7.1.2': met('Five at a time; for a sixth the one used longest ago ends.', 'SECURITY.md', listed),
    '7.1.3': met(
      'What the provider and Lendwell do with each other’s sessions is in SECURITY.md and OPERATIONS.md.',
      'SECURITY.md',
      'OPERATIONS.md',
      logout,
    ),
    '7.2.1': met(
      'The token is looked up in the database at each request.',
      'src/access/authentication.ts',
      ends,
    ),
    '7.2.2': met(
      'Each sign-in makes one.',
      'src/access/session.commands.ts',
      by('access/access', 'signing in'),
    ),
    '7.2.3': met(
      'It has 256 bits of node:crypto, and is kept as a keyed hash.',
      'src/access/tokens.ts',
      by('access/access', 'signing in'),
      by('drift/safe-code', 'the code keeps away from …'),
    ),
    '7.2.4': notMet(
      'Signing in and its second step each give a new token and end the one before. A fresh proof within a session does not: forms that are open in other windows go with the token, and what was typed there would be lost.',
      'Nothing. The proof holds for five minutes, in that browser.',
    ),
    '7.3.1': met('15 minutes without a click, or what is set.', 'src/access/access.queries.ts', ends),
    '7.3.2': met('12 hours, or what is set.', 'src/access/session.commands.ts', ends),
    '7.4.1': met('An ended session is none for any request.', 'src/access/access.queries.ts', ends, listed),
    '7.4.2': met('Suspending ends them at once.', 'src/access/staff.commands.ts', suspended),
    '7.4.3': met(
      'A new password ends all others by itself, a reset by someone else all. After a change of one’s own second step Your account, where that is done, ends them by a button.',
      'src/access/account.pages.ts',
      by('access/proof', 'one’s own password is changed with the present one'),
      listed,
      by('access/second-step', 'is reset by someone else, who says so to nobody’s surprise'),
    ),
    '7.4.4': met(
      'Every page with a session has Sign out in its head.',
      'src/web/layout.njk',
      by('access/authentication', 'signing in and out by the pages'),
    ),
    '7.4.5': met(
      'Administrators end those of anybody under Staff and by the API.',
      'src/access/staff.routes.ts',
      suspended,
    ),
    '7.5.1': notMet(
      'Second steps, roles, addresses and links want a proof that is not older than five minutes, the password the present one. The proof is the second step alone, or for who has none the password: not both.',
      'Nothing. Whoever has the browser and the phone, and not the password, could change a second step.',
    ),
    '7.5.2': met(
      'Your account lists them with browser, address and time, and ends one or all others, with a fresh proof.',
      'src/access/account.pages.ts',
      listed,
      by('access/proof', 'nobody ends another’s session'),
    ),
    '7.6.1': met(
      'Signing out ends both, the provider can end those here, and a fresh proof is a new sign-in there.',
      'src/access/sign-on-logout.commands.ts',
      logout,
      by('access/sign-on-logout', 'that of somebody ends all of theirs'),
      by('access/sign-on-provider', 'signed out there, signed out here: the session of it, and none beside'),
      by('access/sign-on', 'a fresh proof is a new sign-in there, by the same'),
    ),
    '7.6.2': met(
      'Only a form opens a session: its button leads to the provider, and the answer counts once, in the browser that pressed it.',
      'src/access/sign-on.pages.ts',
      by('access/sign-on', 'an answer counts once, in the browser that began, within ten minutes'),
    ),
  },
};
