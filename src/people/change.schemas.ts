import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable } from '../shared/schemas.ts';
import { NewPatient } from './patient.schemas.ts';

const { givenName, familyName, wording, contactChoice, noFixedAbode, ...person } = NewPatient.properties;

/** What an officer may change of a person; null takes away what is there. */
export const PatientChange = strictObject(
  {
    givenName,
    familyName,
    preferredName: Type.Optional(nullable(person.preferredName)),
    dateOfBirth: Type.Optional(nullable(person.dateOfBirth)),
    nhsNumber: Type.Optional(nullable(person.nhsNumber)),
    noNhsNumberReason: Type.Optional(nullable(person.noNhsNumberReason)),
    address: Type.Optional(nullable(person.address)),
    noFixedAbode,
    collectionPoint: Type.Optional(nullable(person.collectionPoint)),
    wording,
    contactChoice,
    dataReminders: Type.Optional(
      Type.Boolean({ description: 'They agreed to be told before their mobile data ends' }),
    ),
    trustedPerson: Type.Optional(nullable(person.trustedPerson)),
  },
  { minProperties: 1, examples: [{ preferredName: 'Kay', wording: 'identified' }] },
);
export type PatientChange = Static<typeof PatientChange>;
