import { sql } from 'kysely';
import { reportAndReplace } from '../../src/lending/attachments/photo.commands.ts';
import { recordAction } from '../../src/lending/incidents/action.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { extendLoan } from '../../src/lending/loans/extension.commands.ts';
import { giftLoan } from '../../src/lending/loans/gift.commands.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { addDays, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { recordDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import type { DeviceKind } from '../../src/stock/devices/device.rules.ts';
import { disposeDevices } from '../../src/stock/devices/disposal.commands.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import { recordScans } from '../../src/stock/stocktakes/scan.commands.ts';
import { closeStocktake, startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import type { Agenda } from './agenda.ts';
import type { Scheme } from './scheme.ts';
import type { Stock } from './stock.ts';

/** What else happens in a scheme: things are lost, break, are held, put off, given away and counted. */
export function planMishaps({
  agenda,
  stock,
  scheme,
}: {
  agenda: Agenda;
  stock: Stock;
  scheme: Scheme;
}): void {
  const [officer, other] = scheme.officers;
  const by = officer!;

  agenda.at(agenda.daysAgo(26), '15:10', async (deps) => {
    const lent = await lentItem(deps, 'tablet', 0);
    const [spare] = stock.take(['tablet']) ?? [];
    if (!lent || !spare) return;
    const report = {
      itemId: lent.itemId,
      kind: 'stolen',
      reportedOn: today(deps.clock),
      account: 'Taken from a bag on the bus.',
    } as const;
    const { incident } = await reportAndReplace(deps, by, lent.loanId, {
      report,
      replacement: { deviceId: spare.id },
    });
    await recordAction(deps, by, incident.id, { kind: 'lock', confirmed: true });
    await recordAction(deps, by, incident.id, { kind: 'told_ig', patientData: false });
  });
  agenda.at(agenda.daysAgo(6), '15:20', async (deps) => {
    const lent = await lentItem(deps, 'dongle', 1);
    if (!lent) return;
    const report = {
      itemId: lent.itemId,
      kind: 'lost',
      reportedOn: today(deps.clock),
      account: 'Left in a café, perhaps; it was not handed in.',
    } as const;
    const { id } = await reportIncident(deps, other!, lent.loanId, report);
    await recordAction(deps, other!, id, { kind: 'suspend_sim' });
  });
  agenda.at(agenda.daysAgo(9), '15:30', async (deps) => {
    const lent = await lentItem(deps, 'phone', 0);
    if (!lent) return;
    const report = {
      itemId: lent.itemId,
      kind: 'faulty',
      reportedOn: today(deps.clock),
      handedIn: true,
    } as const;
    await reportIncident(deps, by, lent.loanId, report);
  });

  agenda.at(agenda.daysAgo(20), '15:40', async (deps) => {
    const [item] = stock.take(['tablet']) ?? [];
    if (item)
      await sendForRepair(deps, by, item.id, {
        fault: 'The screen is cracked.',
        expectedBackOn: addDays(today(deps.clock), 14),
      });
  });
  agenda.at(agenda.daysAgo(35), '15:40', async (deps) => {
    const items = stock.take(['tablet', 'phone']);
    if (!items) return;
    await disposeDevices(deps, by, {
      items: items.map(({ id }) => ({ deviceId: id })),
      way: 'recycled',
      disposedOn: today(deps.clock),
      organisation: 'Fenwick Recycling',
      transferNote: 'WTN-20614',
    });
  });

  agenda.at(agenda.daysAgo(3), '15:50', async (deps) => {
    for (const kind of ['tablet', 'dongle'] as const) {
      const [item] = stock.take([kind]) ?? [];
      const referralId = await waitsFor(deps, kind);
      if (item && referralId)
        await allocateDevice(deps, by, referralId, {
          deviceId: item.id,
        });
    }
  });
  agenda.at(agenda.daysAgo(12), '16:10', async (deps) => {
    const lent = await lentItem(deps, 'tablet', 3, true);
    if (lent)
      await extendLoan(deps, by, lent.loanId, {
        dueOn: addDays(lent.dueOn!, 91),
        reason: 'The course at the college goes on.',
      });
  });
  agenda.at(agenda.daysAgo(15), '16:20', async (deps) => {
    const lent = await lentItem(deps, 'laptop', 0);
    if (lent)
      await giftLoan(deps, by, lent.loanId, { reason: 'It is needed for good, and the scheme has enough.' });
  });

  agenda.at(agenda.daysAgo(30), '16:30', async (deps) => {
    const { id } = await startStocktake(deps, by, { locationId: scheme.hubs[1]! });
    const { rows } = await sql<{ assetTag: string }>`
      select asset_tag as "assetTag" from device where location_id = ${scheme.hubs[1]!} and status in ('in_preparation', 'ready') order by asset_tag`.execute(
      deps.db,
    );
    await recordScans(deps, by, id, { codes: rows.slice(0, -1).map(({ assetTag }) => assetTag) });
    await closeStocktake(deps, by, id);
  });
  agenda.at(agenda.daysAgo(10), '16:40', (deps) =>
    recordDataPlan(deps, by, {
      network: 'Three',
      iccid: '8944200012345678904',
      gbPerMonth: 20,
      durationMonths: 6,
    }),
  );
}

/** A device of a kind on a person's open loan without an incident, the so-manyeth by reference. */
async function lentItem(
  deps: Deps,
  kind: DeviceKind,
  place: number,
  dated = false,
): Promise<{ loanId: string; itemId: string; dueOn: string | null } | undefined> {
  const { rows } = await sql<{ loanId: string; itemId: string; dueOn: string | null }>`
    select l.id as "loanId", i.id as "itemId", l.due_on as "dueOn" from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id
    where i.ended_at is null and l.patient_id is not null and d.kind = ${kind} and (not ${dated} or l.due_on > ${today(deps.clock)})
      and not exists (select from incident n where n.loan_id = l.id)
    order by l.reference limit 1 offset ${place}`.execute(deps.db);
  return rows[0];
}

/** The referral that comes first of those that wait for what a device of this kind gives. */
async function waitsFor(deps: Deps, kind: 'tablet' | 'dongle'): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select r.id from referral r join referral_need n on n.referral_id = r.id and n.status = 'open' and n.need = ${kind === 'tablet' ? 'device' : 'data'}
    where r.status = 'waiting' order by array_position(array['urgent', 'soon', 'routine'], r.urgency), r.waiting_since limit 1`.execute(
    deps.db,
  );
  return rows[0]?.id;
}
