import { by, type Chapter, met } from './answer.ts';

const logout = by('access/sign-on-logout', 'a token that does not hold ends nothing');
const refuses = by('access/sign-on', 'refuses …');
const forged = by('access/sign-on', 'refuses a token that another key signed');

/** Tokens that say something themselves: those of the provider, and what Lendwell seals. */
export const v09: Chapter = {
  name: 'Tokens that say something themselves',
  answers: {
    '9.1.1': met(
      'Id tokens and logout tokens are believed once their signature holds; cookies that say something are signed or sealed.',
      'src/access/sign-on-provider.ts',
      'src/access/logout-token.ts',
      forged,
      logout,
      by('access/sign-on', 'an answer counts once, in the browser that began, within ten minutes'),
    ),
    '9.1.2': met(
      'Of logout tokens eight algorithms by a pair of keys are let in, of id tokens those that the provider says it signs with, and none by a shared secret or unsigned.',
      'src/access/logout-token.ts',
      logout,
    ),
    '9.1.3': met(
      'Keys are those that the provider of `OIDC_ISSUER` publishes; what a token says of keys but their id is not read.',
      'src/access/logout-token.ts',
      forged,
      logout,
    ),
    '9.2.1': met('Times are looked at, with 30 s for clocks.', 'src/access/logout-token.ts', refuses, logout),
    '9.2.2': met(
      'An id token ends no session, a logout token opens none, and a sealed value has a key of its purpose.',
      'src/access/tokens.ts',
      logout,
      refuses,
    ),
    '9.2.3': met('The audience is `OIDC_CLIENT_ID`.', 'src/access/logout-token.ts', refuses, logout),
    '9.2.4': met(
      'What Lendwell signs for the provider names it as the audience; nothing else is signed with that key.',
      'src/access/sign-on-provider.ts',
      by('access/sign-on-provider', 'who Lendwell is, shown by a private key'),
    ),
  },
};
