import { invalid } from '../shared/problem.ts';
import type { Typed } from '../web/forms.ts';

/** A form by which something changes, without its reason where whoever filled it in chose that none is said. */
export const withoutUnsaid = ({ why, ...typed }: Typed): Typed =>
  why && why !== 'not_said' ? { ...typed, why } : typed;

/** Holds whoever changes something to choosing why, or that no reason is said. @throws Problem `invalid` */
export function assertWhyChosen({ why }: Typed): void {
  if (!why) throw invalid({ pointer: '/why', message: 'Choose why, or that no reason is said.' });
}
