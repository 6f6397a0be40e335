import { by, type Chapter, met, notMet, notOurs } from './answer.ts';

const begun = by('access/sign-on', 'leads there with what ties the answer to this browser, and in');
const once = by('access/sign-on', 'an answer counts once, in the browser that began, within ten minutes');
const refuses = by('access/sign-on', 'refuses …');
const noResources = notOurs('Lendwell takes no access tokens: its API has keys of its own.');
const noServer = notOurs('Lendwell gives out no tokens: it is no authorization server.');
const noProvider = notOurs('Lendwell is no OpenID provider.');
const noConsent = notOurs('Lendwell asks for no consent to tokens: it is no authorization server.');

/** Single sign-on, in which Lendwell is the client. */
export const v10: Chapter = {
  name: 'Single sign-on',
  answers: {
    '10.1.1': met(
      'Tokens come to the server alone. The access token is used for the user info and let go; the id token is kept sealed to end the session there.',
      'src/access/sign-on-exchange.ts',
      begun,
    ),
    '10.1.2': met(
      'State, nonce and verifier are random, of one sign-in, and sealed in a cookie of the browser that began it.',
      'src/access/sign-on-begun.ts',
      begun,
      once,
    ),
    '10.2.1': met('PKCE (S256) and state, both.', 'src/access/sign-on-exchange.ts', begun, once),
    '10.2.2': notOurs('There is one provider. The library holds `iss` of an answer to it all the same.'),
    '10.3.1': noResources,
    '10.3.2': noResources,
    '10.3.3': noResources,
    '10.3.4': noResources,
    '10.4.1': noServer,
    '10.4.2': noServer,
    '10.4.3': noServer,
    '10.4.4': noServer,
    '10.4.5': noServer,
    '10.4.6': noServer,
    '10.4.7': noServer,
    '10.4.8': noServer,
    '10.4.9': noServer,
    '10.4.10': noServer,
    '10.4.11': noServer,
    '10.5.1': met(
      'The nonce of the id token is that of the sign-in, and a sign-in counts once.',
      'src/access/sign-on-exchange.ts',
      refuses,
      once,
    ),
    '10.5.2': met(
      'Somebody is issuer and subject; an email address is how they are reached.',
      'src/access/sign-on.queries.ts',
      by('access/sign-on', 'an address alone lets nobody in; a link does, once'),
      by('access/sign-on-roles', 'an account is made, and none for an address that someone has'),
    ),
    '10.5.3': met(
      'The library refuses a description whose issuer is not the address `OIDC_ISSUER`.',
      'src/access/sign-on-provider.ts',
      by('access/sign-on', 'a description that another issuer says is its own is not taken'),
    ),
    '10.5.4': met('The audience has to be `OIDC_CLIENT_ID`.', 'src/access/sign-on-exchange.ts', refuses),
    '10.5.5': notMet(
      'A logout token is held to its event, without a nonce, at most ten minutes old, and counts once. Its type has to be logout+jwt or a plain JWT: providers that leave the type out are taken.',
      'Nothing. Id and access tokens are refused by what is in them.',
    ),
    '10.6.1': noProvider,
    '10.6.2': noProvider,
    '10.7.1': noConsent,
    '10.7.2': noConsent,
    '10.7.3': noConsent,
  },
};
