import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, reads } from '../../shared/routes.ts';
import { addInstrument, changeInstrument } from './instrument.commands.ts';
import { getInstrument, instrumentTag, listInstruments } from './instrument.queries.ts';
import { InstrumentChange, InstrumentList, InstrumentVersions, NewInstrument } from './instrument.schemas.ts';

const tags = ['Measures'];

/** /instruments: the questionnaires that the scheme set up. */
export function instrumentRoutes(app: App, deps: Deps): void {
  reads(app, '/instruments', {
    action: 'settings.read',
    operationId: 'listInstruments',
    summary: 'The instruments by name, each with the version that is asked now',
    tags,
    gives: InstrumentList,
    call: async () => ({ items: await listInstruments(deps.db) }),
  });

  reads(app, '/instruments/:id', {
    action: 'settings.read',
    operationId: 'getInstrument',
    summary: 'One instrument with its earlier versions',
    tags,
    params: idParams,
    gives: InstrumentVersions,
    problems: ['not-found'],
    call: ({ params }) => getInstrument(deps.db, params.id),
    etag: instrumentTag,
  });

  creates(app, '/instruments', {
    action: 'settings.change',
    operationId: 'addInstrument',
    summary: 'Add an instrument',
    tags,
    body: NewInstrument,
    gives: InstrumentVersions,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addInstrument(deps, ctx, body),
    etag: instrumentTag,
    location: ({ id }) => `/instruments/${id}`,
  });

  changes(app, '/instruments/:id', {
    action: 'settings.change',
    operationId: 'changeInstrument',
    summary:
      'Change an instrument: its licence, its plan, other items as the next version, or no longer use it',
    tags,
    params: idParams,
    versioned: true,
    body: InstrumentChange,
    gives: InstrumentVersions,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params, body }) => changeInstrument(deps, ctx, params.id, body),
    etag: instrumentTag,
  });
}
