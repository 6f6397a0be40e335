import Type, { type Static } from 'typebox';
import { IncidentReported } from './incident.schemas.ts';

const { suggestedActions: _none, ...reported } = IncidentReported.properties;

export const ReportTakenBack = Type.Object({
  ...reported,
  warnings: Type.Array(Type.String(), {
    description: 'What is left to do by hand; none where it was taken back already',
  }),
});
export type ReportTakenBack = Static<typeof ReportTakenBack>;
