import Type from 'typebox';
import { logAccess } from '../../people/look.queries.ts';
import { getPatient } from '../../people/patient.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
import { TakingBack } from '../../shared/taking-back.ts';
import { instrumentRoutes } from './instrument.routes.ts';
import { askByLink, endMeasureLink } from './link.commands.ts';
import { answerMeasure, askAtCall, askWith, takeBackMeasure } from './measure.commands.ts';
import { getMeasure, listMeasures, listMeasuresToAsk } from './measure.queries.ts';
import {
  Measure,
  MeasureList,
  NewAnswers,
  NewMeasure,
  NewMeasureAtCall,
  NewMeasureByLink,
} from './measure.schemas.ts';

const tags = ['Measures'];
const asked = Type.Object({ id: Type.String() });

/** /measures: what people were asked with instruments, and what they answered. */
export function measureRoutes(app: App, deps: Deps): void {
  instrumentRoutes(app, deps);

  reads(app, '/patients/:id/measures', {
    action: 'patients.read',
    operationId: 'listMeasures',
    summary: 'What a patient was asked with instruments, and what is due to be asked; the look is logged',
    tags,
    params: idParams,
    gives: MeasureList,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { id } = await getPatient(deps.db, params.id);
      await logAccess(deps, ctx, id, 'patient');
      const [items, toAsk] = await Promise.all([
        listMeasures(deps.db, id),
        listMeasuresToAsk(deps.db, id, today(deps.clock)),
      ]);
      return { items, toAsk };
    },
  });

  creates(app, '/patients/:id/measures', {
    action: 'patients.change',
    operationId: 'askWithInstrument',
    summary: 'Record that a patient was asked with an instrument, on paper or in a call',
    tags,
    params: idParams,
    body: NewMeasure,
    gives: Measure,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => askWith(deps, ctx, params.id, body),
    location: ({ id }) => `/measures/${id}`,
  });

  creates(app, '/patients/:id/measure-links', {
    action: 'patients.change',
    operationId: 'askByLink',
    summary: 'Ask a patient with an instrument by the link in a message that goes to them now',
    tags,
    params: idParams,
    body: NewMeasureByLink,
    gives: asked,
    problems: ['not-found', 'invalid', 'questions-not-sent', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => askByLink(deps, ctx, { patientId: params.id }, body.instrumentId),
    location: ({ id }) => `/measures/${id}`,
  });

  creates(app, '/follow-ups/:id/measure-links', {
    action: 'follow-ups.record-outcome',
    operationId: 'askByLinkAtFollowUp',
    summary: 'Ask whom a follow-up is with by the link in a message; a supporter at their own',
    tags,
    params: idParams,
    body: NewMeasureByLink,
    gives: asked,
    problems: ['not-found', 'invalid', 'questions-not-sent', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => askByLink(deps, ctx, { followUpId: params.id }, body.instrumentId),
  });

  creates(app, '/measures/:id/link-endings', {
    action: 'patients.change',
    operationId: 'endMeasureLink',
    summary: 'End the link of an asking; it stays asked, and can still be typed in',
    tags,
    params: idParams,
    gives: Measure,
    problems: ['not-found', 'conflict'],
    call: ({ ctx, params }) => endMeasureLink(deps, ctx, params.id),
  });

  reads(app, '/measures/:id', {
    action: 'patients.read',
    operationId: 'getMeasure',
    summary: 'One asking with its items and answers; the look is logged',
    tags,
    params: idParams,
    gives: Measure,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const measure = await getMeasure(deps.db, params.id);
      await logAccess(deps, ctx, measure.patient.id, 'patient');
      return measure;
    },
  });

  creates(app, '/measures/:id/answers', {
    action: 'patients.change',
    operationId: 'answerMeasure',
    summary: 'Record what a patient answered to what they were given, once',
    tags,
    params: idParams,
    body: NewAnswers,
    gives: Measure,
    problems: ['not-found', 'invalid', 'conflict', 'patient-erased'],
    call: ({ ctx, params, body }) => answerMeasure(deps, ctx, params.id, body),
  });

  creates(app, '/measures/:id/takings-back', {
    action: 'patients.change',
    operationId: 'takeBackMeasure',
    summary: 'Take back that a patient was asked, which was recorded by mistake; it counts nowhere',
    tags,
    params: idParams,
    body: TakingBack,
    gives: Measure,
    problems: ['not-found', 'taking-back-refused'],
    call: ({ ctx, params, body }) => takeBackMeasure(deps, ctx, params.id, body),
  });

  creates(app, '/follow-ups/:id/measures', {
    action: 'follow-ups.record-outcome',
    operationId: 'askAtFollowUp',
    summary: 'Record what someone said to an instrument at a follow-up; a supporter at their own',
    tags,
    params: idParams,
    body: NewMeasureAtCall,
    gives: asked,
    problems: ['not-found', 'invalid', 'changed-meanwhile', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => askAtCall(deps, ctx, params.id, body),
  });
}
