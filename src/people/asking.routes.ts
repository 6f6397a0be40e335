import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { changeAskingWishes, recordInvitation } from './asking.commands.ts';
import { askingTag, getAsking, listShapers } from './asking.queries.ts';
import { Asking, AskingWishesChange, NewInvitation, ShaperList, ShaperQuery } from './asking.schemas.ts';
import { logAccess } from './look.queries.ts';

const tags = ['Patients'];

/** /patients/:id/asking: how often a person may be asked how they are, and whom the scheme may ask to help shape it. */
export function askingRoutes(app: App, deps: Deps): void {
  reads(app, '/patients/:id/asking', {
    action: 'patients.read',
    operationId: 'getAsking',
    summary:
      'What a patient wishes of being asked how they are, and whether they may be now; the look is logged',
    tags,
    params: idParams,
    gives: Asking,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const asking = await getAsking(deps.db, params.id, today(deps.clock));
      await logAccess(deps, ctx, asking.patientId, 'patient');
      return asking;
    },
    etag: askingTag,
  });

  changes(app, '/patients/:id/asking', {
    action: 'patients.change',
    operationId: 'changeAskingWishes',
    summary: 'Write down how often, and how, a patient wishes to be asked how they are',
    tags,
    params: idParams,
    versioned: true,
    body: AskingWishesChange,
    gives: Asking,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => changeAskingWishes(deps, ctx, params.id, body),
    etag: askingTag,
  });

  creates(app, '/patients/:id/invitations', {
    action: 'patients.change',
    operationId: 'recordInvitation',
    summary:
      'Record that a patient was asked to help shape the scheme, which counts in how often they are asked',
    tags,
    params: idParams,
    body: NewInvitation,
    gives: Asking,
    problems: ['not-found', 'invalid', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => recordInvitation(deps, ctx, params.id, body),
  });

  lists(app, '/shapers', {
    action: 'patients.read',
    operationId: 'listShapers',
    summary: 'Patients who want to help shape the scheme, and who of them may be asked to now; newest first',
    tags,
    querystring: ShaperQuery,
    gives: ShaperList,
    call: ({ query }) => listShapers(deps.db, query, today(deps.clock)),
  });
}
