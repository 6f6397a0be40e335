import type { FieldError } from '../shared/problem.ts';
import { barriers } from './referral.rules.ts';
import {
  type Conditions,
  connections,
  deviceUses,
  type Offer,
  offers,
  offerWords,
  type Rule,
  spaces,
} from './tree.rules.ts';

/** The words of a list in the list's own order, each once; nothing where there are none. */
const inOrder = <Word extends string>(all: readonly Word[], chosen: Word[] | undefined) =>
  chosen?.length ? all.filter((word) => chosen.includes(word)) : undefined;

/** Conditions in one order, without what says nothing, so that two that mean the same are the same. */
export function tidied(when: Conditions): Conditions {
  const ordered = {
    barriersAny: inOrder(barriers, when.barriersAny),
    usesAny: inOrder(deviceUses, when.usesAny),
    usesNone: inOrder(deviceUses, when.usesNone),
    internetAtHome: inOrder(connections, when.internetAtHome),
    privateSpace: inOrder(spaces, when.privateSpace),
    prefersNotDigital: when.prefersNotDigital,
  };
  return Object.fromEntries(Object.entries(ordered).filter(([, value]) => value !== undefined));
}

const asText = ({ when, offer }: Rule) => `${offer} ${JSON.stringify(tidied(when))}`;

/** What is wrong with a version's rules, each at its field: none, one without a condition, one that can never apply, two that are the same. */
export function ruleFaults(rules: Rule[]): FieldError[] {
  if (!rules.length)
    return [
      { pointer: '/rules', message: 'Keep at least one rule: without any, nothing is ever suggested.' },
    ];
  const first = new Map<string, number>();
  return rules.flatMap((rule, place) => {
    const at = (name: string, message: string) => ({ pointer: `/rules/${place}/${name}`, message });
    const same = first.get(asText(rule));
    if (same === undefined) first.set(asText(rule), place);
    const isFirst = rules.findIndex(({ id }) => id === rule.id) === place;
    return [
      ...conditionFaults(rule).map(([name, message]) => at(name, message)),
      ...(same === undefined
        ? []
        : [
            at(
              'when',
              `Rules ${same + 1} and ${place + 1} are the same: the same answers lead to the same. Change one, or remove it.`,
            ),
          ]),
      ...(isFirst ? [] : [at('id', 'Another rule has this id. Leave it out for a new rule.')]),
    ];
  });
}

function conditionFaults({ when, offer }: Rule): [string, string][] {
  const { usesAny, usesNone, internetAtHome, privateSpace, prefersNotDigital } = tidied(when);
  if (!Object.keys(tidied(when)).length)
    return [['when', 'Choose at least one condition: what has to hold for this to be suggested?']];
  const faults: [string, string | false | undefined][] = [
    ['when/usesAny', usesAny?.length === deviceUses.length && allTicked],
    [
      'when/usesNone',
      usesNone?.length === deviceUses.length
        ? 'Everyone uses one of these, or nothing, so this can never apply. Leave at least one out.'
        : usesAny?.every((use) => usesNone?.includes(use)) &&
          'It cannot be that they use it and do not use it, so this can never apply.',
    ],
    ['when/internetAtHome', internetAtHome?.length === connections.length && allTicked],
    ['when/privateSpace', privateSpace?.length === spaces.length && allTicked],
    [
      'when/prefersNotDigital',
      offer === 'non_digital'
        ? prefersNotDigital === false &&
          'The way without a screen is only ever suggested to who would rather not be digital, so this can never apply.'
        : prefersNotDigital === true &&
          'Whoever would rather not be digital is offered nothing else, so this can never apply.',
    ],
  ];
  return faults.filter((fault): fault is [string, string] => Boolean(fault[1]));
}
const allTicked = 'Every answer is ticked, so this says nothing. Leave all of them out, or untick one.';

/** Offers that no rule leads to. Officers may still choose them, and nothing suggests them. */
export const offersWithoutRule = (rules: Rule[]): Offer[] =>
  offers.filter((offer) => !rules.some((rule) => rule.offer === offer));

/** Of each rule, what makes it what it is. */
const said = ({ when, offer, why }: Rule) => JSON.stringify([tidied(when), offer, why]);

/** Whether two versions suggest the same, in the same order and words. */
export const sameRules = (one: Rule[], other: Rule[]): boolean =>
  JSON.stringify(one.map(said)) === JSON.stringify(other.map(said));

/** What became of the rules from one version to another, as sentences. */
export function ruleChanges(before: Rule[], after: Rule[]): string[] {
  const old = new Map(before.map((rule, place) => [rule.id, { rule, place }]));
  const kept = new Set(after.map(({ id }) => id));
  const changes = after.flatMap((rule, place) => {
    const was = old.get(rule.id);
    const called = `Rule ${place + 1} (${offerWords[rule.offer]})`;
    if (!was) return [`${called} is new.`];
    return said(was.rule) === said(rule) ? [] : [`${called} is changed.`];
  });
  const gone = before.flatMap(({ id, offer }, place) =>
    kept.has(id) ? [] : [`Rule ${place + 1} of before (${offerWords[offer]}) is removed.`],
  );
  const orderOf = (rules: Rule[], among: (id: string) => boolean) =>
    rules.flatMap(({ id }) => (among(id) ? [id] : [])).join();
  const isMoved = orderOf(before, (id) => kept.has(id)) !== orderOf(after, (id) => old.has(id));
  return [...changes, ...gone, ...(isMoved ? ['The rules are in another order.'] : [])];
}
