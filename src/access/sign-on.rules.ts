import { Problem } from '../shared/problem.ts';
import { type StaffRole, staffRoles } from './staff.rules.ts';

/** What whoever runs Lendwell sets for single sign-on. */
export type SignOnSettings = {
  OIDC_ISSUER: string;
  OIDC_CLIENT_ID: string;
  OIDC_CLIENT_SECRET: string;
  OIDC_PRIVATE_KEY: string;
  OIDC_SCOPES: string;
  OIDC_BUTTON: string;
  OIDC_ACR: string;
  OIDC_AMR: string;
  OIDC_ROLE_CLAIM: string;
  OIDC_ROLES: string;
  OIDC_FIRST_SIGN_IN: 'refuse' | 'ask' | 'make';
  OIDC_LOCAL_SIGN_IN: string;
};

/** For how long a sign-in may be under way at the provider. */
export const begunSeconds = 600;
export const begunKeptFor = `${begunSeconds} seconds`;

/** Claims that a provider makes about someone. */
export type Claims = Record<string, unknown>;

/** Why a single sign-on was refused: the word for the security log, and what is said to whoever tried. */
export const signOnRefusals = {
  not_allowed_there: 'You were not signed in there. Try again, or ask whoever looks after your work account.',
  provider_away:
    'The sign-in service of your organisation cannot be reached now. Try again in a few minutes.',
  not_begun: 'This sign-in was begun too long ago, or in another browser, or has been used. Begin again.',
  answer_not_valid:
    'The sign-in service gave an answer that does not hold. Begin again, and tell an administrator if it goes on.',
  too_weak:
    'You were signed in there in a way that is not strong enough for Lendwell. Sign in there with a second step.',
  not_linked: 'Your work account is not known here yet. Ask an administrator for a link to connect it.',
  proposed: 'Your work account is not known here yet. An administrator has been asked to let you in.',
  suspended: 'Your account here is suspended. Ask an administrator.',
  no_role: 'Your work account has none of the roles that work with Lendwell. Ask whoever gives them out.',
  last_administrator:
    'With the role that your work account has now, nobody would be an administrator here. Make someone else one first.',
  address_in_use:
    'Someone here has your email address already. Ask an administrator for a link to connect the two.',
  link_over: 'This link does not work any more. Ask your administrator for another.',
  linked_elsewhere: 'This work account belongs to someone else here already. Sign in there as yourself.',
  someone_else:
    'You signed in there as someone else. Show again who you are with the account that you came with.',
} as const;
export type SignOnRefusal = keyof typeof signOnRefusals;

/** A refused single sign-on. */
export const signOnRefused = (reason: SignOnRefusal): Problem =>
  new Problem('sign-on-refused', { detail: signOnRefusals[reason], reason });

/** Why a single sign-on was refused; undefined for any other error. */
export const signOnRefusalOf = (error: unknown): SignOnRefusal | undefined =>
  error instanceof Problem && error.type === 'sign-on-refused'
    ? (error.extra.reason as SignOnRefusal)
    : undefined;

/** What the pages have to know of single sign-on; undefined where there is none. */
export type SignOnView = { button: string; isLocalOpen: boolean; hasBreakGlass: boolean };

/** The button that leads to the provider, and whether the form for a password is there beside it. */
export function signOnView(settings: SignOnSettings): SignOnView | undefined {
  if (!settings.OIDC_ISSUER) return undefined;
  const hasBreakGlass = breakGlassOf(settings) !== undefined;
  return { button: settings.OIDC_BUTTON, isLocalOpen: !hasBreakGlass, hasBreakGlass };
}

const breakGlass = /^break-glass:(?<email>\S+@\S+)$/;

/** The address, in lower case, of the one account that has a password still where local sign-in is closed; undefined where it is open. */
export function breakGlassOf(settings: SignOnSettings): string | undefined {
  return breakGlass.exec(settings.OIDC_LOCAL_SIGN_IN)?.groups?.email?.toLowerCase();
}

/** Whether an address may sign in with a password, `email` as it is kept or typed. */
export function maySignInLocally(settings: SignOnSettings, email: string): boolean {
  const only = breakGlassOf(settings);
  return only === undefined || only === email.toLowerCase();
}

