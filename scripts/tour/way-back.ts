import { addDays } from '../../src/shared/clock.ts';
import { date, dateTime } from '../../src/shared/formats.ts';
import { call, same, say, see, title } from './calls.ts';
import type { Device, Loan } from './way-out.ts';
import { channelInPlain, happenedInPlain, inPlain, nightInPlain, openInPlain } from './words.ts';

export async function remind(loan: Loan): Promise<void> {
  const [first] = loan.followUps;
  const localDate = addDays(first!.dueOn, -1);
  title(`The night before the first call (${date(localDate)}) plans its reminder`);
  type Run = { steps: { step: string; count: number }[] };
  const { body: night } = await call<Run>('officer', 'POST', '/job-runs', 201, { job: 'nightly', localDate });
  say(nightInPlain(night.steps));
  const { body: again } = await call<Run>('officer', 'POST', '/job-runs', 201, { job: 'nightly', localDate });
  say(`and once more makes nothing twice; it did: ${nightInPlain(again.steps)}`);
  same(
    again.steps.filter(({ step, count }) => count > 0 && step !== 'log-head'),
    [],
    'a second run finds nothing to do but to sign the end of the log',
  );

  title('What the patient gets to read');
  const { body: of } = await call<{ patient: { id: string } }>('officer', 'GET', `/loans/${loan.id}`, 200);
  const { body: messages } = await call<{
    items: { status: string; wording: string; channel: string; text: string | null }[];
  }>('officer', 'GET', `/messages?patientId=${of.patient.id}`, 200);
  same(messages.items.length, 1, 'there is one message for this patient');
  const [message] = messages.items;
  say(
    `${channelInPlain(message!.channel)}, ${inPlain(message!.status)}, ${inPlain(message!.wording)}: “${message!.text}”`,
  );
  same(message!.wording, 'discreet', 'the wording that the patient chose');
  same(
    /lendwell|device|tablet|clinic|support|health/i.exec(message!.text ?? 'nothing')?.[0],
    undefined,
    'a discreet text tells nobody what it is about',
  );
  see('/messages');

  title('The call was made');
  const { body: outcome } = await call<{ followUp: { status: string } }>(
    'officer',
    'POST',
    `/follow-ups/${first!.id}/outcomes`,
    201,
    {
      result: 'done',
      topics: ['getting_started'],
      minutes: 25,
      confidence: 3,
      nextStep: 'Show how to join a video call',
    },
  );
  say(`${first!.step} is ${inPlain(outcome.followUp.status)}`);
  same(outcome.followUp.status, 'done', 'the call has its outcome');
}

export async function giveBack(loan: Loan, tablet: Device, dongle: Device): Promise<void> {
  const give = async (device: Device) => {
    const item = loan.items.find(({ assetTag }) => assetTag === device.assetTag)!;
    const { body } = await call<{ loan: { status: string } }>(
      'officer',
      'POST',
      `/loans/${loan.id}/returns`,
      201,
      { items: [{ itemId: item.id, condition: 'B' }] },
    );
    say(`${device.assetTag} is back; the loan is ${inPlain(body.loan.status)}`);
    return body.loan.status;
  };
  title('The dongle comes back: the loan stays open for the tablet');
  same(await give(dongle), 'open', 'what is missing keeps the loan open');
  title('The tablet comes back: the loan closes by itself');
  same(await give(tablet), 'closed', 'the last item closes the loan');
  const { body } = await call<{ followUps: { status: string }[] }>(
    'officer',
    'GET',
    `/loans/${loan.id}`,
    200,
  );
  say(`its calls: ${body.followUps.map(({ status }) => inPlain(status)).join(', ')}`);
  same(
    body.followUps.map(({ status }) => status),
    ['done', 'cancelled', 'cancelled', 'cancelled'],
    'the calls that were ahead are cancelled',
  );
}

export async function lookBack(tablet: Device): Promise<void> {
  title('The tablet remembers all of it');
  const { body: device } = await call<Device>('officer', 'GET', `/devices/${tablet.id}`, 200);
  say(`${device.assetTag} is ${inPlain(device.status)}, ${openInPlain(device.openChecks)}`);
  same([device.status, device.openChecks.length], ['in_preparation', 3], 'what came back is prepared again');
  const { body: history } = await call<{ items: { at: string; type: string; actor: { name: string } }[] }>(
    'officer',
    'GET',
    `/devices/${tablet.id}/history`,
    200,
  );
  for (const { at, type, actor } of history.items)
    say(`${dateTime(at)}: ${happenedInPlain(type)}, by ${actor.name}`);
  same(
    history.items.map(({ type }) => type),
    [
      'loan.returned',
      'loan.issued',
      'device.checked',
      'device.checked',
      'device.checked',
      'donation.recorded',
    ],
    'its history, newest first',
  );
  see(`/devices/${tablet.id}`);
}
