import { words } from './formats.ts';

export type Colour = 'green' | 'blue' | 'yellow' | 'orange' | 'red' | 'purple' | 'grey';

/** What a colour means, on every page. */
export const colourMeanings: Record<Colour, string> = {
  green: 'Good, or done',
  blue: 'Under way',
  yellow: 'Waits for us',
  purple: 'Held for someone, or on pause',
  orange: 'Wants a look',
  red: 'Went wrong, or urgent',
  grey: 'Over',
};

/** The statuses that have each colour. */
export const statusColours: Record<Colour, string[]> = {
  green: [
    'ready',
    'done',
    'sent',
    'delivered',
    'returned',
    'met',
    'pass',
    'confirmed',
    'safe',
    'in_stock',
    'issued',
    'said',
    'took_place',
    'repaired',
    'found',
    'filled',
  ],
  blue: [
    'on_loan',
    'running',
    'open',
    'active',
    'sending',
    'planned',
    'queued',
    'accepted',
    'standing',
    'ahead',
    'expected',
    'erasing',
  ],
  yellow: [
    'in_preparation',
    'received',
    'waiting',
    'in_repair',
    'needed',
    'proposed',
    'requested',
    'not_started',
    'pending',
  ],
  purple: ['reserved', 'paused'],
  orange: [
    'due_back',
    'invited',
    'asked',
    'held',
    'unknown',
    'suspended',
    'soon',
    'recheck',
    'unexpected',
    'low',
  ],
  red: [
    'broken_off',
    'lost',
    'failed',
    'missed',
    'overdue',
    'fail',
    'urgent',
    'concern',
    'not_safe',
    'not_ours',
    'faulty',
    'missing',
    'ran_out',
  ],
  grey: [
    'retired',
    'gifted',
    'closed',
    'cancelled',
    'declined',
    'withdrawn',
    'ended',
    'released',
    'expired',
    'replaced',
    'dropped',
    'routine',
    'stopped',
    'deceased',
    'not_repaired',
    'left',
    'twice',
    'superseded',
    'taken_over',
    'kept',
  ],
};

const texts: Record<string, string> = {
  requested: 'Asked for',
  in_preparation: 'Being prepared',
  asked: 'Question asked',
  unknown: 'Not known if sent',
  gifted: 'Given as a gift',
  pass: 'Passed',
  fail: 'Failed',
  sending: 'Being sent',
  pending: 'To be sent',
  superseded: 'Told by a newer one',
  recheck: 'Ask again if safe',
  not_ours: 'Not one of ours',
  ahead: 'No outcome yet',
  expected: 'Still to scan',
  left: 'Left meanwhile',
  twice: 'Scanned already',
};

/** A status as its tag shows it. A status without a colour of its own is grey. */
export function statusTag(status: string): { text: string; colour: Colour } {
  const colour =
    (Object.keys(statusColours) as Colour[]).find((name) => statusColours[name].includes(status)) ?? 'grey';
  return { text: texts[status] ?? words(status), colour };
}
