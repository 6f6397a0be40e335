import { luhn, readImei } from '../../shared/codes.ts';
import { Problem } from '../../shared/problem.ts';
import type { Reading } from '../../shared/reading.ts';
import { isInHand } from './device.states.ts';
import { type DeviceKind, hasSystem } from './device-kinds.rules.ts';

export { type DeviceKind, deviceKinds } from './device-kinds.rules.ts';

export const conditions = ['A', 'B', 'C'] as const;

export const deviceStatuses = [
  'in_preparation',
  'ready',
  'reserved',
  'on_loan',
  'due_back',
  'in_repair',
  'lost',
  'gifted',
  'retired',
] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];

export const checkKinds = ['sanitisation', 'electrical', 'setup', 'updates'] as const;
export type CheckKind = (typeof checkKinds)[number];

/** The checks that a kind of device may have to pass: only what has an operating system gets security updates. */
export const checksFor = (kind: DeviceKind): CheckKind[] =>
  checkKinds.filter((check) => check !== 'updates' || hasSystem(kind));

/** How a device begins, by where it comes from. */
export const deviceBegins = {
  donation: 'in_preparation',
  'taken over from before': 'on_loan',
} as const satisfies Record<string, DeviceStatus>;

/**
 * The device lifecycle: every move there is, what makes it, and whether a new cycle begins with it, in
 * which every check is open again. What makes a move leads to one status. A device is moved by
 * `deviceMove` of status.commands.ts, which reads this; the trigger on `device` holds the database to the
 * same list (`device_move`), and the diagram in CONTRIBUTING.md is drawn from it.
 */
export const deviceMoves = [
  { from: 'in_preparation', to: 'ready', by: 'the last required check passing' },
  { from: 'in_preparation', to: 'ready', by: 'a failed check taken back' },
  { from: 'ready', to: 'in_preparation', by: 'preparation reopened', cycle: 'new' },
  { from: 'ready', to: 'in_preparation', by: 'a check failed, run out or newly required' },
  { from: 'ready', to: 'in_preparation', by: 'a passed check taken back' },
  { from: 'in_preparation', to: 'in_repair', by: 'sent for repair' },
  { from: 'ready', to: 'in_repair', by: 'sent for repair' },
  { from: 'in_repair', to: 'in_preparation', by: 'back from repair', cycle: 'new' },
  { from: 'ready', to: 'reserved', by: 'allocation' },
  { from: 'reserved', to: 'ready', by: 'allocation released or expired' },
  { from: 'ready', to: 'on_loan', by: 'issue' },
  { from: 'reserved', to: 'on_loan', by: 'issue to its referral' },
  { from: 'on_loan', to: 'ready', by: 'issue taken back' },
  { from: 'on_loan', to: 'reserved', by: 'issue to its referral taken back' },
  { from: 'on_loan', to: 'in_preparation', by: 'return', cycle: 'new' },
  { from: 'in_preparation', to: 'on_loan', by: 'return taken back' },
  { from: 'on_loan', to: 'in_repair', by: 'handed in faulty', cycle: 'new' },
  { from: 'on_loan', to: 'due_back', by: 'item ended, not in hand' },
  { from: 'due_back', to: 'in_preparation', by: 'arrived', cycle: 'new' },
  { from: 'due_back', to: 'in_repair', by: 'arrived faulty', cycle: 'new' },
  { from: 'due_back', to: 'lost', by: 'given up' },
  { from: 'due_back', to: 'retired', by: 'write-off' },
  { from: 'on_loan', to: 'lost', by: 'incident' },
  { from: 'lost', to: 'on_loan', by: 'incident taken back' },
  { from: 'in_repair', to: 'on_loan', by: 'incident taken back' },
  { from: 'in_preparation', to: 'lost', by: 'missing at stocktake' },
  { from: 'ready', to: 'lost', by: 'missing at stocktake' },
  { from: 'reserved', to: 'lost', by: 'missing at stocktake' },
  { from: 'in_repair', to: 'lost', by: 'missing at stocktake' },
  { from: 'on_loan', to: 'gifted', by: 'gift' },
  { from: 'lost', to: 'in_preparation', by: 'found', cycle: 'new' },
  { from: 'ready', to: 'retired', by: 'disposal' },
  { from: 'in_preparation', to: 'retired', by: 'disposal' },
  { from: 'in_repair', to: 'retired', by: 'disposal' },
  { from: 'lost', to: 'retired', by: 'write-off' },
] as const satisfies readonly { from: DeviceStatus; to: DeviceStatus; by: string; cycle?: 'new' }[];
export type DeviceMove = (typeof deviceMoves)[number];

export function canMove(from: DeviceStatus, to: DeviceStatus): boolean {
  return deviceMoves.some((move) => move.from === from && move.to === to);
}

/** Whether a device in a status may be issued: also a reserved one, to its referral. */
const mayGoOut = (status: DeviceStatus) => mayBe('issue', status) || mayBe('issue to its referral', status);

