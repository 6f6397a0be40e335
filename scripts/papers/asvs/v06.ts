import { by, type Chapter, met, notMet, notOurs } from './answer.ts';

const stranger = by('access/throttle', 'a stranger locks nobody out');
const ownPassword = by('access/proof', 'one’s own password is changed with the present one');
const asTyped = by(
  'access/password-typed',
  'a password is what was typed: spaces at its ends, odd characters, any length',
);
const hidden = by(
  'access/password-typed',
  'what asks for a password hides it, and lets a password manager fill it in',
);
const byLink = by(
  'access/staff',
  'someone is added, sets a password by a link that works once, and signs in',
);
const codeOnce = by('access/second-step', 'is asked for at each sign-in; a code counts once');
const recoveryOnce = by('access/second-step', 'recovery codes let in once each');

/** Who somebody is. */
export const v06: Chapter = {
  name: 'Who somebody is',
  answers: {
    '6.1.1': met(
      'SECURITY.md says how wrong passwords are counted, what it costs whom, and that an account is slowed and never shut.',
      'SECURITY.md',
      'src/access/throttle.rules.ts',
      stranger,
    ),
    '6.1.2': met(
      'SECURITY.md names the words: those of the person, the scheme and Lendwell.',
      'SECURITY.md',
      ownPassword,
    ),
    '6.1.3': met(
      'SECURITY.md has every way in: password and second step, single sign-on, the account for emergencies, links, keys.',
      'SECURITY.md',
      by('access/permissions', 'every route names an action of the table, or is public'),
    ),
    '6.2.1': met(
      'A password has at least 12 characters.',
      'src/access/password-choice.ts',
      byLink,
      ownPassword,
    ),
    '6.2.2': met('Under Your account.', 'src/access/account.pages.ts', ownPassword),
    '6.2.3': met(
      'The present password is asked for with the new one.',
      'src/access/proof.commands.ts',
      ownPassword,
    ),
    '6.2.4': notMet(
      'New passwords are held to lists of some 49,000 common ones and refused as well where they are close to one (zxcvbn), but only 308 of these have 12 characters or more, not 3,000.',
      'Use single sign-on, or a second step for every role (Settings, Signing in).',
    ),
    '6.2.5': met('No kind of character is asked for or forbidden.', 'src/access/password-choice.ts', asTyped),
    '6.2.6': met(
      'It is hidden, and can be shown while it is typed.',
      'src/access/views/own-password.njk',
      hidden,
    ),
    '6.2.7': met(
      'Fields say which password they want, and nothing keeps from pasting.',
      'src/access/views/sign-in.njk',
      hidden,
    ),
    '6.2.8': notMet(
      'It is taken as it was typed, spaces too, but for characters that look and mean the same, which are made one (NFKC), as NIST SP 800-63B advises: the same key gives another character on another keyboard.',
      'Nothing.',
    ),
    '6.2.9': met('It may have 1,000 characters.', 'src/access/access.schemas.ts', asTyped),
    '6.2.10': met('A password holds until it is changed.', 'src/access/password.ts'),
    '6.2.11': met(
      'What is left of a password without those words has to have eight letters or digits.',
      'src/access/password-strength.ts',
      ownPassword,
      byLink,
    ),
    '6.2.12': notMet(
      'No list of breached passwords is asked: it would be large, or another machine would be asked. The common ones that ship came out of breaches, and are few (6.2.4).',
      'Use single sign-on with a provider that does so.',
    ),
    '6.3.1': met(
      'Wrong passwords wait by account and network, codes by account, addresses by requests a minute.',
      'src/access/throttle.commands.ts',
      stranger,
      by('access/throttle', 'two guesses at once from two places are counted as two'),
      by('access/second-step', 'codes are guessed a few times and then wait'),
      by('access/ways-round', 'guessed codes are told, and an administrator ends the wait'),
    ),
    '6.3.2': met(
      'There is no account before one is made; the demonstration’s are on a database of its own, on this machine alone.',
      'scripts/setup-scheme.ts',
      by(
        'scripts/commands',
        'npm run setup-scheme begins a scheme on an empty database; what is there stays',
      ),
    ),
    '6.3.3': notMet(
      'Managers and administrators need a second step, and whoever else Settings, Signing in names: officers, supporters and auditors do not at first, since a small scheme has people without a phone of its own.',
      'Name every role under Settings, Signing in.',
    ),
    '6.3.4': met(
      'Every way ends at the same second step, but for single sign-on, which counts as whole and can be held to its strength; where passwords are closed they are for all but one account.',
      'src/access/sign-in.commands.ts',
      by('access/permissions', 'every route names an action of the table, or is public'),
      by('access/second-step', 'a link to set a password does not go round it'),
      by('access/sign-on-first', 'nobody else has a password'),
      by('access/ways-round', 'the password alone takes the place of no second step, and signs nobody out'),
    ),
    '6.4.1': met(
      'Nobody is given a password: a link with 128 random bits works once, for 72 hours.',
      'src/access/password-link.commands.ts',
      byLink,
    ),
    '6.4.2': met('There are none.', 'src/access/views/sign-in.njk'),
    '6.4.3': met(
      'Who forgot it is given a link by an administrator; the second step is asked for after it. The link of a manager or administrator wants a second person.',
      'src/access/password-link.commands.ts',
      by('access/second-step', 'a link to set a password does not go round it'),
      by('access/grants', 'a manager’s role or link wants a second person, once each'),
    ),
    '6.4.4': notMet(
      'Someone else resets a second step, for a manager or administrator with a second person, and its owner is told. How they make sure who asks is not Lendwell’s to see.',
      'Agree how you do, as when the account was made: face to face, or by ringing the number that you know.',
    ),
    '6.5.1': met(
      'Codes of an app and recovery codes count once, also for two at once.',
      'src/access/factor.commands.ts',
      codeOnce,
      recoveryOnce,
    ),
    '6.5.2': notMet(
      'Recovery codes have 50 bits and are kept as HMAC-SHA-256 with the data key, not by a slow hash with a salt: the tables alone tell nothing, with `SECRET` they could be guessed.',
      'Keep `SECRET` apart from the database and its backups.',
    ),
    '6.5.3': met(
      'They are made by the generator of node:crypto.',
      'src/access/one-time-code.ts',
      by('drift/safe-code', 'the code keeps away from …'),
    ),
    '6.5.4': met('A recovery code has 50 bits.', 'src/access/factor.commands.ts', recoveryOnce),
    '6.5.5': notMet(
      'A code of an app is one of 30 seconds, but the one before and the one after count as well, since clocks of telephones are off; each counts once.',
      'Use passkeys.',
    ),
    '6.6.1': notOurs('No code goes by phone or text.'),
    '6.6.2': notOurs('No code goes by another way than the browser.'),
    '6.6.3': notOurs('No code goes by another way than the browser.'),
    '6.8.1': met(
      'There is one provider at a time, and somebody is its issuer and their subject, never an email address.',
      'src/access/sign-on.queries.ts',
      by('access/sign-on', 'an address alone lets nobody in; a link does, once'),
      by('access/sign-on', 'refuses …'),
    ),
    '6.8.2': met(
      'The signature of an id token is looked at also where it came straight from the provider.',
      'src/access/sign-on-provider.ts',
      by('access/sign-on', 'refuses a token that another key signed'),
      by('access/sign-on-logout', 'a token that does not hold ends nothing'),
    ),
    '6.8.3': notOurs('There is no SAML.'),
    '6.8.4': notMet(
      '`OIDC_ACR` and `OIDC_AMR` are held to the answer, and a fresh proof to `auth_time`. Where both are empty, as with a provider that does not say, its sign-in counts as whole, and not as the weakest.',
      'Set one of them; where the provider cannot say, require a second step for Lendwell there.',
    ),
  },
};
