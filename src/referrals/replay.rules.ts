import { type Looked, type Offer, offers, type Rule, suggest } from './tree.rules.ts';

/** A past assessment, as far as it says what would be suggested and what came of it. */
export type PastAssessment = {
  at: string;
  referral: { id: string; reference: string };
  treeVersion: number;
  found: Looked;
  /** What was suggested then. */
  suggested: Offer[];
  /** What an officer took up; null where none did. */
  takenUp: Offer[] | null;
  /** What was asked for and left out when it was taken up, with the reasons given. */
  left: { offer: Offer; reason: string }[];
};
type Where = Pick<PastAssessment, 'at' | 'referral'>;

/** What came of one offer over past assessments. */
type OfferReplay = {
  offer: Offer;
  before: number;
  after: number;
  more: number;
  fewer: number;
};
type OfferChoice = {
  offer: Offer;
  /** How often it was suggested, of what an officer then decided. */
  suggested: number;
  notTakenUp: number;
  addedUnasked: number;
};
export type Replay = {
  assessed: number;
  changed: number;
  reworded: number;
  offers: OfferReplay[];
  changes: (Where & { treeVersion: number; before: Offer[]; after: Offer[] })[];
  decided: number;
  choices: OfferChoice[];
  otherwise: (Where & { offer: Offer; added: boolean; reason: string | null })[];
};

/**
 * Replays two versions over past assessments: for how many they suggest something else, by offer and one by one; and
 * where officers chose otherwise than was suggested then.
 */
export function replay(before: Rule[], after: Rule[], past: PastAssessment[]): Replay {
  const replayed = past.map((one) => {
    const [old, now] = [suggest(before, one.found), suggest(after, one.found)];
    const [oldOffers, nowOffers] = [old, now].map(offersIn) as [Offer[], Offer[]];
    const isChanged = oldOffers.toSorted().join() !== nowOffers.toSorted().join();
    return {
      ...one,
      before: oldOffers,
      after: nowOffers,
      isChanged,
      isReworded: !isChanged && JSON.stringify(old) !== JSON.stringify(now),
    };
  });
  const changed = replayed.filter(({ isChanged }) => isChanged);
  const decided = past.flatMap((one) => (one.takenUp ? [{ ...one, takenUp: one.takenUp }] : []));
  return {
    assessed: past.length,
    changed: changed.length,
    reworded: replayed.filter(({ isReworded }) => isReworded).length,
    offers: offers.map((offer) => {
      const count = (holds: (one: { before: Offer[]; after: Offer[] }) => boolean) =>
        replayed.filter(holds).length;
      return {
        offer,
        before: count((one) => one.before.includes(offer)),
        after: count((one) => one.after.includes(offer)),
        more: count((one) => one.after.includes(offer) && !one.before.includes(offer)),
        fewer: count((one) => one.before.includes(offer) && !one.after.includes(offer)),
      };
    }),
    changes: changed.map(({ at, referral, treeVersion, before, after }) => ({
      at,
      referral,
      treeVersion,
      before,
      after,
    })),
    decided: decided.length,
    choices: offers.map((offer) => {
      const suggested = decided.filter((one) => one.suggested.includes(offer));
      return {
        offer,
        suggested: suggested.length,
        notTakenUp: suggested.filter(({ takenUp }) => !takenUp.includes(offer)).length,
        addedUnasked: decided.filter((one) => one.takenUp.includes(offer) && !one.suggested.includes(offer))
          .length,
      };
    }),
    otherwise: decided.flatMap((one) =>
      offers
        .filter((offer) => one.suggested.includes(offer) !== one.takenUp.includes(offer))
        .map((offer) => ({
          at: one.at,
          referral: one.referral,
          offer,
          added: one.takenUp.includes(offer),
          reason: one.left.find((left) => left.offer === offer)?.reason ?? null,
        })),
    ),
  };
}

const offersIn = (suggestions: { offer: Offer }[]) => suggestions.map(({ offer }) => offer);
