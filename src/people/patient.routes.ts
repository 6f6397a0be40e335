import Type from 'typebox';
import { recordContactState } from '../identity/contact-state.commands.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { type App, idParams } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { askingRoutes } from './asking.routes.ts';
import { changePatient, patientTag } from './change.commands.ts';
import { PatientChange } from './change.schemas.ts';
import { reviewCommunication } from './communication.commands.ts';
import { recordContactPoint } from './contact-point.commands.ts';
import { ContactWayRecorded, NewContactWay } from './contact-point.schemas.ts';
import { ContactStateKept, NewContactState } from './contact-state.schemas.ts';
import { listLooks, logAccess } from './look.queries.ts';
import { lookLine } from './look.rules.ts';
import { LookList } from './look.schemas.ts';
import { getPatient, listPatients } from './patient.queries.ts';
import {
  NewCommunicationReview,
  Patient,
  PatientHistory,
  PatientList,
  PatientQuery,
} from './patient.schemas.ts';

const tags = ['Patients'];

/** /patients: the people referred; each look at one is logged. */
export function patientRoutes(app: App, deps: Deps): void {
  askingRoutes(app, deps);

  lists(app, '/patients', {
    action: 'patients.read',
    operationId: 'listPatients',
    summary: 'Patients, newest first',
    tags,
    querystring: PatientQuery,
    gives: PatientList,
    call: ({ query }) => listPatients(deps.db, query),
  });

  reads(app, '/patients/:id', {
    action: 'patients.read',
    operationId: 'getPatient',
    summary: 'One patient; the look is logged',
    tags,
    params: idParams,
    gives: Patient,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const patient = await getPatient(deps.db, params.id);
      await logAccess(deps, ctx, patient.id, 'patient');
      return patient;
    },
    etag: (patient) => patientTag(patient),
  });

  changes(app, '/patients/:id', {
    action: 'patients.change',
    operationId: 'changePatient',
    summary: 'Change who a person is and what they want of contact; needs If-Match',
    tags,
    params: idParams,
    body: PatientChange,
    gives: Patient,
    problems: [
      'not-found',
      'invalid',
      'changed-meanwhile',
      'if-match-required',
      'merge-refused',
      'patient-erased',
    ],
    call: ({ ctx, params, body }) => changePatient(deps, ctx, params.id, body),
    etag: (patient) => patientTag(patient),
  });

  creates(app, '/patients/:id/contact-points', {
    action: 'patients.change',
    operationId: 'recordContactPoint',
    summary: 'Write down what a person says now of one way to reach them',
    tags,
    params: idParams,
    body: NewContactWay,
    gives: ContactWayRecorded,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => recordContactPoint(deps, ctx, params.id, body),
  });

  lists(app, '/patients/:id/history', {
    action: 'patients.read',
    operationId: 'getPatientHistory',
    summary: 'What happened for a patient, newest first; the look is logged',
    tags,
    params: idParams,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: PatientHistory,
    problems: ['not-found'],
    async call({ ctx, params, query }) {
      const { id } = await getPatient(deps.db, params.id);
      await logAccess(deps, ctx, id, 'patient');
      return timelineOf(deps.db, id, query);
    },
  });

  lists(app, '/patients/:id/looks', {
    action: 'patients.read',
    operationId: 'listLooks',
    summary:
      'Who looked at a patient’s record or at a list that named them, newest first; the look is logged',
    tags,
    params: idParams,
    querystring: PatientQuery,
    gives: LookList,
    problems: ['not-found'],
    async call({ ctx, params, query }) {
      const { id } = await getPatient(deps.db, params.id);
      await logAccess(deps, ctx, id, 'patient');
      const { items, next } = await listLooks(deps.db, id, query);
      return { items: items.map((look) => ({ ...look, line: lookLine(look) })), next };
    },
  });

  creates(app, '/patients/:id/communication-reviews', {
    action: 'patients.change',
    operationId: 'reviewCommunication',
    summary: 'Write down how the person says now that one should communicate with them',
    tags,
    params: idParams,
    body: NewCommunicationReview,
    gives: Patient,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    async call({ ctx, params: { id }, body }) {
      await reviewCommunication(deps, ctx, id, body);
      return getPatient(deps.db, id);
    },
  });

  creates(app, '/patients/:id/contact-states', {
    action: 'patients.change',
    operationId: 'recordContactState',
    summary: 'Pause or end contact, or open it again; honoured at once',
    tags,
    params: idParams,
    body: NewContactState,
    gives: ContactStateKept,
    problems: [
      'not-found',
      'invalid',
      'contact-state-refused',
      'not-allowed',
      'merge-refused',
      'patient-erased',
    ],
    call: ({ ctx, params, body }) => recordContactState(deps, ctx, params.id, body),
  });
}
