import { col, type RowOf } from '../shared/rows.ts';
import type { NewContactPoint, NewPatient, Patient } from './patient.schemas.ts';
import {
  isSameValue,
  type PointWord,
  stricterChoice,
  stricterPoint,
  stricterTrust,
  stricterWording,
} from './stricter.rules.ts';

export const proposalItems = [
  'contact_point',
  'wording',
  'contact_choice',
  'preferred_name',
  'address',
  'communication',
  'trusted_person',
] as const;
export type ProposalItem = (typeof proposalItems)[number];

/** One thing that a referral says of a person otherwise than their record, in the shape of the API. */
export const NewProposal = { item: col.oneOf(proposalItems), said: col.json };
export type NewProposal = RowOf<typeof NewProposal>;

type Point = Patient['contactPoints'][number];

/** What a person's record says, as far as a later referral can say otherwise. */
export type Held = Pick<
  Patient,
  | 'wording'
  | 'contactChoice'
  | 'preferredName'
  | 'address'
  | 'noFixedAbode'
  | 'collectionPoint'
  | 'communicationNeeds'
  | 'language'
  | 'interpreter'
  | 'trustedPerson'
  | 'contactPoints'
>;

/** What applies at once because it is stricter: the values to keep from now on. */
export type Stricter = Pick<Patient, 'wording' | 'contactChoice' | 'trustedPerson'> & {
  contactPoints: PointWord[];
};

/**
 * Rule 17: weighs what a later referral says of a person against their record. The stricter word
 * applies `now`; everything else that differs waits for an officer, one proposal for each thing.
 * What the referral does not mention stays as it is, save that wording not mentioned is discreet (rule 12).
 */
export function weigh(held: Held, said: NewPatient): { now: Stricter; later: NewProposal[] } {
  const now: Stricter = {
    wording: stricterWording(held.wording, said.wording),
    contactChoice: stricterChoice(held.contactChoice, said.contactChoice),
    trustedPerson: stricterTrust(held.trustedPerson, said.trustedPerson),
    contactPoints: held.contactPoints.map((point) => stricterPoint(point, said.contactPoints)),
  };
  const points = held.contactPoints.map((point, place) => ({ ...point, ...now.contactPoints[place]! }));
  return { now, later: differences({ ...held, ...now, contactPoints: points }, said) };
}

/** What the referral says that the record does not. */
function differences(held: Held, said: NewPatient): NewProposal[] {
  const { address, noFixedAbode, collectionPoint } = said;
  const { communicationNeeds, language, interpreter } = said;
  const home = {
    address: held.address,
    noFixedAbode: held.noFixedAbode,
    collectionPoint: held.collectionPoint,
  };
  const communication = {
    communicationNeeds: held.communicationNeeds,
    language: held.language,
    interpreter: held.interpreter,
  };
  return [
    ...said.contactPoints
      .filter((point) =>
        saysOtherwise(
          held.contactPoints.find((other) => isSameWay(other, point)),
          point,
        ),
      )
      .map((point) => ({ item: 'contact_point' as const, said: point })),
    ...single('wording', said.wording, held.wording),
    ...single('contact_choice', said.contactChoice, held.contactChoice),
    ...single('preferred_name', said.preferredName, held.preferredName),
    ...parts('address', { address, noFixedAbode, collectionPoint }, home),
    ...parts('communication', { communicationNeeds, language, interpreter }, communication),
    ...parts('trusted_person', said.trustedPerson ?? {}, held.trustedPerson ?? {}),
  ];
}

function saysOtherwise(held: Point | undefined, said: NewContactPoint): boolean {
  if (!held) return true;
  const usable = held.safe && !held.stoppedAt && !held.failedAt;
  return (
    (said.safe && !usable) ||
    (said.channel === 'phone' && said.voicemailOk === true && !held.voicemailOk) ||
    Boolean(said.hours?.length && !isSame(said.hours, held.hours))
  );
}

const single = (item: ProposalItem, said: unknown, held: unknown): NewProposal[] =>
  said === undefined || isSame(said, held) ? [] : [{ item, said }];

/** Several fields that belong together are one proposal, of those that were said. */
function parts(item: ProposalItem, said: object, held: object): NewProposal[] {
  const told = Object.entries(said).filter(([, value]) => value !== undefined);
  const differs = told.some(([name, value]) => !isSame(value, (held as Record<string, unknown>)[name]));
  return differs ? [{ item, said: Object.fromEntries(told) }] : [];
}

const isSame = (one: unknown, other: unknown) =>
  JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

/** Lists whose order means nothing, such as days and communication needs, in one order; fields likewise. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(ordered).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  if (value === null || typeof value !== 'object') return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, inner]) => [name, ordered(inner)]),
  );
}

const isSameWay = (one: { channel: string; value: string }, other: { channel: string; value: string }) =>
  one.channel === other.channel && isSameValue(one, other);
