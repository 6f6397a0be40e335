import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable } from '../../shared/schemas.ts';
import { NewIncident } from './incident.schemas.ts';

const { kind, reportedOn, happenedOn, account, crimeReference, handedIn } = NewIncident.properties;

export const IncidentCorrection = strictObject(
  {
    kind: Type.Optional(kind),
    reportedOn: Type.Optional(reportedOn),
    happenedOn: Type.Optional(nullable(happenedOn)),
    account: Type.Optional(nullable(account)),
    crimeReference: Type.Optional(nullable(crimeReference)),
    handedIn,
  },
  { minProperties: 1, examples: [{ kind: 'stolen', crimeReference: '42/123/26' }] },
);
export type IncidentCorrection = Static<typeof IncidentCorrection>;
