import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { type DeviceStatus, deviceStatuses } from '../../stock/devices/device.rules.ts';
import { isPersonal, kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import type { ItemStatus } from '../loans/loan.rules.ts';
import { isGone } from './incident.states.ts';

type KindRule = {
  /** What happened, after "The device was" or on its own. Nobody is at fault in any of them. */
  words: string;
  /** What is meant by it, where it is chosen. */
  hint: string;
};

/** Kinds of incident, in the order in which they are chosen. What each means for the device is in `incident.states.ts`. */
export const kindsOfIncident = {
  lost: { words: 'Lost', hint: 'They do not know where it is' },
  stolen: { words: 'Stolen', hint: 'Someone took it' },
  pawned: { words: 'Pawned', hint: 'It may come back' },
  sold: { words: 'Sold', hint: 'Someone else has it now, for money or for something else' },
  given_away: { words: 'Given away', hint: 'Someone else has it now' },
  damaged: { words: 'Damaged', hint: 'Broken, cracked or wet' },
  faulty: { words: 'Not working', hint: 'It stopped working by itself' },
  not_returned: {
    words: 'Not come back',
    hint: 'It was due back, and we cannot reach anyone who has it',
  },
} as const satisfies Record<string, KindRule>;
export type IncidentKind = keyof typeof kindsOfIncident;
export const incidentKinds = Object.keys(kindsOfIncident) as IncidentKind[];
/** `recorded_by_mistake`: the report was taken back, and the incident counts nowhere. */
export const incidentStatuses = ['open', 'closed', 'recorded_by_mistake'] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** Kinds of incident in words. */
export const incidentWords = Object.fromEntries(
  incidentKinds.map((kind) => [kind, kindsOfIncident[kind].words]),
) as Record<IncidentKind, string>;

const toDo = [
  'lock',
  'lost_mode',
  'locate',
  'wipe',
  'suspend_sim',
  'concern',
  'told_police',
  'told_ig',
  'agree_return',
] as const;
/** What can be asked for, done or not needed, line by line; the rest of a story is how it ends, and notes. */
export const thingKinds = [...toDo, 'replaced'] as const;
export type ThingKind = (typeof thingKinds)[number];

/** What may be written down to an incident by hand; replacing and approving write their own line. */
export const actionKinds = [...toDo, 'found', 'write_off', 'note', 'closed'] as const;
export type ActionKind = (typeof actionKinds)[number];

type StoryKind = ActionKind | 'replaced' | 'approved';

/** An action as something to do. */
export const actionWords: Record<StoryKind, string> = {
  lock: 'Lock the device',
  lost_mode: 'Switch on lost mode',
  locate: 'Locate the device',
  wipe: 'Erase the device from afar',
  suspend_sim: 'Suspend the SIM',
  concern: 'Raise a concern for their safety',
  told_police: 'Tell the police',
  told_ig: 'Tell information governance',
  agree_return: 'Agree how it comes to us',
  found: 'Found again',
  write_off: 'Write off',
  note: 'Note',
  closed: 'Close the incident',
  replaced: 'Replace it',
  approved: 'Approve a replacement',
};

/** The same as something that was done. */
export const doneWords: Record<StoryKind, string> = {
  lock: 'Device locked',
  lost_mode: 'Lost mode switched on',
  locate: 'Device located',
  wipe: 'Device erased from afar',
  suspend_sim: 'SIM suspended',
  concern: 'A concern for their safety was raised',
  told_police: 'Police told',
  told_ig: 'Information governance told',
  agree_return: 'How it comes to us is agreed',
  found: 'Found again',
  write_off: 'Written off',
  note: 'Note',
  closed: 'Incident closed',
  replaced: 'Replaced',
  approved: 'Replacement above the limit approved',
};

/** What stands of a line of an incident's story. */
export const actionStatuses = ['asked', 'done', 'not_needed', 'taken_back'] as const;

/** A line of an incident's story in words, without a full stop. */
export function lineWords(kind: StoryKind, status: (typeof actionStatuses)[number]): string {
  const low = (words: string) => words.replace(/^./, (letter) => letter.toLowerCase());
  if (status === 'asked') return `Asked for: ${low(actionWords[kind])}`;
  if (status === 'not_needed') return `Not needed: ${low(actionWords[kind])}`;
  if (status === 'taken_back') return `A slip, taken back: ${low(doneWords[kind])}`;
  return doneWords[kind];
}

/** Asked of someone else and done later: these are requested first and confirmed when they are done. */
export const remoteActions: readonly ActionKind[] = ['lock', 'lost_mode', 'locate', 'wipe', 'suspend_sim'];
/** With these the case is over. */
export const closingActions: readonly ActionKind[] = ['found', 'write_off', 'closed'];

/** The permission that an action wants beyond that to act on incidents at all. */
export function permissionFor(kind: ActionKind): 'incidents.locate' | 'incidents.write-off' | undefined {
  if (kind === 'locate') return 'incidents.locate';
  return kind === 'write_off' ? 'incidents.write-off' : undefined;
}

/** An unrecovered Android device is erased after this long, as Google advises for lost mode. */
export const wipeAfterHours = 24;

/** Where an incident takes the item and its device at once; null while the person still has it. */
export function effectOf(
  kind: IncidentKind,
  handedIn: boolean,
): {
  as: Exclude<ItemStatus, 'on_loan' | 'recorded_by_mistake'>;
  device: Extract<DeviceStatus, 'lost' | 'in_repair'>;
} | null {
  if (kind === 'damaged' || kind === 'faulty')
    return handedIn ? { as: 'returned', device: 'in_repair' } : null;
  return { as: 'lost', device: 'lost' };
}

export const IncidentState = {
  kind: col.oneOf(incidentKinds),
  status: col.oneOf(incidentStatuses),
  deviceStatus: col.oneOf(deviceStatuses),
  deviceKind: col.keyOf(kindsOfDevice),
  hasDataPlan: col.boolean,
  /** It is of a person, and not of a place. */
  isOfPerson: col.boolean,
  /** The device came back and went out again since: what happens to it now is of a later loan. */
  lentAgain: col.boolean,
};
export type IncidentState = RowOf<typeof IncidentState>;

const isOver: Record<Exclude<IncidentStatus, 'open'>, string> = {
  closed: 'The incident is closed.',
  recorded_by_mistake: 'The incident was recorded by mistake.',
};

/** @throws Problem `incident-action-refused` for one that was recorded by mistake: nothing but a note is of it any more */
export function assertHappened({ status }: { status: IncidentStatus }): void {
  if (status === 'recorded_by_mistake')
    throw new Problem('incident-action-refused', { detail: isOver[status] });
}

/** What may be written down next, and for the rest why not. Pages show exactly this. */
export function allowedIncidentActions(incident: IncidentState): Record<ActionKind, true | string> {
  const over = incident.status !== 'open' && isOver[incident.status];
  const elsewhere = over || (incident.lentAgain && 'The device has been lent again since.');
  const remote =
    elsewhere ||
    isPersonal(incident.deviceKind) ||
    'There is nothing on this kind of device that could be reached from afar.';
  const lost = incident.deviceStatus === 'lost';
  const isWithSomeone = incident.deviceStatus === 'on_loan' || incident.deviceStatus === 'due_back';
  return {
    lock: remote,
    lost_mode: remote,
    locate: remote,
    wipe: remote,
    suspend_sim: elsewhere || incident.hasDataPlan || 'The device has no data plan that runs.',
    concern: over || incident.isOfPerson || 'It is of a place, and of nobody’s safety.',
    told_police: over || true,
    told_ig: over || true,
    agree_return: elsewhere || isWithSomeone || 'They do not have the device.',
    found: elsewhere || lost || 'The device is not lost.',
    write_off:
      elsewhere || lost || 'Only a device that is lost is written off. Dispose of it from its own page.',
    note: true,
    closed: over || incident.lentAgain || !lost || 'The device is lost: it is found or written off first.',
  };
}

/** Whether a device was reported so lately that it may turn up before it is erased. Both are instants, ISO 8601. */
export const isBeforeWipe = (reportedAt: string, now: string): boolean =>
  Date.parse(now) - Date.parse(reportedAt) < wipeAfterHours * 3_600_000;

export type ActionInput = {
  kind: ActionKind;
  note?: string | undefined;
  patientData?: boolean | undefined;
  crimeReference?: string | undefined;
};

/**
 * What an action must say. Locating a device finds out where a person is, so it wants a reason; a
 * wipe before its time takes from the person what is on it, so that wants one as well.
 * @param reportedAt instant at which the incident was reported, `now` the present one, both ISO 8601
 */
export function actionErrors(
  { kind, note, patientData, crimeReference }: ActionInput,
  reportedAt: string,
  now: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (kind === 'note' && !note) errors.push({ pointer: '/note', message: 'Write the note.' });
  if (kind === 'closed' && !note) errors.push({ pointer: '/note', message: 'Say how it ended.' });
  if (kind === 'locate' && !note)
    errors.push({
      pointer: '/note',
      message: 'Say why: to locate the device is to find out where a person is.',
    });
  if (kind === 'wipe' && isBeforeWipe(reportedAt, now) && !note)
    errors.push({
      pointer: '/note',
      message: `It was reported less than ${wipeAfterHours} hours ago and may turn up. Wait, or say why it cannot wait.`,
    });
  if (kind === 'told_ig' && patientData === undefined)
    errors.push({ pointer: '/patientData', message: 'Say whether there was patient data on it.' });
  if (kind !== 'told_ig' && patientData !== undefined)
    errors.push({ pointer: '/patientData', message: 'Only what information governance is told has this.' });
  if (kind !== 'told_police' && crimeReference !== undefined)
    errors.push({ pointer: '/crimeReference', message: 'Only what the police were told has this.' });
  return errors;
}

/** @throws Problem `incident-closed`, `incident-action-refused` */
export function assertIncidentAction(kind: ActionKind, incident: IncidentState): void {
  const allowed = allowedIncidentActions(incident)[kind];
  if (allowed === true) return;
  throw new Problem(incident.status === 'closed' ? 'incident-closed' : 'incident-action-refused', {
    detail: allowed,
  });
}

type Report = {
  kind: IncidentKind;
  reportedOn: string;
  happenedOn?: string | undefined;
  handedIn?: boolean | undefined;
};

/**
 * What is wrong with a report beyond its form.
 * @param lentOn civil date from which the device was with them
 */
export function reportErrors(report: Report, lentOn: string, today: string): FieldError[] {
  const errors: FieldError[] = [];
  if (report.reportedOn > today)
    errors.push({
      pointer: '/reportedOn',
      message: 'This date is in the future. Give the day you were told.',
    });
  if (report.reportedOn < lentOn)
    errors.push({
      pointer: '/reportedOn',
      message: `The device was lent on ${lentOn}. Give a date from then on.`,
    });
  if (report.happenedOn && report.happenedOn > report.reportedOn)
    errors.push({
      pointer: '/happenedOn',
      message: `You were told on ${report.reportedOn}. Give that day or an earlier one.`,
    });
  if (report.happenedOn && report.happenedOn < lentOn)
    errors.push({
      pointer: '/happenedOn',
      message: `The device was lent on ${lentOn}. Give that day or a later one.`,
    });
  if (report.handedIn && isGone.of(report.kind))
    errors.push({ pointer: '/handedIn', message: 'Only what is damaged or not working can be handed in.' });
  return errors;
}
