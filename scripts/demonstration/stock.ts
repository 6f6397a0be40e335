import type { Context } from '../../src/shared/actor.ts';
import { today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import type { NewDataPlan } from '../../src/stock/data-plans/data-plan.schemas.ts';
import { recordCheck, reopenPreparation } from '../../src/stock/devices/device.commands.ts';
import type { CheckKind } from '../../src/stock/devices/device.rules.ts';
import type { NewCheck, NewDevice } from '../../src/stock/devices/device.schemas.ts';
import { canHoldData, type DeviceKind } from '../../src/stock/devices/device-kinds.rules.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';
import type { Agenda } from './agenda.ts';
import type { Numbers, Random } from './random.ts';
import type { Scheme } from './scheme.ts';

export type Item = { id: string; assetTag: string; kind: DeviceKind; planToFit?: NewDataPlan | undefined };
export type Stock = ReturnType<typeof createStock>;

const models: Record<DeviceKind, [string, string][]> = {
  tablet: [
    ['Samsung', 'Galaxy Tab A8 SM-X200'],
    ['Apple', 'iPad 9th generation A2602'],
    ['Lenovo', 'Tab M10 Plus 3rd Gen TB125FU'],
    ['Amazon', 'Fire HD 10 (2023)'],
  ],
  phone: [
    ['Motorola', 'moto g24'],
    ['Samsung', 'Galaxy A15'],
    ['Nokia', 'G22'],
  ],
  laptop: [
    ['Lenovo', 'ThinkPad L14 Gen 2'],
    ['HP', 'ProBook 440 G8'],
    ['Dell', 'Latitude 3420'],
  ],
  dongle: [
    ['Huawei', 'E5576-320'],
    ['TP-Link', 'M7200'],
  ],
  router: [
    ['Jangala', 'Get Box'],
    ['Huawei', 'B535-232a'],
  ],
  sim: [['O2', 'National Databank SIM']],
};
const imeiStarts: Partial<Record<DeviceKind, string>> = {
  phone: '35294611',
  dongle: '86738404',
  router: '86406105',
};

/** Who gave what, and how many days ago. */
const deliveries: {
  donor: string;
  daysAgo: number;
  reference?: string;
  devices: Partial<Record<DeviceKind, number>>;
}[] = [
  {
    donor: 'Northway Supermarkets',
    daysAgo: 290,
    reference: 'NW-2291',
    devices: { tablet: 12, phone: 4, dongle: 8 },
  },
  {
    donor: 'Fairlight Insurance',
    daysAgo: 283,
    reference: 'Refresh, floor 3',
    devices: { laptop: 6, phone: 4 },
  },
  { donor: 'The Databank at Seaview', daysAgo: 276, devices: { dongle: 8, router: 5 } },
  { donor: 'St Pancras Hospital Charity', daysAgo: 251, devices: { tablet: 8 } },
  { donor: 'A private donor', daysAgo: 228, devices: { tablet: 2, laptop: 1 } },
  {
    donor: 'Northway Supermarkets',
    daysAgo: 190,
    reference: 'NW-2358',
    devices: { tablet: 6, phone: 2, dongle: 6 },
  },
  { donor: 'Borough Council IT', daysAgo: 152, reference: 'WEEE 44/2', devices: { laptop: 3, tablet: 3 } },
  { donor: 'The Databank at Seaview', daysAgo: 118, devices: { dongle: 8, router: 4 } },
  {
    donor: 'Fairlight Insurance',
    daysAgo: 74,
    reference: 'Refresh, floor 1',
    devices: { phone: 3, tablet: 4 },
  },
  { donor: 'St Pancras Hospital Charity', daysAgo: 33, devices: { tablet: 6, dongle: 4 } },
  { donor: 'Techfriends Repair Café', daysAgo: 12, devices: { laptop: 2, phone: 4, tablet: 3 } },
  { donor: 'Borough Council IT', daysAgo: 7, reference: 'WEEE 47/1', devices: { tablet: 10, laptop: 4 } },
  {
    donor: 'Northway Supermarkets',
    daysAgo: 3,
    reference: 'NW-2407',
    devices: { tablet: 8, router: 3, dongle: 4, sim: 2 },
  },
];

/** The devices: how they come in and are prepared, and the shelf of what is ready. */
export function createStock(agenda: Agenda, random: Random, numbers: Numbers, scheme: Scheme) {
  const shelf: Item[] = [];
  const officer = () => random.pick(scheme.officers);

  for (const { donor, daysAgo, reference, devices } of deliveries) {
    const date = agenda.daysAgo(daysAgo);
    const given = Object.entries(devices).flatMap(([kind, count]) =>
      Array.from({ length: count }, () => newDevice(kind as DeviceKind)),
    );
    const delivery = {
      donor: { name: donor },
      receivedOn: date,
      reference,
      locationId: random.pick(scheme.hubs),
      devices: given,
    };
    const by = officer();
    agenda.at(date, '10:15', async (deps) => {
      const donation = await recordDonation(deps, by, delivery);
      donation.devices.forEach(({ id, assetTag }, place) => {
        const { kind } = given[place]!;
        planPreparation({ id, assetTag, kind, planToFit: planFor(kind) }, date, place);
      });
    });
  }

  function newDevice(kind: DeviceKind): NewDevice {
    const [make, model] = random.pick(models[kind]);
    const imeiStart = imeiStarts[kind];
    return {
      kind,
      make,
      model,
      ...(canHoldData(kind) && { serialNumber: numbers.serialNumber() }),
      ...(imeiStart && { imei: numbers.imei(imeiStart) }),
      condition: random.pick(['A', 'A', 'B', 'B', 'B', 'C']),
      ...(random.chance(0.15) && {
        notes: random.pick([
          'Scratch on the back',
          'Box and charger missing',
          'Screen protector fitted',
          'Battery holds well',
        ]),
      }),
    };
  }

  /** Most are ready within two weeks; of what came lately, some checks are still open. */
  function planPreparation(item: Item, date: string, place: number): void {
    const by = officer();
    const verifiedBy = scheme.officers.find((other) => other !== by)!.actor.name;
    const checks: CheckKind[] = canHoldData(item.kind) ? ['sanitisation', 'electrical', 'setup'] : ['setup'];
    const startsOn = agenda.later(date, 1 + (place % 7));
    const breaksOff = place % 9 === 5;
    agenda.at(
      startsOn,
      '13:00',
      async (deps) => {
        const done = breaksOff ? checks.slice(0, 1) : checks;
        for (const kind of done) await recordCheck(deps, by, item.id, check(kind, deps, verifiedBy));
        if (!breaksOff) await putOnShelf(deps, by, item);
      },
      'sideBySide',
    );
    if (!breaksOff || !startsOn) return;
    const fails = place % 2 === 1;
    if (fails)
      agenda.at(
        agenda.later(startsOn, 1),
        '13:00',
        (deps) => recordCheck(deps, by, item.id, failed(deps)),
        'sideBySide',
      );
    agenda.at(
      agenda.later(startsOn, 9),
      '13:00',
      async (deps) => {
        for (const kind of checks.slice(1))
          await recordCheck(deps, by, item.id, check(kind, deps, verifiedBy));
        await putOnShelf(deps, by, item);
      },
      'sideBySide',
    );
  }

  async function putOnShelf(deps: Deps, by: Context, item: Item): Promise<void> {
    if (item.planToFit)
      await fitDataPlan(deps, by, item.id, { ...item.planToFit, activatedOn: today(deps.clock) });
    item.planToFit = undefined;
    shelf.push(item);
    shelf.sort((one, other) => (one.assetTag < other.assetTag ? -1 : 1));
  }

  function planFor(kind: DeviceKind): NewDataPlan | undefined {
    if (kind !== 'dongle' && kind !== 'router' && kind !== 'phone') return undefined;
    const network = random.pick(['O2', 'Vodafone', 'Three']);
    return {
      network,
      iccid: numbers.iccid(),
      gbPerMonth: kind === 'router' ? null : random.pick([7, 20, 25, 40]),
      durationMonths: random.pick([9, 12, 12, 18]),
    };
  }

  return {
    shelf,
    /** Takes devices of these kinds off the shelf, or none when one is missing. */
    take(kinds: DeviceKind[]): Item[] | undefined {
      const taken: Item[] = [];
      for (const kind of kinds) {
        const item = shelf.find((one) => one.kind === kind && !taken.includes(one));
        if (!item) return undefined;
        taken.push(item);
      }
      for (const item of taken) shelf.splice(shelf.indexOf(item), 1);
      return taken;
    },
    /** What came back is prepared again. */
    comesBack(item: Item, date: string): void {
      planPreparation(item, date, random.between(0, 8));
    },
    /** A ready device that turned out to need more work. */
    async reopen(deps: Deps, kind: DeviceKind, reason: string): Promise<void> {
      const [item] = this.take([kind]) ?? [];
      if (item) await reopenPreparation(deps, scheme.officers[0]!, item.id, { reason });
    },
  };
}

function check(kind: CheckKind, deps: Deps, verifiedBy: string): NewCheck {
  const done = { result: 'pass', performedOn: today(deps.clock) } as const;
  if (kind === 'setup') return { kind, ...done, evidence: {} };
  if (kind === 'updates') return { kind, ...done, evidence: {} };
  if (kind === 'electrical') return { kind, ...done, evidence: { level: 'visual' } };
  return {
    kind,
    ...done,
    evidence: {
      method: 'purge',
      tool: 'Factory reset with encryption',
      standardVersion: 'NIST SP 800-88 Rev. 1',
      verifiedBy,
      sdCardRemoved: true,
      accountLockRemoved: true,
    },
  };
}

const failed = (deps: Deps): NewCheck => ({
  kind: 'electrical',
  result: 'fail',
  performedOn: today(deps.clock),
  evidence: { level: 'visual' },
  notes: 'The cable is frayed; a new one is ordered.',
});
