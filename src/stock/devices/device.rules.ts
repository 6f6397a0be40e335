import { Problem } from '../../shared/problem.ts';

export const deviceKinds = ['tablet', 'phone', 'laptop', 'dongle', 'router', 'sim'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

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

export const checkKinds = ['sanitisation', 'electrical', 'setup'] as const;
export type CheckKind = (typeof checkKinds)[number];

/**
 * The device lifecycle: every move there is and what makes it. The trigger on `device` holds the
 * database to the same list (`device_move`); the diagram in CONTRIBUTING.md is drawn from it.
 */
export const deviceMoves = [
  { from: 'in_preparation', to: 'ready', by: 'the last required check passing' },
  { from: 'ready', to: 'in_preparation', by: 'a check reopened or run out' },
  { from: 'in_preparation', to: 'in_repair', by: 'sent for repair' },
  { from: 'ready', to: 'in_repair', by: 'sent for repair' },
  { from: 'in_repair', to: 'in_preparation', by: 'back from repair' },
  { from: 'ready', to: 'reserved', by: 'allocation' },
  { from: 'reserved', to: 'ready', by: 'allocation released or expired' },
  { from: 'ready', to: 'on_loan', by: 'issue' },
  { from: 'reserved', to: 'on_loan', by: 'issue to its referral' },
  { from: 'on_loan', to: 'in_preparation', by: 'return' },
  { from: 'on_loan', to: 'in_repair', by: 'handed in faulty' },
  { from: 'on_loan', to: 'due_back', by: 'item ended, not in hand' },
  { from: 'due_back', to: 'in_preparation', by: 'arrived' },
  { from: 'due_back', to: 'in_repair', by: 'arrived faulty' },
  { from: 'due_back', to: 'lost', by: 'given up' },
  { from: 'due_back', to: 'retired', by: 'given up' },
  { from: 'on_loan', to: 'lost', by: 'incident' },
  { from: 'in_preparation', to: 'lost', by: 'missing at stocktake' },
  { from: 'ready', to: 'lost', by: 'missing at stocktake' },
  { from: 'reserved', to: 'lost', by: 'missing at stocktake' },
  { from: 'in_repair', to: 'lost', by: 'missing at stocktake' },
  { from: 'on_loan', to: 'gifted', by: 'gift' },
  { from: 'lost', to: 'in_preparation', by: 'found' },
  { from: 'ready', to: 'retired', by: 'disposal' },
  { from: 'in_preparation', to: 'retired', by: 'disposal' },
  { from: 'in_repair', to: 'retired', by: 'disposal' },
  { from: 'lost', to: 'retired', by: 'write-off' },
] as const satisfies readonly { from: DeviceStatus; to: DeviceStatus; by: string }[];

export function canMove(from: DeviceStatus, to: DeviceStatus): boolean {
  return deviceMoves.some((move) => move.from === from && move.to === to);
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

/** Whether the device itself is there, or at a repairer: it can be moved from place to place. */
export function isInHand(status: DeviceStatus): boolean {
  return status === 'reserved' || firstDo[status] === null;
}

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
export function allowedActions(device: {
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
    reopen: status === 'ready' || `${is} Only a ready device is sent back to preparation.`,
    fit_data_plan: hasDataPlan
      ? 'The device has a data plan.'
      : !['gifted', 'retired', 'lost'].includes(status) || is,
    issue:
      (canMove(status, 'on_loan') && !openChecks.length) ||
      (status === 'in_preparation' || openChecks.length
        ? `Open checks: ${openChecks.join(', ') || 'none'}.`
        : is),
    return: status === 'on_loan' || is,
    send_for_repair:
      status === 'in_repair' && repair ? `${is} Record that it is back before it goes again.` : first,
    back_from_repair: status === 'in_repair' || is,
    arrive:
      status === 'due_back' ||
      (status !== 'lost'
        ? `${is} Only what is due back or lost arrives.`
        : !incident || `${is} Record that it was found in incident ${incident.reference}.`),
    see: missedOn !== null || 'No stocktake missed it, or it was seen since.',
    give_up: status === 'due_back' || `${is} Only what is due back is given up.`,
    move: isInHand(status) || first,
    dispose: first,
    write_off:
      status === 'lost' && incident
        ? `${is} Write it off in incident ${incident.reference}.`
        : (canMove(status, 'retired') && !isInHand(status)) ||
          `${is} Only what is lost or never arrived is written off.`,
  };
}

/**
 * Holds a command to what may be done with a device.
 * @throws Problem `device-move-refused`
 */
export function assertAllowed(
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
  const why = allowedActions({ openChecks: [], hasDataPlan: false, ...state, status })[action];
  if (why !== true) throw new Problem('device-move-refused', { detail: why, deviceStatus: status });
}

/**
 * Checks are recorded while a device is being prepared or ready. A reserved one may pass a check that
 * ran out while it was held; before a fail its allocation is released, so that nobody is promised it.
 */
export function canRecordCheck(status: DeviceStatus, result: 'pass' | 'fail' = 'pass'): boolean {
  return status === 'in_preparation' || status === 'ready' || (status === 'reserved' && result === 'pass');
}

/**
 * Whether 15 digits are an IMEI: the last is a Luhn check digit (3GPP TS 23.003, Annex B).
 */
export function isImei(text: string): boolean {
  return /^\d{15}$/.test(text) && luhn(text);
}

/** Luhn: every second digit from the right doubled, its digits summed, a multiple of ten in all. */
export function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, character, place) => {
    const digit = Number(character) * (place % 2 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}
