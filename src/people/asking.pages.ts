import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { changeAskingWishes, recordInvitation } from './asking.commands.ts';
import { askingTag, getAsking, listShapers } from './asking.queries.ts';
import { type AskingWishes, AskingWishesChange, NewInvitation, ShaperQuery } from './asking.schemas.ts';
import { logAccess } from './look.queries.ts';
import { getPatient } from './patient.queries.ts';

const { mostAYear, shapeAYear, onlyOnPaper, skipConfidence } = AskingWishesChange.properties;
/** A tick that is not there says no; a number that is not there, that they said nothing of it. */
const WishesForm = strictObject({ mostAYear, shapeAYear, onlyOnPaper, skipConfidence });
const words = { toWhat: 'Write what they were asked to help with' };

/** /patients/:id/asking: what a person wishes of being asked, and invitations; /shapers: who wants to help shape the scheme. */
export function askingPages(app: App, deps: Deps): void {
  formPage(app, '/patients/:id/asking', {
    reads: 'patients.read',
    action: 'patients.change',
    params: idParams,
    view: 'people/views/asking.njk',
    show: (sent, { ctx, params }) => view(ctx, params.id, sent),
    async take({ form: which, version, ...typed }, { ctx, params: { id } }) {
      const href = `/patients/${id}/asking`;
      if (which === 'invite') {
        await recordInvitation(deps, ctx, id, fields(NewInvitation, typed, words));
        return { href, text: 'It is recorded that they were asked to help.' };
      }
      const said = fields(WishesForm, typed);
      const nothingSaid = { mostAYear: null, shapeAYear: null, onlyOnPaper: false, skipConfidence: false };
      await changeAskingWishes(deps, { ...ctx, ifMatch: String(version) }, id, { ...nothingSaid, ...said });
      return { href, text: 'What they wish is written down.' };
    },
  });

  app.get(
    '/shapers',
    { config: { action: 'patients.read' }, schema: { querystring: ShaperQuery } },
    async (request, reply) => {
      const { items, next } = await listShapers(deps.db, request.query, today(deps.clock));
      return reply.page('people/views/shapers.njk', { items, next, after: request.query.after });
    },
  );

  /** `sent`: the form that was refused, if any. */
  async function view(ctx: Context, patientId: string, sent?: Form) {
    const day = today(deps.clock);
    const [patient, asking] = await Promise.all([
      getPatient(deps.db, patientId),
      getAsking(deps.db, patientId, day),
      logAccess(deps, ctx, patientId, 'patient'),
    ]);
    const which = sent?.typed.form === 'invite' ? 'invite' : 'wishes';
    const wishes = which === 'wishes' ? sent : undefined;
    const wishesForm = { ...besideTheOther(wishes, typedOf(asking.wishes), ['form']), prefix: 'wishes' };
    const inviteForm = {
      ...(sent && which === 'invite' ? sent : newForm({ invitedOn: day })),
      prefix: 'invite',
    };
    return {
      patient,
      asking,
      form: sent && (which === 'invite' ? inviteForm : wishesForm),
      wishesForm,
      inviteForm,
      version: versionToSend(wishes, askingTag(asking)),
    };
  }
}

const typedOf = ({ mostAYear, shapeAYear, onlyOnPaper, skipConfidence }: AskingWishes): Typed => ({
  mostAYear: mostAYear === null ? '' : String(mostAYear),
  shapeAYear: shapeAYear === null ? '' : String(shapeAYear),
  ...(onlyOnPaper && { onlyOnPaper: 'true' }),
  ...(skipConfidence && { skipConfidence: 'true' }),
});
