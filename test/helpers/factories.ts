import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import type { NewLoan } from '../../src/lending/loans/loan.schemas.ts';
import type { NewPatient } from '../../src/people/patient.schemas.ts';
import { publishNotice } from '../../src/privacy/notices/notice.commands.ts';
import type { NoticeName } from '../../src/privacy/notices/notice.rules.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { addLocation, addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import type { Context } from '../../src/shared/actor.ts';
import { today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { newId } from '../../src/shared/ids.ts';
import { recordMovement } from '../../src/stock/accessories/accessory.commands.ts';
import { recordCheck } from '../../src/stock/devices/device.commands.ts';
import type { CheckKind } from '../../src/stock/devices/device.rules.ts';
import type { NewDevice } from '../../src/stock/devices/device.schemas.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';

/** An officer who is only a name; the events say so. */
export const officer: Context = {
  actor: { type: 'staff', id: null, name: 'Olive Officer', role: 'officer' },
  requestId: 'test',
};

/** A manager who is only a name. */
export const manager: Context = {
  actor: { type: 'staff', id: null, name: 'Mona Manager', role: 'manager' },
  requestId: 'test',
};

/** Things as the commands make them; what a test does not care about is filled in. */
export function factories(deps: Deps) {
  const day = () => today(deps.clock);
  let serial = 0;

  async function devices(count: number, device: Partial<NewDevice> = {}) {
    const { devices } = await recordDonation(deps, officer, {
      donor: { name: 'Asda Camden' },
      receivedOn: day(),
      another: true,
      devices: Array.from({ length: count }, () => ({
        kind: 'tablet',
        make: 'Samsung',
        model: 'Galaxy Tab A8',
        serialNumber: `SN${++serial}`,
        condition: 'B',
        ...device,
      })),
    });
    return devices;
  }

  async function pass(deviceId: string, kind: CheckKind) {
    const check = { result: 'pass', performedOn: day() } as const;
    if (kind === 'setup') return recordCheck(deps, officer, deviceId, { kind, ...check, evidence: {} });
    if (kind === 'updates') return recordCheck(deps, officer, deviceId, { kind, ...check, evidence: {} });
    if (kind === 'electrical')
      return recordCheck(deps, officer, deviceId, { kind, ...check, evidence: { level: 'visual' } });
    return recordCheck(deps, officer, deviceId, {
      kind,
      ...check,
      evidence: { method: 'clear', tool: 'Factory reset', verifiedBy: 'Vera Verifier', sdCardRemoved: true },
    });
  }

  async function readyDevices(count: number, device: Partial<NewDevice> = {}) {
    const made = await devices(count, device);
    for (const { id, openChecks } of made) for (const kind of openChecks) await pass(id, kind);
    return made;
  }

  let clinics = 0;
  async function clinic(name = `Clinic ${++clinics} ${newId().slice(-6)}`) {
    return (await addOrganisation(deps, officer, { name, role: 'clinic' })).id;
  }

  async function referral(changes: Partial<NewReferral> & { person?: Partial<NewPatient> } = {}) {
    const { person, ...rest } = changes;
    return receiveReferral(deps, officer, {
      clinicId: rest.clinicId ?? (await clinic()),
      patient: {
        givenName: 'Amal',
        familyName: 'Example',
        dateOfBirth: '1980-02-29',
        contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true }],
        ...person,
      },
      needs: ['device', 'data', 'support'],
      barriers: ['money'],
      referrer: { name: 'Dr Young' },
      consent: { shareWithScheme: true, shareBackWithClinic: true, givenOn: day() },
      ...(rest.urgency === 'urgent' && { urgencyReason: 'Loses touch with the ward on Friday' }),
      ...rest,
    });
  }

  async function waitingReferral(changes: Parameters<typeof referral>[0] = {}) {
    const received = await referral(changes);
    await decideReferral(deps, officer, received.id, { decision: 'accept' });
    return received;
  }

  async function loan(changes: Partial<NewLoan> & { count?: number } = {}) {
    const { count = 1, ...rest } = changes;
    const borrower =
      rest.patientId || rest.locationId
        ? {}
        : { referralId: rest.referralId ?? (await waitingReferral()).id };
    const items = rest.items ?? (await readyDevices(count)).map(({ id }) => ({ deviceId: id }));
    return issueLoan(deps, officer, { agreement: { acceptedBy: 'verbal' }, ...borrower, ...rest, items });
  }

  /** A place that holds so many of each kind of accessory. */
  async function store(stock: Record<string, number> = {}, name = `Hub ${newId().slice(-6)}`) {
    const { id } = await addLocation(deps, officer, { name, kind: 'hub' });
    const kinds = await deps.db.selectFrom('accessory').select(['id', 'kind']).execute();
    for (const [kind, quantity] of Object.entries(stock))
      await recordMovement(deps, officer, kinds.find((one) => one.kind === kind)!.id, {
        kind: 'received',
        quantity,
        locationId: id,
      });
    return { id, name };
  }

  /** Publishes a notice, as whoever writes it does. */
  const notice = (name: NoticeName, text = '# What we keep\nWhat you tell us.\n- and when') =>
    publishNotice(deps, { ...manager, ifMatch: '*' }, name, { text });

  return { store, devices, pass, readyDevices, clinic, referral, waitingReferral, loan, notice };
}
