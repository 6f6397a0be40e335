import Type from 'typebox';
import { recordContactState } from '../identity/contact-state.commands.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { type App, idParams, problemReplies, sendPage } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { changePatient, patientTag } from './change.commands.ts';
import { PatientChange } from './change.schemas.ts';
import { reviewCommunication } from './communication.commands.ts';
import { recordContactPoint } from './contact-point.commands.ts';
import { ContactWayRecorded, NewContactWay } from './contact-point.schemas.ts';
import { ContactStateKept, NewContactState } from './contact-state.schemas.ts';
import { getPatient, listPatients, logAccess } from './patient.queries.ts';
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
  app.get(
    '/patients',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listPatients',
        summary: 'Patients, newest first',
        tags,
        querystring: PatientQuery,
        response: { 200: PatientList },
      },
    },
    (request, reply) => sendPage(request, reply, listPatients(deps.db, request.query)),
  );

  app.get(
    '/patients/:id',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'getPatient',
        summary: 'One patient; the look is logged',
        tags,
        params: idParams,
        response: { 200: Patient, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const patient = await getPatient(deps.db, request.params.id);
      await logAccess(deps, request.ctx, patient.id, 'patient');
      return reply.header('etag', patientTag(patient)).send(patient);
    },
  );

  app.patch(
    '/patients/:id',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'changePatient',
        summary: 'Change who a person is and what they want of contact; needs If-Match',
        tags,
        params: idParams,
        body: PatientChange,
        response: {
          200: Patient,
          ...problemReplies(
            'not-found',
            'invalid',
            'changed-meanwhile',
            'if-match-required',
            'merge-refused',
            'patient-erased',
          ),
        },
      },
    },
    async (request, reply) => {
      const ifMatch = request.headers['if-match'];
      const patient = await changePatient(deps, request.ctx, request.params.id, request.body, ifMatch);
      return reply.header('etag', patientTag(patient)).send(patient);
    },
  );

  app.post(
    '/patients/:id/contact-points',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'recordContactPoint',
        summary: 'Write down what a person says now of one way to reach them',
        tags,
        params: idParams,
        body: NewContactWay,
        response: {
          201: ContactWayRecorded,
          ...problemReplies('not-found', 'invalid', 'merge-refused', 'patient-erased'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordContactPoint(deps, request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/patients/:id/history',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'getPatientHistory',
        summary: 'What happened for a patient, newest first; the look is logged',
        tags,
        params: idParams,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: PatientHistory, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id } = await getPatient(deps.db, request.params.id);
      await logAccess(deps, request.ctx, id, 'patient');
      return sendPage(request, reply, timelineOf(deps.db, id, request.query));
    },
  );

  app.post(
    '/patients/:id/communication-reviews',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'reviewCommunication',
        summary: 'Write down how the person says now that one should communicate with them',
        tags,
        params: idParams,
        body: NewCommunicationReview,
        response: {
          201: Patient,
          ...problemReplies('not-found', 'invalid', 'merge-refused', 'patient-erased'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await reviewCommunication(deps, request.ctx, id, request.body);
      return reply.code(201).send(await getPatient(deps.db, id));
    },
  );

  app.post(
    '/patients/:id/contact-states',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'recordContactState',
        summary: 'Pause or end contact, or open it again; honoured at once',
        tags,
        params: idParams,
        body: NewContactState,
        response: {
          201: ContactStateKept,
          ...problemReplies(
            'not-found',
            'invalid',
            'contact-state-refused',
            'not-allowed',
            'merge-refused',
            'patient-erased',
          ),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordContactState(deps, request.ctx, request.params.id, request.body)),
  );
}
