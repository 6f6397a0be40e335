import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import type { NewReturn } from '../../src/lending/loans/loan.schemas.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import type { NewPatient } from '../../src/people/patient.schemas.ts';
import { assessReferral, takeUp } from '../../src/referrals/assessment.commands.ts';
import type { NewAssessment } from '../../src/referrals/assessment.schemas.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import { barriers } from '../../src/referrals/referral.rules.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { assignReferral, noteReferral } from '../../src/referrals/triage.commands.ts';
import { addDays, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import type { Agenda } from './agenda.ts';
import type { Calls } from './calls.ts';
import type { Random } from './random.ts';
import { clinics, type Scheme } from './scheme.ts';
import type { Item, Stock } from './stock.ts';
import type { Story } from './stories.ts';

type World = { agenda: Agenda; stock: Stock; scheme: Scheme; random: Random; calls: Calls };

const referrers = [
  'Dr Young',
  'Patricia Lewandowski, CPN',
  'Dr Anand',
  'Femi Adeleke, social worker',
  'Jo Hartley, occupational therapist',
];
const notes = [
  'Would like to see his grandchildren on video calls.',
  'Attends the art group on Tuesdays; best reached in the afternoon.',
  'Has never used a tablet. Patient, and keen to learn.',
  'Shares a flat and worries about privacy.',
  'Needs to get online for appointments and benefits.',
];
const questions = [
  'Does the patient have somewhere to charge a device?',
  'Which way of contact did the patient say is safe?',
  'Is data needed as well, or is there Wi-Fi at home?',
];
const urgencyReasons = [
  'Leaves the ward on Friday and has no other way to be reached.',
  'The next court hearing is by video.',
];
const officeNotes = [
  'Rang the clinic: mornings are best, and the buzzer does not work.',
  'Has used a sister’s tablet before and liked it.',
];
const findings: NewAssessment[] = [
  {
    uses: ['shared_phone'],
    internetAtHome: 'no',
    privateSpace: 'sometimes',
    barriers: ['skills', 'access_to_device'],
    prefersNotDigital: false,
    wouldHelp: 'To see her grandchildren, and not to queue for the nurse.',
    trusts: 'Her sister, who has a tablet',
  },
  {
    uses: ['own_phone_without_data'],
    internetAtHome: 'limited',
    privateSpace: 'yes',
    barriers: ['access_to_data', 'money'],
    prefersNotDigital: false,
    wouldHelp: 'Data that lasts to the end of the month.',
  },
];
/** Why things came back, of every fifth that nobody said. */
const saidOnReturn: NewReturn['because'][] = [
  { reason: 'done' },
  { reason: 'own_device', words: 'My daughter gave me hers.' },
  { reason: 'no_signal' },
  { reason: 'too_much', words: 'Not this winter.' },
  undefined,
];
const reasons = [
  'The patient has a device and asked for data only, which the library gives for free.',
  'The patient would rather ring than use a tablet.',
];

/** Puts one person's story on the agenda: referral, decision, loan, calls, return. */
export function tellPatientStory(world: World, story: Story, patient: NewPatient, place: number): void {
  const { agenda, scheme, random } = world;
  const clinic = scheme.clinics[place % clinics.length]!;
  const officer = scheme.officers[place % scheme.officers.length]!;
  const receivedOn = agenda.daysAgo(story.receivedAgo);
  const referral: NewReferral = {
    ...(clinic.sender.actor.role !== 'clinic' && { clinicId: clinic.id }),
    patient,
    needs: story.needs,
    barriers: [...new Set([random.pick(barriers), random.pick(barriers)])],
    referrer: { name: random.pick(referrers), email: `team${place % clinics.length}@clinic.example` },
    consent: {
      shareWithScheme: true,
      shareBackWithClinic: random.chance(0.6),
      givenOn: addDays(receivedOn, -random.between(0, 3)),
    },
    urgency: story.urgency,
    ...(story.urgency === 'urgent' && { urgencyReason: random.pick(urgencyReasons) }),
    clinicReference: `${['ES', 'CS', 'HR', 'TS'][place % clinics.length]}-${1000 + place}`,
    ...(random.chance(0.4) && { notes: random.pick(notes) }),
  };
  agenda.at(receivedOn, '11:00', async (deps) => {
    const { id } = await receiveReferral(deps, clinic.sender, referral);
    let assessmentId: string | undefined;
    if (place % 2) {
      await assignReferral(deps, officer, id, { staffId: officer.actor.id, insteadOf: null });
      await noteReferral(deps, officer, id, { note: random.pick(officeNotes) });
      const found = { ...random.pick(findings), insteadOf: null };
      assessmentId = (await assessReferral(deps, officer, id, found)).id;
    }
    if (!story.decision) return;
    const decision = {
      decision: story.decision,
      ...(story.decision === 'ask' && { question: random.pick(questions) }),
      ...(story.decision === 'decline' && {
        reason: random.pick(reasons),
        signpostIds: scheme.signpostIds.slice(0, 1 + (place % 2)),
      }),
    };
    agenda.at(agenda.later(receivedOn, 1 + (place % 2)), '11:30', async (deps) => {
      const seen = assessmentId && story.decision === 'accept' ? { id, assessmentId } : undefined;
      // What is taken up is what the person wanted, whatever was suggested.
      const { status } = seen
        ? await takeUp(deps, officer, seen, { offers: story.needs })
        : await decideReferral(deps, officer, id, decision);
      if (status === 'active') await world.calls.planForReferral(deps, id, story);
    });
    if (story.issuedAgo !== null)
      agenda.at(agenda.daysAgo(story.issuedAgo), '14:00', (deps) => lend(world, deps, story, id, place));
  });
}

/** Issues the kit, once the shelf has it. */
async function lend(
  world: World,
  deps: Deps,
  story: Story,
  referralId: string,
  place: number,
): Promise<void> {
  const { agenda, stock, scheme, random, calls } = world;
  const officer = scheme.officers[place % scheme.officers.length]!;
  const items = stock.take(story.kit);
  const date = today(deps.clock);
  if (!items) {
    agenda.at(agenda.later(date, 2), '14:00', (deps) => lend(world, deps, story, referralId, place));
    return;
  }
  const way = random.pick(['in_person', 'in_person', 'collected', 'posted'] as const);
  const loan = await issueLoan(deps, officer, {
    referralId,
    items: items.map(({ assetTag }) => ({ assetTag })),
    ...(story.weeks && { dueOn: addDays(date, story.weeks * 7) }),
    ...(story.weeks === 0 && { openEnded: true }),
    handover: { way, on: date },
    agreement: random.pick([
      { acceptedBy: 'verbal' },
      { acceptedBy: 'witnessed', witness: random.pick(referrers) },
      { acceptedBy: 'verbal' },
    ] as const),
  });
  const open = { open: true };
  calls.plan(loan.followUps, story, open, date);
  const { returnedAgo } = story;
  if (returnedAgo === undefined) return;
  const coming = story.partly ? items.slice(0, 1) : items;
  const back = agenda.daysAgo(returnedAgo) > date ? agenda.daysAgo(returnedAgo) : agenda.later(date, 5);
  agenda.at(back, '09:10', async (deps) => {
    const out = await stillOut(deps, loan.id);
    const here = coming.filter(({ id }) => out.has(id));
    if (!here.length) return;
    const given = here.map((item) => ({
      itemId: loan.items.find(({ deviceId }) => deviceId === item.id)!.id,
      condition: random.pick(['A', 'B', 'B', 'C'] as const),
      ...(random.chance(0.2) && {
        notes: random.pick([
          'The charger is missing.',
          'A small crack in a corner; works.',
          'Came back with its box.',
        ]),
      }),
    }));
    const because = saidOnReturn[returnedAgo % saidOnReturn.length];
    const { loan: after } = await returnItems(deps, officer, loan.id, {
      items: given,
      ...(because && { because }),
    });
    open.open = after.status === 'open';
    for (const item of here) stock.comesBack(item, today(deps.clock));
  });
}

/** The devices of a loan that are still with the borrower: others were lost, broke or were given away meanwhile. */
async function stillOut(deps: Deps, loanId: string): Promise<Set<string>> {
  const rows = await deps.db
    .selectFrom('loan_item')
    .select('device_id')
    .where('loan_id', '=', loanId)
    .where('ended_at', 'is', null)
    .execute();
  return new Set(rows.map(({ device_id }) => device_id));
}

/** Shared kit, lent to a place instead of a person. */
export function lendToLibrary(world: World): void {
  const { agenda, stock, scheme } = world;
  const [officer] = scheme.officers;
  const issue = async (deps: Deps, items: Item[]) =>
    issueLoan(deps, officer!, {
      locationId: scheme.library,
      items: items.map(({ id }) => ({ deviceId: id })),
      openEnded: true,
      agreement: { acceptedBy: 'witnessed', witness: 'Head librarian' },
    });
  agenda.at(agenda.daysAgo(148), '15:00', async (deps) => {
    const items = stock.take(['laptop', 'router']);
    if (items) await issue(deps, items);
  });
  agenda.at(agenda.daysAgo(77), '15:00', async (deps) => {
    const items = stock.take(['tablet', 'tablet']);
    if (!items) return;
    const loan = await issue(deps, items);
    agenda.at(agenda.daysAgo(62), '09:10', async (deps) => {
      await returnItems(deps, officer!, loan.id, {
        items: loan.items.map(({ id }) => ({ itemId: id, condition: 'B', notes: 'The workshop is over.' })),
      });
      for (const item of items) stock.comesBack(item, today(deps.clock));
    });
  });
}

/** The same person, referred again by another clinic after the first referral had closed. */
export function referAgain(world: World, patient: NewPatient, place: number): void {
  const { agenda, scheme } = world;
  const clinic = scheme.clinics[place % clinics.length]!;
  agenda.at(agenda.daysAgo(5 + place), '11:15', (deps) =>
    receiveReferral(deps, scheme.officers[0]!, {
      clinicId: clinic.id,
      patient: { ...patient, wording: 'identified' },
      needs: ['device', 'support'],
      barriers: ['access_to_device'],
      referrer: { name: referrers[place]! },
      consent: { shareWithScheme: true, givenOn: today(deps.clock) },
      notes: 'Had a tablet before and brought it back; would like one again.',
    }),
  );
}
