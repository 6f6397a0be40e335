import type { StaffRole } from './staff.rules.ts';

/** What the log says of a kind, and whom it alarms or tells. */
type SecurityKind = {
  /** What happened, as a sentence; `about` is what it was about. */
  line(about: string | null): string;
  /** Somebody has to look at it. */
  alarm?: true;
  /** Managers and administrators are told by email, whoever's account it is. */
  tellsOffice?: true;
  /** What the owner of the account is told by email, so that they can say that it was not them. */
  tells?: string;
};

const of = (about: string | null, text: string) => (about ? `${text}: ${about}` : text);

/** Everything that the security log knows. */
export const securityKinds = {
  signed_in: { line: (way) => (way ? `Signed in by ${way.replaceAll('_', ' ')}` : 'Signed in') },
  signed_in_elsewhere: {
    line: (way) => of(way, 'Signed in with a browser that was not known'),
    tells: 'Someone signed in to your account with a browser that it had not been used with before.',
  },
  sign_in_refused: { line: () => 'Sign-in refused: the password was wrong' },
  sign_in_unknown: { line: (account) => of(account, 'Sign-in refused: nobody has this address, known as') },
  sign_in_waits: { line: () => 'Sign-in refused: too many wrong passwords from there' },
  sign_on_refused: { line: (why) => of(why?.replaceAll('_', ' ') ?? null, 'Single sign-on refused') },
  account_proposed: {
    line: () => 'Someone without an account came by single sign-on and asks to be let in',
  },
  proposal_refused: { line: () => 'Someone who asked to be let in was refused' },
  identity_linked: {
    line: () => 'A work account was linked, by which its owner signs in',
    tells: 'A work account was linked to your account in Lendwell: whoever signs in there comes in as you.',
  },
  identity_unlinked: {
    line: () => 'The link to a work account was taken away',
    tells: 'The link of your work account to your account in Lendwell was taken away.',
  },
  break_glass_used: {
    line: (outcome) => of(outcome, 'The account that is kept for emergencies was tried with a password'),
    alarm: true,
    tellsOffice: true,
  },
  account_under_attack: {
    line: () => 'Many wrong passwords from different places',
    alarm: true,
    tells:
      'There were many tries to sign in to your account with a wrong password. None of them came in. Your own browser is not held up.',
  },
  sign_in_released: { line: () => 'Waiting after wrong passwords was ended' },
  factor_refused: { line: () => 'Second step refused: the code was wrong' },
  proof_refused: { line: () => 'Not confirmed: the password or code was wrong' },
  factor_added: {
    line: (kind) => of(kind, 'A second step was added'),
    tells: 'A second step for signing in was added to your account.',
  },
  factor_removed: {
    line: (kind) => of(kind, 'A second step was removed'),
    tells: 'A second step for signing in was removed from your account.',
  },
  factors_reset: {
    line: () => 'The second steps were reset by someone else',
    alarm: true,
    tells:
      'Your second step for signing in was reset. When you next sign in, you set up a new one. Your password is as it was.',
  },
  passkey_copied: {
    line: () => 'A passkey was refused: it has been copied',
    alarm: true,
    tells: 'A copy of your passkey was refused. Remove it from your account and make another.',
  },
  recovery_codes_made: {
    line: () => 'New recovery codes were made',
    tells: 'New recovery codes were made for your account. The earlier ones do not work any more.',
  },
  recovery_code_used: {
    line: () => 'A recovery code was used',
    tells: 'A recovery code was used to sign in to your account.',
  },
  password_set: {
    line: () => 'A new password was set',
    tells: 'A new password was set for your account.',
  },
  password_link_made: {
    line: () => 'A link to set a password was made',
    tells: 'A link was made by which you set a new password. Whoever made it gives it to you.',
  },
  sessions_ended: { line: () => 'Signed out everywhere' },
  signed_out: { line: () => 'Signed out' },
  staff_added: { line: (role) => of(role, 'An account was made') },
  role_changed: {
    line: (role) => of(role, 'The role was changed'),
    alarm: true,
    tells: 'What you may do in Lendwell was changed.',
  },
  staff_suspended: {
    line: () => 'Suspended',
    tells: 'Your account was suspended: you cannot sign in any more.',
  },
  email_changed: {
    line: () => 'The email address was changed',
    alarm: true,
    tells: 'Your account has another email address now: what concerns it goes there from here on.',
  },
  code_guessed: {
    line: () => 'Several wrong codes: someone has the password',
    alarm: true,
    tells:
      'Someone gave your password and then several wrong codes. Nobody came in. Change your password: it is known to someone.',
  },
  staff_restored: { line: () => 'Let in again' },
  key_added: { line: () => 'An API key was made' },
  key_revoked: { line: () => 'An API key was revoked' },
  key_from_elsewhere: { line: () => 'An API key was used from an address that it had not been used from' },
  key_refused: { line: () => 'An API key was refused' },
  not_allowed: { line: (action) => of(action, 'Refused: not allowed') },
  form_refused: { line: () => 'A form was refused: its token was missing, forged or late' },
  rate_limited: { line: () => 'Refused: too many requests' },
  many_people_seen: {
    line: (people) => of(people, 'Saw many different people within an hour'),
    alarm: true,
  },
  exported: { line: () => 'All that is kept about a person was given out' },
  erased: { line: () => 'A person was erased' },
  agreement_asked: {
    line: (kind) => of(kind?.replaceAll('_', ' ') ?? null, 'A second person is asked to agree'),
    alarm: true,
    tells: 'Something is about to be done with your account that wants a second person to agree.',
  },
  agreement_given: { line: (kind) => of(kind?.replaceAll('_', ' ') ?? null, 'A second person agreed') },
  agreement_refused: { line: (kind) => of(kind?.replaceAll('_', ' ') ?? null, 'A second person refused') },
  policy_changed: { line: () => 'Who needs a second step was changed', alarm: true },
} as const satisfies Record<string, SecurityKind>;

export type SecurityKindName = keyof typeof securityKinds;
export const securityKindNames = Object.keys(securityKinds) as SecurityKindName[];

/** What a kind is, with all that it may have. */
export const securityKind = (kind: SecurityKindName): SecurityKind => securityKinds[kind];

/** Who is told of what concerns the whole scheme and no account of theirs. */
export const officeRoles: StaffRole[] = ['manager', 'administrator'];
