import Type from 'typebox';
import { likelyDuplicates } from '../people/duplicate.queries.ts';
import { getPatient, logAccesses } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { mergePatients } from './merge.commands.ts';
import { keptApartFrom, mergesOf } from './merge.queries.ts';
import { AlikeAgain, Apart, Duplicates, KeptApart, Merge, NewMerge, NewPartition } from './merge.schemas.ts';
import { alikeAgain, keepApart, partPatients } from './separate.commands.ts';

const tags = ['Patients'];
const Made = Type.Object({ id: Type.String() });

/** /patients/:id: records of the same person. People merge and part them; nothing does so by itself. */
export function mergeRoutes(app: App, deps: Deps): void {
  app.get(
    '/patients/:id/duplicates',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listDuplicates',
        summary: 'Records that are likely of the same person, the likeliest first; the looks are logged',
        tags,
        params: idParams,
        response: { 200: Duplicates, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { id } = await getPatient(deps.db, request.params.id);
      const { likely } = await likelyDuplicates(deps.db, id);
      await logAccesses(deps, request.ctx, [id, ...likely.map(({ record }) => record.id)], 'patient');
      return { items: likely.map(({ record, score, traits }) => ({ patient: record, score, traits })) };
    },
  );

  app.get(
    '/patients/:id/merges',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listMerges',
        summary: 'What was merged into this record and not parted again; the looks are logged',
        tags,
        params: idParams,
        response: { 200: Type.Object({ items: Type.Array(Merge) }), ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { id } = await getPatient(deps.db, request.params.id);
      const items = await mergesOf(deps.db, id);
      await logAccesses(deps, request.ctx, [id, ...items.map(({ merged }) => merged.id)], 'patient');
      return { items };
    },
  );

  app.post(
    '/patients/:id/merges',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'mergePatients',
        summary: 'Merge another record of the same person into this one',
        tags,
        params: idParams,
        body: NewMerge,
        response: { 201: Made, ...problemReplies('not-found', 'invalid', 'merge-refused', 'patient-erased') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await mergePatients(deps, request.ctx, request.params.id, request.body.patientId)),
  );

  app.post(
    '/patients/:id/partings',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'partPatients',
        summary: 'Part two records that were merged; answers the one that went',
        tags,
        params: idParams,
        body: NewPartition,
        response: { 201: Made, ...problemReplies('not-found', 'invalid', 'merge-refused', 'patient-erased') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await partPatients(deps, request.ctx, request.params.id, request.body.mergeId)),
  );

  app.post(
    '/patients/:id/kept-apart',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'keepApart',
        summary: 'Say that another record is of someone else',
        tags,
        params: idParams,
        body: KeptApart,
        response: { 201: Made, ...problemReplies('not-found', 'invalid') },
      },
    },
    async (request, reply) => {
      const { patientId } = request.body;
      await keepApart(deps, request.ctx, request.params.id, request.body);
      return reply.code(201).send({ id: patientId });
    },
  );

  app.get(
    '/patients/:id/kept-apart',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listKeptApart',
        summary: 'Records that someone said are of someone else; the looks are logged',
        tags,
        params: idParams,
        response: { 200: Type.Object({ items: Type.Array(Apart) }), ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { id } = await getPatient(deps.db, request.params.id);
      const items = await keptApartFrom(deps.db, id);
      await logAccesses(deps, request.ctx, [id, ...items.map(({ patient }) => patient.id)], 'patient');
      return { items };
    },
  );

  app.post(
    '/patients/:id/alike-again',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'alikeAgain',
        summary: 'Take back that another record is of someone else',
        tags,
        params: idParams,
        body: AlikeAgain,
        response: { 201: Made, ...problemReplies('not-found', 'invalid') },
      },
    },
    async (request, reply) => {
      const { patientId } = request.body;
      await alikeAgain(deps, request.ctx, request.params.id, patientId);
      return reply.code(201).send({ id: patientId });
    },
  );
}
