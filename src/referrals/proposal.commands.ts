import { releaseHeld } from '../messages/release.commands.ts';
import { tasksForAWay } from '../people/contact.rules.ts';
import { upsertContactPoints } from '../people/contact-point.commands.ts';
import type { NewContactWay } from '../people/contact-point.schemas.ts';
import { keepHistory } from '../people/patient.commands.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { NewContactPoint, Patient } from '../people/patient.schemas.ts';
import { NewProposal, type ProposalItem } from '../people/proposal.rules.ts';
import { keptTrust } from '../people/trusted.rules.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { type NewProposalDecisions, Proposal, type ProposalsDecided } from './proposal.schemas.ts';

const LockedProposal = { ...col.pick(Proposal.properties, 'id', 'decision'), ...NewProposal };
type LockedProposal = RowOf<typeof LockedProposal>;

/**
 * Decides what a later referral says of a person, thing by thing: what is accepted goes into the
 * record, safe from the day of that referral's consent; what is rejected stays with the referral only.
 * All of it or nothing.
 * @throws Problem `not-found`, `invalid` for a proposal of another referral, `proposal-decided` when someone decided otherwise meanwhile
 */
export async function decideProposals(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { decisions }: NewProposalDecisions,
): Promise<ProposalsDecided> {
  return command(deps, ctx, async (work) => {
    const { patientId, consentOn } = await lockPatientOf(work.trx, referralId);
    const proposals = await lockProposals(work.trx, referralId);
    const { at } = work;
    const decided = decisions.flatMap(({ proposalId, decision }, place) => {
      const proposal = proposals.find(({ id }) => id === proposalId);
      if (!proposal)
        throw invalid({
          pointer: `/decisions/${place}/proposalId`,
          message: 'This referral proposes no such thing. Load it again.',
        });
      if (proposal.decision && proposal.decision !== decision)
        throw new Problem('proposal-decided', {
          detail: `Someone ${proposal.decision === 'accept' ? 'took it over' : 'left it'} meanwhile. Look at the record again.`,
          proposalId,
        });
      return proposal.decision ? [] : [{ ...proposal, decision }];
    });
    const open = proposals.filter(({ decision }) => !decision).length - decided.length;
    if (!decided.length) return { open };
    const accepted = decided.filter(({ decision }) => decision === 'accept');
    const before = await takeOver(work, patientId, accepted, consentOn);
    await run(work.trx, 'proposal.decide')`
      update proposal p set decision = x.decision, decided_at = ${at}, decided_by = ${ctx.actor.name}
      from jsonb_to_recordset(${JSON.stringify(decided)}::jsonb) x (id uuid, decision text) where p.id = x.id`;
    const eventId = await recordEvent(work, {
      type: 'patient.proposals_decided',
      subjects: [
        ['patient', patientId],
        ['referral', referralId],
      ],
      values: { count: accepted.length },
      fields: [...new Set(accepted.map(({ item }) => item))],
    });
    if (accepted.length) await keepHistory(work, patientId, eventId, before);
    if (!open) await completeTasksAbout(work, ['check_contact_proposal'], [referralId]);
    if (accepted.some(({ item, said }) => item === 'contact_point' && (said as NewContactPoint).safe)) {
      await completeTasksAbout(work, [...tasksForAWay], [patientId]);
      await releaseHeld(work, patientId);
    }
    return { open };
  });
}

async function lockPatientOf(trx: Trx, referralId: string) {
  const row = await maybe(trx, 'proposal.lock-patient', { patientId: col.text, consentOn: col.text })`
    select p.id as "patientId", r.consent_given_on as "consentOn"
    from referral r join patient p on p.id = r.patient_id where r.id = ${referralId} for no key update of p`;
  if (!row) throw new Problem('not-found');
  return row;
}

async function lockProposals(trx: Trx, referralId: string): Promise<LockedProposal[]> {
  return many(
    trx,
    'proposal.lock',
    trx
      .selectFrom('proposal')
      .select(['id', 'item', 'said', 'decision'])
      .where('referral_id', '=', referralId)
      .orderBy('id')
      .forUpdate(),
  );
}

/** Writes what is accepted into the record: two statements, however much. Returns the earlier values. */
async function takeOver(
  work: Work,
  patientId: string,
  accepted: NewProposal[],
  consentOn: string,
): Promise<object> {
  const { trx, at } = work;
  const held = await getPatient(trx, patientId);
  const fields = Object.assign(
    {},
    ...accepted.map((one) => fieldsOf[one.item](one.said as never)),
  ) as Partial<Patient>;
  const next = { ...held, ...fields };
  const trusted = keptTrust(held.trustedPerson, next.trustedPerson);
  const reviewed = accepted.some(({ item }) => item === 'communication');
  await run(trx, 'proposal.take-over')`
    update patient set changed_at = ${at}, wording = ${next.wording}, contact_choice = ${next.contactChoice},
      preferred_name = ${next.preferredName}, address = ${next.address}, no_fixed_abode = ${next.noFixedAbode},
      collection_point = ${next.collectionPoint}, communication_needs = ${next.communicationNeeds}::text[], language = ${next.language},
      interpreter = ${next.interpreter}, trusted_person = ${trusted && JSON.stringify(trusted)}::jsonb,
      communication_reviewed_on = ${reviewed ? consentOn : held.communicationReviewedOn}::date
    where id = ${patientId}`;
  const points = accepted.flatMap(({ item, said }) =>
    item === 'contact_point' ? [withWhatIsHeld(held, said as NewContactPoint)] : [],
  );
  if (points.length) await upsertContactPoints(work, patientId, points, consentOn);
  const changed = Object.keys(fields).map((name) => [name, held[name as keyof Patient]]);
  return {
    ...Object.fromEntries(changed),
    ...(points.length && {
      contactPoints: held.contactPoints.map(({ channel, value, safe, voicemailOk, hours }) => ({
        channel,
        value,
        safe,
        voicemailOk,
        hours,
      })),
    }),
  };
}

/** A way as it was said; what the referral does not mention of it stays as it is. */
function withWhatIsHeld(held: Patient, said: NewContactPoint): NewContactWay {
  const known = held.contactPoints.find(
    ({ channel, value }) => channel === said.channel && value.toLowerCase() === said.value.toLowerCase(),
  );
  if (!known) return said;
  const { voicemailOk, hours } = known;
  return { voicemailOk, ...(hours && { hours }), ...said };
}

/** Which fields of the record each kind of proposal changes, from what was said. */
const fieldsOf: Record<ProposalItem, (said: never) => Partial<Patient>> = {
  contact_point: () => ({}),
  wording: (wording: Patient['wording']) => ({ wording }),
  contact_choice: (contactChoice: Patient['contactChoice']) => ({ contactChoice }),
  preferred_name: (preferredName: string) => ({ preferredName }),
  address: (home: Partial<Pick<Patient, 'address' | 'noFixedAbode' | 'collectionPoint'>>) => ({
    ...home,
    ...(home.noFixedAbode ? { address: null } : home.address ? { noFixedAbode: false } : {}),
  }),
  communication: (told: Partial<Patient>) => told,
  trusted_person: (trustedPerson: NonNullable<Patient['trustedPerson']>) => ({ trustedPerson }),
};
