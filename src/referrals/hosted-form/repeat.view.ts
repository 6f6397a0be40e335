import type { Repeat } from '../repeat.queries.ts';
import { answersSaid, type Said } from './answers.view.ts';

export type ShownRepeat = Omit<Repeat, 'said'> & { groups: Said[] };

/** A repeat as the page of its referral shows it, to those who may with what may be dangerous on a visit. */
export function shownRepeat({ said: typed, ...repeat }: Repeat, withVisitRisks: boolean): ShownRepeat {
  const { visitRisks: _visitRisks, ...rest } = typed;
  return { ...repeat, groups: answersSaid(withVisitRisks ? typed : rest) };
}
