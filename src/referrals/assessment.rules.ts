import type { FieldError } from '../shared/problem.ts';
import type { NeedRow } from './need.rules.ts';
import { needs as allNeeds, type Need } from './referral.rules.ts';
import type { Looked, Offer } from './tree.rules.ts';

/** What was found out with the person. */
export type Findings = Looked & {
  wouldHelp?: string | undefined;
  trusts?: string | undefined;
  nonDigitalRoute?: string | undefined;
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
