import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { addSignpost, changeSignpost } from './signpost.commands.ts';
import { getSignpost, listSignposts, signpostTag } from './signpost.queries.ts';
import { NewSignpost, type Signpost } from './signpost.schemas.ts';

const words = { name: 'Enter what it is called', details: 'Enter what it offers and how to reach it' };
const view = 'referrals/views/signpost-form.njk';
type Reply = { code(status: number): { page(view: string, data: object): Promise<string> } };

/** /settings/signposts: other help that a clinic is told of when its referral is declined. */
export function signpostPages(app: App, deps: Deps): void {
  app.get('/settings/signposts', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page('referrals/views/signposts.njk', { signposts: await listSignposts(deps.db) }),
  );

  const change = { action: 'settings.change' } as const;
  app.get('/settings/signposts/new', { config: change }, async (_request, reply) =>
    reply.page(view, { form: newForm() }),
  );

  app.post('/settings/signposts/new', { config: change }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { name } = await addSignpost(deps, request.ctx, fields(NewSignpost, typed, words));
      return reply.done('/settings/signposts', { text: `${name} can be chosen from now on.` });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(view, { form });
    }
  });

  const one = { config: change, schema: { params: idParams } } as const;
  app.get('/settings/signposts/:id', one, async (request, reply) => {
    const signpost = await getSignpost(deps.db, request.params.id);
    return showOne(reply, signpost, newForm(typedOf(signpost)));
  });

  app.post('/settings/signposts/:id', one, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const { version, retired, ...said } = typed;
    try {
      const changed = { ...fields(NewSignpost, said, words), retired: retired === 'yes' };
      const { name } = await changeSignpost(deps, request.ctx, id, changed, String(version ?? ''));
      const offered = changed.retired ? ' It is no longer offered.' : '';
      return reply.done('/settings/signposts', { text: `${name} is changed.${offered}` });
    } catch (error) {
      const signpost = await getSignpost(deps.db, id);
      const form = besideTheOther(refused(typed, error), typedOf(signpost));
      return showOne(reply, signpost, form, String(version ?? ''));
    }
  });

  const showOne = (reply: Reply, signpost: Signpost, form: Form, seen?: string) =>
    reply
      .code(form.status)
      .page(view, { signpost, form, version: versionToSend(form, seen, signpostTag(signpost)) });
}

const typedOf = ({ name, details, retired }: Signpost): Typed => ({
  name,
  details,
  ...(retired && { retired: 'yes' }),
});
