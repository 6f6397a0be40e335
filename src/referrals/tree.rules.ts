import { type barriers, barrierWords } from './referral.rules.ts';

export const deviceUses = [
  'nothing',
  'shared_phone',
  'own_phone_without_data',
  'own_smartphone',
  'computer',
] as const;
export const spaces = ['yes', 'sometimes', 'no'] as const;
export const connections = ['yes', 'limited', 'no'] as const;
export const offers = ['device', 'data', 'support', 'access_point', 'non_digital'] as const;
export type Offer = (typeof offers)[number];
type Barrier = (typeof barriers)[number];
type DeviceUse = (typeof deviceUses)[number];
type Connection = (typeof connections)[number];
type Space = (typeof spaces)[number];

export const offerWords: Record<Offer, string> = {
  device: 'A device',
  data: 'Mobile data',
  support: 'Support calls',
  access_point: 'A place to go, such as a library or drop-in',
  non_digital: 'The way without a screen that they chose',
};
export const useWords: Record<DeviceUse, string> = {
  nothing: 'Nothing',
  shared_phone: 'A phone that they share',
  own_phone_without_data: 'Their own smartphone, without data',
  own_smartphone: 'Their own smartphone or tablet',
  computer: 'A computer',
};
/** What was answered about internet at home and about a private space. */
export const yesWords: Record<Connection | Space, string> = {
  yes: 'Yes',
  limited: 'Sometimes, or not enough',
  sometimes: 'Sometimes',
  no: 'No',
};

/** What a rule looks at of what was found out with the person. */
export type Looked = {
  barriers: Barrier[];
  uses: DeviceUse[];
  internetAtHome: Connection;
  privateSpace: Space;
  prefersNotDigital: boolean;
};

/** What has to hold for a rule, all of it; what is left out does not matter. */
export type Conditions = {
  barriersAny?: Barrier[] | undefined;
  usesAny?: DeviceUse[] | undefined;
  usesNone?: DeviceUse[] | undefined;
  internetAtHome?: Connection[] | undefined;
  privateSpace?: Space[] | undefined;
  prefersNotDigital?: boolean | undefined;
};

/** One rule of a version. Its id stays from version to version, so that it is seen what became of it. */
export type Rule = { id: string; when: Conditions; offer: Offer; why: string };
export type Suggestion = { offer: Offer; why: string };

const holds = (
  { barriersAny, usesAny, usesNone, internetAtHome, privateSpace, prefersNotDigital }: Conditions,
  found: Looked,
): boolean =>
  (!barriersAny || barriersAny.some((one) => found.barriers.includes(one))) &&
  (!usesAny || usesAny.some((one) => found.uses.includes(one))) &&
  !usesNone?.some((one) => found.uses.includes(one)) &&
  (!internetAtHome || internetAtHome.includes(found.internetAtHome)) &&
  (!privateSpace || privateSpace.includes(found.privateSpace)) &&
  (prefersNotDigital === undefined || prefersNotDigital === found.prefersNotDigital);

/**
 * What a version's rules suggest for findings: each offer once, with every reason for it. It is only ever a suggestion:
 * an officer decides with the person. Whoever would rather not be digital is offered nothing else, and nobody is sent the
 * way without a screen who did not choose it: no rule changes that.
 */
export function suggest(rules: Rule[], found: Looked): Suggestion[] {
  const apply = rules.filter(
    ({ offer, when }) => holds(when, found) && (offer === 'non_digital') === found.prefersNotDigital,
  );
  return [...Map.groupBy(apply, ({ offer }) => offer)].map(([offer, reasons]) => ({
    offer,
    why: [...new Set(reasons.map(({ why }) => why))].join(' '),
  }));
}

/** Why something was not suggested by a version's rules, as it goes on after `because`. */
export function whyNotSuggested(
  offer: Offer,
  { prefersNotDigital }: Pick<Looked, 'prefersNotDigital'>,
  version: number,
): string {
  if (offer === 'non_digital' && !prefersNotDigital) return 'they did not choose to go without a screen.';
  if (offer !== 'non_digital' && prefersNotDigital) return 'they would rather not be digital.';
  return `no rule of version ${version} leads from these answers to it.`;
}

/** `a; b or c`: a word may have a comma of its own. */
const either = (words: string[]) =>
  [words.slice(0, -1).join('; '), words.at(-1)].filter(Boolean).join(' or ').toLowerCase();

/** A rule's conditions as sentences, each of which has to hold. */
export function conditionLines(when: Conditions): string[] {
  const { barriersAny, usesAny, usesNone, internetAtHome, privateSpace, prefersNotDigital } = when;
  const words = (uses: DeviceUse[]) => uses.map((use) => useWords[use]);
  return [
    barriersAny && `What gets in the way: ${either(barriersAny.map(barrierWords))}`,
    usesAny && `They use today: ${either(words(usesAny))}`,
    usesNone && `They do not use: ${either(words(usesNone))}`,
    internetAtHome && `Internet at home: ${either(internetAtHome.map((one) => yesWords[one]))}`,
    privateSpace && `A private space: ${either(privateSpace.map((one) => yesWords[one]))}`,
    prefersNotDigital !== undefined &&
      (prefersNotDigital ? 'They would rather not be digital' : 'They do not mind being digital'),
  ].filter((line) => typeof line === 'string');
}
