import type { FieldError } from '../shared/problem.ts';
import type { NeedRow } from './need.rules.ts';
import { needs as allNeeds, type barriers, type Need } from './referral.rules.ts';

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

/** What was found out with the person. */
export type Findings = {
  barriers: (typeof barriers)[number][];
  uses: (typeof deviceUses)[number][];
  internetAtHome: (typeof connections)[number];
  privateSpace: (typeof spaces)[number];
  prefersNotDigital: boolean;
  wouldHelp?: string | undefined;
  trusts?: string | undefined;
  nonDigitalRoute?: string | undefined;
};
export type Suggestion = { offer: Offer; why: string };

const hasOwnScreen = ({ uses }: Findings) =>
  uses.some((use) => use === 'own_smartphone' || use === 'own_phone_without_data' || use === 'computer');
const blocks = ({ barriers }: Findings, ...these: Findings['barriers']) =>
  these.some((barrier) => barriers.includes(barrier));

/**
 * What each finding suggests, and why. It is only ever a suggestion: an officer decides with the person,
 * and whoever would rather not be digital is offered nothing else.
 */
const suggestionsFor: { offer: Offer; when(found: Findings): boolean; why: string }[] = [
  {
    offer: 'non_digital',
    when: (f) => f.prefersNotDigital,
    why: 'They would rather not be digital, and the way they chose is written down.',
  },
  {
    offer: 'device',
    when: (f) => !hasOwnScreen(f),
    why: 'They have no smartphone, tablet or computer of their own.',
  },
  {
    offer: 'device',
    when: (f) => blocks(f, 'access_to_device'),
    why: 'Getting a device is what gets in the way.',
  },
  {
    offer: 'data',
    when: (f) => f.internetAtHome !== 'yes',
    why: 'There is no internet at home that they can rely on.',
  },
  {
    offer: 'data',
    when: (f) => f.uses.includes('own_phone_without_data'),
    why: 'They have a phone without mobile data.',
  },
  { offer: 'data', when: (f) => blocks(f, 'access_to_data'), why: 'Getting online is what gets in the way.' },
  {
    offer: 'support',
    when: (f) => blocks(f, 'skills', 'ease_of_use'),
    why: 'They want to learn how, or find devices hard to use.',
  },
  {
    offer: 'support',
    when: (f) => blocks(f, 'beliefs_and_trust'),
    why: 'They are not sure it is safe or for them: someone to ask helps.',
  },
  {
    offer: 'support',
    when: (f) => blocks(f, 'health_and_symptoms'),
    why: 'How they feel gets in the way: short calls at their own pace help.',
  },
  {
    offer: 'access_point',
    when: (f) => f.privateSpace !== 'yes',
    why: 'They have no private space that they can count on: a library or a drop-in has one.',
  },
  {
    offer: 'access_point',
    when: (f) => blocks(f, 'housing'),
    why: 'Where they live is not settled: kit can be used, and charged, at an access point.',
  },
];

/** What the findings suggest: each offer once, with every reason for it. */
export function suggest(found: Findings): Suggestion[] {
  const apply = suggestionsFor.filter(
    ({ offer, when }) => when(found) && (offer === 'non_digital') === found.prefersNotDigital,
  );
  return [...Map.groupBy(apply, ({ offer }) => offer)].map(([offer, reasons]) => ({
    offer,
    why: reasons.map(({ why }) => why).join(' '),
  }));
}

/** Why something is not suggested, as it goes on after `because`. */
export function whyNotSuggested(offer: Offer, { prefersNotDigital }: Findings): string {
  if (offer === 'non_digital') return 'they did not choose to go without a screen.';
  return prefersNotDigital ? 'they would rather not be digital.' : nothingAsksFor[offer];
}
const nothingAsksFor: Record<Exclude<Offer, 'non_digital'>, string> = {
  device: 'they have a smartphone, tablet or computer of their own.',
  data: 'there is internet at home.',
  support: 'nothing that gets in the way asks for it.',
  access_point: 'they have a private space.',
};

/** Offers that are needs of a referral; the others are recorded with the assessment. */
export const isNeed = (offer: Offer): offer is Offer & Need =>
  offer === 'device' || offer === 'data' || offer === 'support';

export function findingErrors({ prefersNotDigital, nonDigitalRoute }: Findings): FieldError[] {
  if (prefersNotDigital && !nonDigitalRoute)
    return [
      {
        pointer: '/nonDigitalRoute',
        message: 'Say how they would like it instead, such as calls and letters.',
      },
    ];
  if (!prefersNotDigital && nonDigitalRoute)
    return [
      {
        pointer: '/nonDigitalRoute',
        message:
          'This is for someone who would rather not be digital. Leave it out, or say that they would not.',
      },
    ];
  return [];
}

/** The way without a screen is the person's own choice, and then it is the only thing that is offered. */
export function offerErrors(taken: Offer[], { prefersNotDigital }: Findings): FieldError[] {
  if (!taken.includes('non_digital')) return [];
  const wrong = !prefersNotDigital
    ? 'They did not choose to go without. Write that down with them first.'
    : taken.length > 1
      ? 'They chose to go without: take up that alone, or only the others.'
      : null;
  return wrong ? [{ pointer: '/offers', message: wrong }] : [];
}

/** Why needs that were asked for are left out, by need. */
export type Dropped = Partial<Record<Need, string>>;

/**
 * What was asked for is left out only with a reason that somebody wrote (rule 27). Without anything to
 * accept the referral is still to be decided, and keeps all of its needs.
 */
export function droppedErrors(taken: Offer[], dropped: Dropped, needs: NeedRow[]): FieldError[] {
  const accepts = taken.some(isNeed);
  return allNeeds.flatMap((need) => {
    const isOpen = needs.some((row) => row.need === need && row.status === 'open');
    const isTaken = taken.includes(need);
    const wrong =
      dropped[need] === undefined
        ? accepts && isOpen && !isTaken && `Say why: ${need} was asked for.`
        : isTaken
          ? `The ${need} is taken up, so nothing is left out. Leave the reason out.`
          : !isOpen
            ? `There is nothing to leave out: ${need} is not an open need of this referral.`
            : !accepts && 'Nothing would be left to accept. Decline the referral instead, with this reason.';
    return wrong ? [{ pointer: `/dropped/${need}`, message: wrong }] : [];
  });
}
