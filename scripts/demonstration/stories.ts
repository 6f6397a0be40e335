import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { type DeviceKind, kindsOfDevice } from '../../src/stock/devices/device-kinds.rules.ts';

export type Need = NewReferral['needs'][number];

/** How one person's referral went. Days are counted back from today; `null` has not happened. */
export type Story = {
  kit: DeviceKind[];
  needs: Need[];
  urgency: 'routine' | 'soon' | 'urgent';
  receivedAgo: number;
  decision: 'accept' | 'decline' | 'ask' | null;
  issuedAgo: number | null;
  /** Weeks of the loan where they differ from the terms; 0 is open-ended. */
  weeks?: number | undefined;
  returnedAgo?: number | undefined;
  /** Only the first item comes back. */
  partly?: boolean | undefined;
  /** Follow-ups in order that did not go as planned. */
  calls?: 'missed' | 'concern' | 'late' | undefined;
};

/** Days since the kit was handed over, of loans that are open. Many, so that follow-ups fall around today. */
const openFor = [
  1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9, 12, 14, 20, 26, 27, 28, 28, 29, 33, 40, 48, 56, 63, 70, 84, 90, 91, 91,
  92, 100, 112, 126, 140, 150, 165, 175, 189, 210,
];
/** The same of loans that are closed, and for how many days they lasted. */
const closedFor: [number, number][] = [
  [262, 180],
  [258, 90],
  [255, 210],
  [250, 30],
  [246, 182],
  [240, 120],
  [236, 200],
  [230, 60],
  [226, 175],
  [220, 95],
  [214, 45],
  [205, 190],
  [200, 100],
  [196, 150],
  [185, 84],
  [178, 21],
  [170, 140],
  [160, 120],
  [152, 90],
  [145, 133],
  [138, 14],
  [130, 98],
  [120, 75],
  [110, 100],
  [98, 60],
  [80, 70],
  [60, 28],
  [44, 40],
];

const kits: DeviceKind[][] = [
  ['tablet', 'dongle'],
  ['tablet'],
  ['tablet', 'dongle'],
  ['phone'],
  ['tablet', 'router'],
  ['tablet', 'dongle'],
  ['laptop', 'dongle'],
  ['phone'],
  ['tablet'],
  ['dongle'],
];

const urgencies = ['routine', 'routine', 'soon', 'routine', 'urgent', 'routine', 'soon'] as const;

/** The stories of those who were lent something, then of the others. */
export function makeStories(): Story[] {
  const lent: Story[] = [...openFor.map((issuedAgo) => [issuedAgo, 0] as const), ...closedFor].map(
    ([issuedAgo, lasted], place) => {
      const kit = kits[place % kits.length]!;
      return {
        kit,
        needs: needsOf(kit, place),
        urgency: urgencies[place % urgencies.length]!,
        receivedAgo: issuedAgo + 5 + ((place * 7) % 17),
        decision: 'accept',
        issuedAgo,
        returnedAgo: lasted ? issuedAgo - lasted : undefined,
        ...special[issuedAgo],
      };
    },
  );
  return [...lent, ...notLent];
}

/** Open loans with something to see, by their age. */
const special: Record<number, Partial<Story>> = {
  56: { weeks: 8 },
  63: { weeks: 8 },
  84: { weeks: 13 },
  91: { weeks: 13, calls: 'missed' },
  100: { weeks: 0 },
  126: { partly: true, returnedAgo: 20, kit: ['tablet', 'dongle'], needs: ['device', 'data', 'support'] },
  150: { partly: true, returnedAgo: 61, kit: ['laptop', 'dongle'], needs: ['device', 'data', 'support'] },
  29: { calls: 'missed' },
  9: { calls: 'concern' },
  7: { calls: 'late' },
  2: { calls: 'late' },
};

const waits = (receivedAgo: number, kit: DeviceKind[], place: number): Story => ({
  kit,
  needs: needsOf(kit, 1),
  urgency: urgencies[place]!,
  receivedAgo,
  decision: 'accept',
  issuedAgo: null,
});
const other = (
  receivedAgo: number,
  decision: Story['decision'],
  needs: Need[],
  urgency: Story['urgency'] = 'routine',
): Story => ({
  kit: [],
  needs,
  urgency,
  receivedAgo,
  decision,
  issuedAgo: null,
});

const notLent: Story[] = [
  other(7, null, ['device', 'support']),
  other(5, null, ['device', 'data', 'support'], 'soon'),
  other(4, null, ['data']),
  other(3, null, ['device', 'data', 'support'], 'urgent'),
  other(2, null, ['support']),
  other(1, null, ['device', 'data', 'support']),
  other(15, 'ask', ['device', 'support']),
  other(9, 'ask', ['device', 'data', 'support'], 'soon'),
  other(6, 'ask', ['data']),
  waits(38, ['laptop', 'dongle'], 0),
  waits(30, ['laptop'], 2),
  waits(24, ['tablet', 'router'], 1),
  waits(19, ['phone'], 3),
  waits(16, ['tablet', 'dongle'], 4),
  waits(12, ['tablet'], 5),
  waits(10, ['router'], 6),
  waits(8, ['tablet', 'dongle'], 2),
  other(61, 'decline', ['device']),
  other(133, 'decline', ['data']),
  other(118, 'accept', ['support']),
  other(35, 'accept', ['support']),
  other(10, 'accept', ['support'], 'soon'),
];

function needsOf(kit: DeviceKind[], place: number): Need[] {
  const gives = {
    device: kit.some((kind) => kindsOfDevice[kind].meets === 'device'),
    data: kit.some((kind) => kind !== 'tablet' && kind !== 'laptop'),
  };
  const wishes: Need[] = [
    ...(gives.device ? (['device'] as const) : []),
    ...(gives.data ? (['data'] as const) : []),
    'support',
  ];
  // Now and then data was asked for and has not been given yet.
  return place % 13 === 8 && !gives.data ? ['device', 'data', 'support'] : wishes;
}
