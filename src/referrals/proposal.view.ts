import { languageName, times } from '../people/contact.rules.ts';
import type { NewContactPoint, Patient } from '../people/patient.schemas.ts';
import type { ProposalItem } from '../people/proposal.rules.ts';
import { trustedWords } from '../people/trusted.rules.ts';
import { contact, inWords } from '../shared/formats.ts';
import type { Proposal } from './proposal.schemas.ts';

export type ShownProposal = Pick<Proposal, 'id' | 'decision' | 'decidedAt' | 'decidedBy'> & {
  label: string;
  /** What the record says now, and what the referral says, in words. */
  held: string;
  said: string;
};

type Part = Partial<Patient>;

/** A thing that a referral proposes, beside what the record of the person says of it. */
export function shownProposal(proposal: Proposal, patient: Patient): ShownProposal {
  const { id, decision, decidedAt, decidedBy } = proposal;
  const { label, text } = kinds[proposal.item];
  const isPoint = proposal.item === 'contact_point';
  const held = isPoint
    ? knownPoint(patient, proposal.said as NewContactPoint)
    : text(heldPart(patient)[proposal.item]);
  const value = isPoint ? `${contact((proposal.said as NewContactPoint).value)}: ` : '';
  return {
    id,
    decision,
    decidedAt,
    decidedBy,
    label: isPoint ? way(proposal.said as NewContactPoint) : label,
    held: held || 'Nothing',
    said: value + text(proposal.said as never),
  };
}

const heldPart = (patient: Patient): Record<ProposalItem, never> =>
  ({
    contact_point: undefined,
    wording: patient.wording,
    contact_choice: patient.contactChoice,
    preferred_name: patient.preferredName,
    address: patient,
    communication: patient,
    trusted_person: patient.trustedPerson,
  }) as Record<ProposalItem, never>;

const kinds: Record<ProposalItem, { label: string; text: (value: never) => string }> = {
  contact_point: { label: 'Way to reach them', text: (point: NewContactPoint) => pointWords(point) },
  wording: { label: 'Wording of messages', text: (value: string) => inWords(value) },
  contact_choice: {
    label: 'Who makes contact',
    text: (value: string) =>
      value === 'patient_contacts_us' ? 'Only the patient' : 'We may, by any safe way',
  },
  preferred_name: { label: 'Known as', text: (value: string | null) => value ?? '' },
  address: {
    label: 'Where they live',
    text: ({ address, noFixedAbode, collectionPoint }: Part) =>
      [
        noFixedAbode && 'No fixed address',
        oneLine(address),
        collectionPoint && `collects at ${oneLine(collectionPoint)}`,
      ]
        .filter(Boolean)
        .join('; '),
  },
  communication: {
    label: 'How to communicate',
    text: ({ communicationNeeds = [], language, interpreter }: Part) =>
      [
        ...communicationNeeds.map((need) => (need === 'bsl' ? 'British Sign Language' : inWords(need))),
        language && `speaks ${languageName(language)}`,
        interpreter && 'needs an interpreter',
      ]
        .filter(Boolean)
        .join(', '),
  },
  trusted_person: {
    label: 'Trusted person',
    text: (person: Record<string, unknown> | null) =>
      person
        ? [person.name, person.relationship, person.phone, trustedWords(person)].filter(Boolean).join(', ')
        : '',
  },
};

const oneLine = (text: string | null | undefined) => text?.replaceAll('\n', ', ');
const way = ({ channel }: { channel: string }) => (channel === 'sms' ? 'Text message' : inWords(channel));

function knownPoint({ contactPoints }: Patient, said: NewContactPoint): string {
  const held = contactPoints.find(
    ({ channel, value }) => channel === said.channel && value.toLowerCase() === said.value.toLowerCase(),
  );
  if (!held) return 'This number or address is not there';
  return [pointWords(held), held.stoppedAt && 'stopped', held.failedAt && 'failed']
    .filter(Boolean)
    .join(', ');
}

const pointWords = ({
  channel,
  safe,
  voicemailOk,
  hours,
}: Omit<NewContactPoint, 'hours'> & { hours?: NewContactPoint['hours'] | null }) =>
  [
    safe ? 'safe' : 'not safe',
    channel === 'phone' &&
      voicemailOk !== undefined &&
      (voicemailOk ? 'a voicemail is fine' : 'leave no voicemail'),
    ...(hours ?? []).map(times),
  ]
    .filter(Boolean)
    .join(', ');