/** Whether something that makes a move, as in the table, may happen to a device in a status. */
export function mayBe(by: DeviceMove['by'], status: DeviceStatus): boolean {
  return deviceMoves.some((move) => move.by === by && move.from === status);
}

/** Statuses in words, for sentences and pages. */
export const statusWords: Record<DeviceStatus, string> = {
  in_preparation: 'being prepared',
  ready: 'ready',
  reserved: 'reserved',
  on_loan: 'on loan',
  due_back: 'due back',
  in_repair: 'in repair',
  lost: 'lost',
  gifted: 'given as a gift',
  retired: 'retired',
};

/** What has to happen first where a device is not free to be dealt with; null where it is. */
export const firstDo: Record<DeviceStatus, string | null> = {
  in_preparation: null,
  ready: null,
  in_repair: null,
  reserved: 'Release it from its referral first.',
  on_loan: 'Take it back first.',
  due_back: 'Record its arrival first.',
  lost: 'Record that it was found first.',
  gifted: 'It has left the stock for good.',
  retired: 'It has left the stock for good.',
};

export type DeviceAction =
  | 'record_check'
  | 'reopen'
  | 'fit_data_plan'
  | 'issue'
  | 'return'
  | 'send_for_repair'
  | 'back_from_repair'
  | 'arrive'
  | 'see'
  | 'give_up'
  | 'move'
  | 'dispose'
  | 'write_off';

/**
 * What may be done with a device next, and for the rest why not. Pages show exactly this.
 * @param device `repair`: what is open of it; of a device handed in faulty nothing is until it is sent
 * somewhere. `incident`: the open one, where it is recorded that a lost device is found or written off.
 * `missedOn`: the day of the stocktake that missed it, while it was not seen since
 */
export function allowedDeviceActions(device: {
  status: DeviceStatus;
  openChecks: string[];
  hasDataPlan: boolean;
  repair?: object | null;
  incident?: { reference: string } | null;
  missedOn?: string | null;
}): Record<DeviceAction, true | string> {
  const { status, openChecks, hasDataPlan, repair = null, incident = null, missedOn = null } = device;
  const is = `The device is ${statusWords[status]}.`;
  const first = firstDo[status] === null || `${is} ${firstDo[status]}`;
  return {
    record_check: canRecordCheck(status) || `${is} Checks are recorded while it is being prepared.`,
    reopen: mayBe('preparation reopened', status) || `${is} Only a ready device is sent back to preparation.`,
    fit_data_plan: hasDataPlan
      ? 'The device has a data plan.'
      : !['gifted', 'retired', 'lost'].includes(status) || is,
    issue:
      (mayGoOut(status) && !openChecks.length) ||
      (status === 'in_preparation' || openChecks.length
        ? `Open checks: ${openChecks.join(', ') || 'none'}.`
        : is),
    return: mayBe('return', status) || is,
    send_for_repair:
      status === 'in_repair' && repair ? `${is} Record that it is back before it goes again.` : first,
    back_from_repair: mayBe('back from repair', status) || is,
    arrive:
      mayBe('arrived', status) ||
      (status !== 'lost'
        ? `${is} Only what is due back or lost arrives.`
        : !incident || `${is} Record that it was found in incident ${incident.reference}.`),
    see: missedOn !== null || 'No stocktake missed it, or it was seen since.',
    give_up: mayBe('given up', status) || `${is} Only what is due back is given up.`,
    move: isInHand.of(status) || first,
    dispose: first,
    write_off:
      status === 'lost' && incident
        ? `${is} Write it off in incident ${incident.reference}.`
        : mayBe('write-off', status) || `${is} Only what is lost or never arrived is written off.`,
  };
}

/**
 * Holds a command to what may be done with a device.
 * @throws Problem `device-move-refused`
 */
export function assertDeviceAction(
  action: DeviceAction,
  {
    status,
    ...state
  }: {
    status: DeviceStatus;
    repair?: object | null;
    incident?: { reference: string } | null;
    missedOn?: string | null;
  },
): void {
  const why = allowedDeviceActions({ openChecks: [], hasDataPlan: false, ...state, status })[action];
  if (why !== true) throw new Problem('device-move-refused', { detail: why, deviceStatus: status });
}

/**
 * Checks are recorded while a device is being prepared or ready. A reserved one may pass a check that
 * ran out while it was held; before a fail its allocation is released, so that nobody is promised it.
 */
export function canRecordCheck(status: DeviceStatus, result: 'pass' | 'fail' = 'pass'): boolean {
  return status === 'in_preparation' || status === 'ready' || (status === 'reserved' && result === 'pass');
}

/** An IMEI as its 15 digits, however it is spaced; the last is a Luhn check digit (3GPP TS 23.003, Annex B). */
export function readImeiOf(text: string): Reading {
  const value = readImei(text);
  if (!value) return { fault: 'An IMEI has 15 digits. On the device, dial *#06# to see it.' };
  return luhn(value)
    ? { value }
    : { fault: 'This IMEI has a wrong digit. Dial *#06# on the device, or leave it empty.' };
}
