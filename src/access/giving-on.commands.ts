import { recordEvent } from '../shared/events.ts';
import { type FieldError, Problem } from '../shared/problem.ts';
import type { Work } from '../shared/work.ts';
import { type Action, may } from './permissions.ts';
import type { StaffRole } from './staff.rules.ts';
import type { GivenOn } from './staff.schemas.ts';

type Standing = { id: string; role: StaffRole; suspended: boolean };

/** What is someone’s to do, with what they must be allowed for it and what is said of whoever is not. */
const givable = {
  referralsTo: { action: 'referrals.decide', words: 'Choose an officer or a manager who works here now.' },
  supportTo: { action: 'follow-ups.record-outcome', words: 'Choose someone who does follow-ups here now.' },
} as const satisfies Record<keyof GivenOn, { action: Action; words: string }>;
const kinds = ['referralsTo', 'supportTo'] as const;

const mayDo = (kind: keyof GivenOn, { role, suspended }: Omit<Standing, 'id'>) =>
  !suspended && may({ role }, givable[kind].action);

/**
 * Whom the work of someone goes to, null for nobody.
 * @param staff rows, locked, among which those named are
 * @throws Problem `invalid` for someone who may not do it, or who is the one that it is taken from
 */
export function heirsOf(id: string, staff: Standing[], given: GivenOn): Record<keyof GivenOn, string | null> {
  const errors = kinds.flatMap((kind): FieldError[] => {
    const heir = staff.find((one) => one.id === given[kind]);
    const fits = !given[kind] || (heir && heir.id !== id && mayDo(kind, heir));
    return fits ? [] : [{ pointer: `/${kind}`, message: givable[kind].words }];
  });
  if (errors.length) throw new Problem('invalid', { errors });
  return { referralsTo: given.referralsTo ?? null, supportTo: given.supportTo ?? null };
}

/** Has given on whatever someone may no longer do as they stand now; `src/follow-on.ts` names who does it. */
export async function giveOnWhatEnds(
  work: Work,
  { id, ...standing }: Standing,
  heirs: Record<keyof GivenOn, string | null>,
): Promise<void> {
  const ended = kinds.filter((kind) => !mayDo(kind, standing));
  if (!ended.length) return;
  await recordEvent(work, {
    type: 'staff.work_ended',
    subjects: [['staff', id]],
    values: {
      ...(ended.includes('referralsTo') && { referralsTo: heirs.referralsTo }),
      ...(ended.includes('supportTo') && { supportTo: heirs.supportTo }),
    },
  });
}
