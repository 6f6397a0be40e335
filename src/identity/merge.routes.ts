import Type from 'typebox';
import { likelyDuplicates } from '../people/duplicate.queries.ts';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { mergePatients } from './merge.commands.ts';
import { keptApartFrom, mergesOf } from './merge.queries.ts';
import { AlikeAgain, Apart, Duplicates, KeptApart, Merge, NewMerge, NewPartition } from './merge.schemas.ts';
import { alikeAgain, keepApart, partPatients } from './separate.commands.ts';

const tags = ['Patients'];
const Made = Type.Object({ id: Type.String() });

/** /patients/:id: records of the same person. People merge and part them; nothing does so by itself. */
export function mergeRoutes(app: App, deps: Deps): void {
  reads(app, '/patients/:id/duplicates', {
    action: 'patients.read',
    operationId: 'listDuplicates',
    summary: 'Records that are likely of the same person, the likeliest first; the looks are logged',
    tags,
    params: idParams,
    gives: Duplicates,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { id } = await getPatient(deps.db, params.id);
      const { likely } = await likelyDuplicates(deps.db, id);
      await logAccess(deps, ctx, id, 'patient');
      return { items: likely.map(({ record, score, traits }) => ({ patient: record, score, traits })) };
    },
  });

  reads(app, '/patients/:id/merges', {
    action: 'patients.read',
    operationId: 'listMerges',
    summary: 'What was merged into this record and not parted again; the looks are logged',
    tags,
    params: idParams,
    gives: Type.Object({ items: Type.Array(Merge) }),
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { id } = await getPatient(deps.db, params.id);
      const items = await mergesOf(deps.db, id);
      await logAccess(deps, ctx, id, 'patient');
      return { items };
    },
  });

  creates(app, '/patients/:id/merges', {
    action: 'patients.change',
    operationId: 'mergePatients',
    summary: 'Merge another record of the same person into this one',
    tags,
    params: idParams,
    body: NewMerge,
    gives: Made,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => mergePatients(deps, ctx, params.id, body.patientId),
  });

  creates(app, '/patients/:id/partings', {
    action: 'patients.change',
    operationId: 'partPatients',
    summary: 'Part two records that were merged; answers the one that went',
    tags,
    params: idParams,
    body: NewPartition,
    gives: Made,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => partPatients(deps, ctx, params.id, body.mergeId),
  });

  creates(app, '/patients/:id/kept-apart', {
    action: 'patients.change',
    operationId: 'keepApart',
    summary: 'Say that another record is of someone else',
    tags,
    params: idParams,
    body: KeptApart,
    gives: Made,
    problems: ['not-found', 'invalid'],
    async call({ ctx, params, body }) {
      const { patientId } = body;
      await keepApart(deps, ctx, params.id, body);
      return { id: patientId };
    },
  });

  reads(app, '/patients/:id/kept-apart', {
    action: 'patients.read',
    operationId: 'listKeptApart',
    summary: 'Records that someone said are of someone else; the looks are logged',
    tags,
    params: idParams,
    gives: Type.Object({ items: Type.Array(Apart) }),
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { id } = await getPatient(deps.db, params.id);
      const items = await keptApartFrom(deps.db, id);
      await logAccess(deps, ctx, id, 'patient');
      return { items };
    },
  });

  creates(app, '/patients/:id/alike-again', {
    action: 'patients.change',
    operationId: 'alikeAgain',
    summary: 'Take back that another record is of someone else',
    tags,
    params: idParams,
    body: AlikeAgain,
    gives: Made,
    problems: ['not-found', 'invalid'],
    async call({ ctx, params, body }) {
      const { patientId } = body;
      await alikeAgain(deps, ctx, params.id, patientId);
      return { id: patientId };
    },
  });
}
