import { randomInt, randomUUID } from 'node:crypto';
import { date } from '../../src/shared/formats.ts';
import { call, same, say, see, title } from './calls.ts';
import { randomCode, randomIccid, randomNhsNumber } from './made-up.ts';
import { checkInPlain, inPlain, openInPlain } from './words.ts';

export type Device = { id: string; assetTag: string; status: string; openChecks: string[] };

export async function receiveDonation(day: string): Promise<Device[]> {
  title('A donor brings a tablet and a dongle');
  const { body } = await call<{ reference: string; devices: Device[] }>(
    'officer',
    'POST',
    '/donations',
    201,
    {
      donor: { name: 'Tour Stores' },
      receivedOn: day,
      devices: [
        {
          kind: 'tablet',
          make: 'Samsung',
          model: 'Galaxy Tab A8',
          serialNumber: randomCode(),
          condition: 'B',
        },
        { kind: 'dongle', make: 'Huawei', model: 'E5576-320', serialNumber: randomCode(), condition: 'A' },
      ],
    },
  );
  say(
    `donation ${body.reference}; ${body.devices.map(({ assetTag, status, openChecks }) => `${assetTag} is ${inPlain(status)}, ${openInPlain(openChecks)}`).join('; ')}`,
  );
  for (const { status, openChecks } of body.devices) {
    same(status, 'in_preparation', 'a new device is being prepared');
    same(openChecks, ['sanitisation', 'electrical', 'setup'], 'and its three checks are open');
  }
  return body.devices;
}

export async function prepare(devices: Device[], day: string): Promise<void> {
  title('Each is wiped, tested and set up; the last check makes it ready');
  const checks = {
    sanitisation: {
      method: 'purge',
      tool: 'Factory reset with encryption',
      verifiedBy: 'Tour Verifier',
      sdCardRemoved: true,
    },
    electrical: { level: 'visual' },
    setup: {},
  };
  for (const { id, assetTag } of devices) {
    for (const [kind, evidence] of Object.entries(checks)) {
      const { body } = await call<{ device: Device }>('officer', 'POST', `/devices/${id}/checks`, 201, {
        kind,
        result: 'pass',
        performedOn: day,
        performedBy: 'Tour Preparer',
        evidence,
      });
      say(`${assetTag}: ${checkInPlain(kind)} passed, now ${inPlain(body.device.status)}`);
      same(
        body.device.status,
        kind === 'setup' ? 'ready' : 'in_preparation',
        `the status of ${assetTag} after ${kind}`,
      );
    }
  }
  title('The dongle gets a SIM with its data plan');
  const plan = { network: 'O2', iccid: randomIccid(), gbPerMonth: 20, durationMonths: 12, activatedOn: day };
  const { body } = await call<{ expiresOn: string }>(
    'officer',
    'POST',
    `/devices/${devices[1]!.id}/data-plans`,
    201,
    plan,
  );
  say(`20 GB a month until ${date(body.expiresOn)}`);
  see(`/devices/${devices[1]!.id}`);
}

export async function refer(day: string): Promise<string> {
  title('A clinic refers a patient; sent twice, it counts once');
  const referral = {
    patient: {
      givenName: 'Tess',
      familyName: `Tour ${randomCode().slice(0, 4)}`,
      dateOfBirth: '1979-05-17',
      nhsNumber: randomNhsNumber(),
      contactPoints: [{ channel: 'sms', value: `07700 900${randomInt(100, 1000)}`, safe: true }],
      wording: 'discreet',
    },
    needs: ['device', 'data', 'support'],
    barriers: ['skills', 'access_to_device'],
    referrer: { name: 'Dr Young' },
    consent: { shareWithScheme: true, givenOn: day },
  };
  const once = { 'idempotency-key': randomUUID() };
  const first = await call<{ id: string; reference: string; status: string }>(
    'clinic',
    'POST',
    '/referrals',
    201,
    referral,
    once,
  );
  say(`referral ${first.body.reference} is ${inPlain(first.body.status)}`);
  const again = await call<{ id: string }>('clinic', 'POST', '/referrals', 201, referral, once);
  say(`the same answer again, Idempotent-Replayed: ${again.headers.get('idempotent-replayed')}`);
  same(again.body.id, first.body.id, 'the repeated request gives the first referral');
  same(again.headers.get('idempotent-replayed'), 'true', 'and says so');

  title('The officer accepts');
  const { id } = first.body;
  const { body } = await call<{ status: string; waitingPosition: number }>(
    'officer',
    'POST',
    `/referrals/${id}/decisions`,
    201,
    { decision: 'accept' },
  );
  say(`${inPlain(body.status)}, number ${body.waitingPosition} on the waiting list`);
  same(body.status, 'waiting', 'an accepted referral waits');
  see(`/referrals/${id}`);
  return id;
}

export type Loan = {
  id: string;
  reference: string;
  status: string;
  dueOn: string;
  items: { id: string; assetTag: string }[];
  followUps: { id: string; step: string; dueOn: string; status: string }[];
};

export async function lend(referralId: string, tablet: Device, dongle: Device): Promise<Loan> {
  title('Both go out on one loan, with its support calls');
  const wanted = {
    referralId,
    items: [{ assetTag: tablet.assetTag }, { assetTag: dongle.assetTag }],
    agreement: { acceptedBy: 'verbal' },
  };
  const { body: loan } = await call<Loan>('officer', 'POST', '/loans', 201, wanted);
  say(
    `loan ${loan.reference}, due back ${date(loan.dueOn)}; calls: ${loan.followUps.map(({ step, dueOn }) => `${step} on ${date(dueOn)}`).join(', ')}`,
  );
  same(
    loan.items.map(({ assetTag }) => assetTag),
    [tablet.assetTag, dongle.assetTag],
    'both are on the loan',
  );
  same(loan.followUps.length, 4, 'the plan has four calls');
  see(`/loans/${loan.id}`);

  title('A second issue of the tablet is refused, and names the loan');
  const { body: refused } = await call<{ type: string; title: string; conflicts: { loanId: string }[] }>(
    'officer',
    'POST',
    '/loans',
    409,
    {
      referralId,
      items: [{ assetTag: tablet.assetTag }],
      agreement: { acceptedBy: 'verbal' },
    },
  );
  say(`${refused.title}: it is on loan ${loan.reference} already`);
  same(refused.type, '/problems/device-not-available', 'the refusal');
  same(refused.conflicts[0]?.loanId, loan.id, 'it names the loan in the way');
  return loan;
}