/** Which role a value of the claim means, in the order in which they are asked. */
export function rolesByClaim({ OIDC_ROLES }: SignOnSettings): { value: string; role: StaffRole }[] {
  return listed(OIDC_ROLES, ',').flatMap((pair) => {
    const at = pair.lastIndexOf('=');
    const role = staffRoles.find((one) => one === pair.slice(at + 1).trim());
    return at > 0 && role ? [{ value: pair.slice(0, at).trim(), role }] : [];
  });
}

/** Whether the provider says which role someone has. */
export const givesRoles = (settings: SignOnSettings): boolean => settings.OIDC_ROLE_CLAIM !== '';

/** The role that the claims give, the first of the mapping that fits; undefined for none. */
export function roleIn(settings: SignOnSettings, claims: Claims): StaffRole | undefined {
  const has = valuesOf(claims, settings.OIDC_ROLE_CLAIM);
  return rolesByClaim(settings).find(({ value }) => has.includes(value))?.role;
}

/** The texts of a claim: of its whole name, or of parts within it by dots, as in `nhsid_nrbac_roles.role_code`. */
export function valuesOf(claims: Claims, name: string): string[] {
  const whole = Object.hasOwn(claims, name) ? [claims[name]] : undefined;
  const found = whole ?? name.split('.').reduce<unknown[]>(within, [claims]);
  return found.flat().filter((value): value is string => typeof value === 'string');
}

const within = (values: unknown[], part: string): unknown[] =>
  values
    .flat()
    .flatMap((value) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? [(value as Claims)[part]]
        : [],
    );

/** Whether someone was signed in at the provider in a way that is strong enough: by the class that it names, and by one of the ways. */
export function isStrongEnough(settings: SignOnSettings, claims: Claims): boolean {
  const classes = listed(settings.OIDC_ACR, ' ');
  const ways = listed(settings.OIDC_AMR, ' ');
  const { acr } = claims;
  const isOfClass = !classes.length || (typeof acr === 'string' && classes.includes(acr));
  return isOfClass && (!ways.length || valuesOf(claims, 'amr').some((way) => ways.includes(way)));
}

const listed = (text: string, by: string): string[] =>
  text
    .split(by)
    .map((part) => part.trim())
    .filter(Boolean);

/** What is wrong with the settings of single sign-on as a whole, each as a sentence. */
export function signOnFaults(settings: SignOnSettings): string[] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_PRIVATE_KEY } = settings;
  const { OIDC_ROLE_CLAIM, OIDC_ROLES, OIDC_FIRST_SIGN_IN, OIDC_LOCAL_SIGN_IN } = settings;
  const pairs = listed(OIDC_ROLES, ',');
  const fault = (isOne: boolean, text: string) => (isOne ? [text] : []);
  const isOff = !OIDC_ISSUER;
  return [
    ...fault(
      isOff && OIDC_LOCAL_SIGN_IN !== 'open',
      'OIDC_LOCAL_SIGN_IN closes the only way in: set OIDC_ISSUER.',
    ),
    ...fault(!isOff && !URL.canParse(OIDC_ISSUER), 'OIDC_ISSUER is no address.'),
    ...fault(!isOff && !OIDC_CLIENT_ID, 'OIDC_ISSUER wants OIDC_CLIENT_ID.'),
    ...fault(
      !isOff && !OIDC_CLIENT_SECRET === !OIDC_PRIVATE_KEY,
      'OIDC_ISSUER wants either OIDC_CLIENT_SECRET or OIDC_PRIVATE_KEY.',
    ),
    ...fault(!isOff && !listed(settings.OIDC_SCOPES, ' ').includes('openid'), 'OIDC_SCOPES wants openid.'),
    ...fault(
      (OIDC_ROLE_CLAIM === '') !== (pairs.length === 0),
      'OIDC_ROLE_CLAIM and OIDC_ROLES go together: the claim, and which role each of its values means.',
    ),
    ...fault(
      rolesByClaim(settings).length !== pairs.length,
      `OIDC_ROLES is value=role with commas between, and a role is one of ${staffRoles.join(', ')}.`,
    ),
    ...fault(
      OIDC_FIRST_SIGN_IN === 'make' && !OIDC_ROLE_CLAIM,
      'OIDC_FIRST_SIGN_IN=make wants OIDC_ROLE_CLAIM: an account is made with the role that the claim gives.',
    ),
  ];
}
