import { type FieldError, Problem } from '../shared/problem.ts';
import { isAhead } from './follow-up.states.ts';

export const followUpStatuses = ['planned', 'confirmed', 'done', 'missed', 'cancelled'] as const;
export type FollowUpStatus = (typeof followUpStatuses)[number];
export const ways = ['phone', 'video', 'in_person', 'message'] as const;
export type Way = (typeof ways)[number];
export const outcomeResults = ['done', 'missed', 'cancelled'] as const;
export type OutcomeResult = (typeof outcomeResults)[number];

/**
 * The life of a follow-up: every move there is. A planned or confirmed one may also be moved to another date. What was
 * cancelled with a loan that did not end is planned again by `followUpAgain` alone.
 */
export const followUpMoves: Record<FollowUpStatus, FollowUpStatus[]> = {
  planned: ['confirmed', 'done', 'missed', 'cancelled'],
  confirmed: ['planned', 'done', 'missed', 'cancelled'],
  done: [],
  missed: [],
  cancelled: [],
};

/** Statuses in words, for sentences and pages. */
export const followUpWords: Record<FollowUpStatus, string> = {
  planned: 'planned',
  confirmed: 'confirmed',
  done: 'done',
  missed: 'missed',
  cancelled: 'cancelled',
};

/** A follow-up that would move with the handover that it is counted from, and stays where it is. */
export type KeptStep = { step: string; dueOn: string; isConfirmed: boolean };

/** @throws Problem `follow-up-settled` when the follow-up has its outcome */
export function assertAhead(status: FollowUpStatus): void {
  if (isAhead.of(status)) return;
  throw new Problem('follow-up-settled', {
    detail: `The follow-up is ${followUpWords[status]}. Add a new one instead.`,
    followUpStatus: status,
  });
}

export const frequencies = ['daily', 'weekly', 'monthly', 'rarely', 'never'] as const;
export const topics = [
  'getting_started',
  'connecting',
  'communicating',
  'finding_information',
  'online_services',
  'managing_health',
  'staying_safe',
  'accessibility',
  'leisure_and_learning',
  'other',
] as const;
/** How old someone looks who is not known by name: as many bands as an eye can tell. */
export const ageBands = ['under_25', '25_to_44', '45_to_64', '65_and_over'] as const;
export const obstacles = [
  'data_exhausted',
  'device_fault',
  'private_space',
  'trust',
  'health',
  'other',
] as const;

export const wayWords: Record<Way, string> = {
  phone: 'phone call',
  video: 'video call',
  in_person: 'in person',
  message: 'message',
};
/** What may be at the same time as a follow-up: the supporter’s, or the person’s with someone else. */
export const clashWords = {
  supporter: 'Its supporter has another follow-up',
  drop_in: 'Its supporter is at a drop-in',
  patient: 'They have another follow-up',
} as const;
export const clashesWith = Object.keys(clashWords) as (keyof typeof clashWords)[];
export const topicWords: Record<(typeof topics)[number], string> = {
  getting_started: 'Getting started',
  connecting: 'Getting online',
  communicating: 'Calls, email and messages',
  finding_information: 'Finding information',
  online_services: 'Using online services',
  managing_health: 'Managing health',
  staying_safe: 'Staying safe',
  accessibility: 'Making it easier to use',
  leisure_and_learning: 'Leisure and learning',
  other: 'Something else',
};
export const ageBandWords: Record<(typeof ageBands)[number], string> = {
  under_25: 'Under 25',
  '25_to_44': '25 to 44',
  '45_to_64': '45 to 64',
  '65_and_over': '65 and over',
};
export const obstacleWords: Record<(typeof obstacles)[number], string> = {
  data_exhausted: 'Data ran out',
  device_fault: 'Device not working',
  private_space: 'No private space',
  trust: 'Trust',
  health: 'Health',
  other: 'Something else',
};

/** What was said at a contact; it needs one that took place. */
const ofTheContact = ['topics', 'minutes', 'confidence', 'frequency', 'gotInTheWay'] as const;

/**
 * Holds an outcome together: only a contact that took place has what was covered, and one that is
 * still ahead cannot have been missed. It was not before the help that it is of began.
 * @param planned ISO 8601 instant for which it was planned, and the civil date on which that help began
 * @param now ISO 8601 instant, with its civil date
 * @throws Problem `invalid`
 */
export function assertOutcomeFits(
  outcome: { result: OutcomeResult; why?: unknown; again?: unknown; happenedOn?: string | undefined } & {
    [name in (typeof ofTheContact)[number]]?: unknown;
  },
  { start, beganOn }: { start: string; beganOn: string },
  { at: now, today }: { at: string; today: string },
): void {
  const errors: FieldError[] = [];
  if (outcome.result !== 'done') {
    for (const name of ofTheContact) {
      if (outcome[name] !== undefined)
        errors.push({ pointer: `/${name}`, message: 'Only a contact that took place has this.' });
    }
  }
  if (outcome.result !== 'cancelled' && outcome.why !== undefined)
    errors.push({ pointer: '/why', message: 'Only a follow-up that is called off has this.' });
  if (outcome.result !== 'missed' && outcome.again !== undefined)
    errors.push({ pointer: '/again', message: 'Only a follow-up that was missed is tried again.' });
  const { happenedOn } = outcome;
  const ofDay = (message: string) => errors.push({ pointer: '/happenedOn', message });
  if (happenedOn && outcome.result === 'cancelled') ofDay('What is called off has no day on which it was.');
  else if (happenedOn && happenedOn > today)
    ofDay(`This day is in the future. Give ${today} or an earlier day.`);
  else if (happenedOn && happenedOn < beganOn)
    ofDay(`Their support began on ${beganOn}. Give that day or a later one.`);
  if (outcome.result === 'missed' && start > now)
    errors.push({ pointer: '/result', message: 'It is still ahead. Move or cancel it instead.' });
  if (errors.length) throw new Problem('invalid', { errors });
}

/** The civil day on which a contact counts: as it was said, else the one it was planned for, and what took place is not ahead. */
export function outcomeDay(
  { result, happenedOn }: { result: OutcomeResult; happenedOn?: string | undefined },
  plannedOn: string,
  today: string,
): string {
  return happenedOn ?? (result === 'done' && plannedOn > today ? today : plannedOn);
}

/** What may be done with a follow-up next, and for the rest why not. Pages show exactly this. */
export function allowedFollowUpActions(
  status: FollowUpStatus,
): Record<'record_outcome' | 'move' | 'confirm', true | string> {
  const settled = `The follow-up is ${followUpWords[status]}. Add a new one instead.`;
  const ahead = isAhead.of(status);
  return {
    record_outcome: ahead || settled,
    move: ahead || settled,
    confirm: status === 'planned' || (status === 'confirmed' ? 'It is confirmed.' : settled),
  };
}

/** What a follow-up beside the plan is called where nobody says what it is for, and where their words have no place. */
export const extraStep = 'Extra contact';

/** SQL: the step of a follow-up in a plan's own words; null for what someone typed, since that may name the person. */
export const planStep = (of: string) =>
  `case when ${of}.patient_plan_id is not null or ${of}.step in (select step from support_plan_step) then ${of}.step end`;
