import type { FastifyReply } from 'fastify';
import type { Static, TObject } from 'typebox';
import type { Action } from '../access/permissions.ts';
import type { App } from '../shared/http.ts';
import { type Asked, defined, type Nothing } from '../shared/routes.ts';
import type { UploadLimits } from '../shared/uploads.ts';
import { type Form, newForm, refused, type Typed, typedIn } from './forms.ts';
import type { Banner } from './pages.ts';

/** A request whose address names a thing by its id. */
export type AskedOne = Asked<{ id: string }>;

/** Where it goes on after a form was taken, and what the page there says; without a text it says nothing. */
export type After = { href: string } & Partial<Banner>;

type Shown = object | Promise<object>;

/** A form: who may send it and where to, how it is shown again, and what is done with it. */
type SentForm<P extends TObject, Q extends TObject> = {
  action: Action;
  /** Whether it wants a fresh proof of who asks, though the action alone does not. */
  fresh?: true | undefined;
  /** What it may bring beside its fields. */
  upload?: UploadLimits;
  params?: P;
  querystring?: Q;
  /** The template that shows a refused form again. Without one a refusal has the page that it has everywhere. */
  view?: string;
  /** Keeps the form apart from the others of its page. */
  prefix?: string;
  /** What the template needs, beside the form or with it. */
  show?(form: Form, request: Asked<Static<P>, Static<Q>>, error: unknown): Shown;
  /** Does what the form asks for; where that needs no banner, it answers by itself. */
  take(typed: Typed, request: Asked<Static<P>, Static<Q>>, reply: FastifyReply): Promise<After | string>;
};

/** The same of a form that has a page of its own. */
type FormPage<P extends TObject, Q extends TObject> = Omit<SentForm<P, Q>, 'show' | 'view'> & {
  view: string;
  /** What whoever only looks at the page must be allowed, where that is another thing. */
  reads?: Action;
  /** What the template needs, beside the form or with it. There is no form yet when the page is opened. */
  show?(form: Form | undefined, request: Asked<Static<P>, Static<Q>>, error?: unknown): Shown;
};

/** Takes a form that was sent to a path: goes on with a banner, or shows the form again, with what was typed, what was wrong and the status of the refusal. */
export function submit<P extends TObject = Nothing, Q extends TObject = Nothing>(
  app: App,
  path: string,
  { action, fresh, upload, params, querystring, view, prefix, show, take }: SentForm<P, Q>,
): void {
  const config = { action, ...(fresh && { fresh }), ...(upload && { upload }) };
  app.post(path, { config, schema: defined({ params, querystring }) }, async (request, reply) => {
    const asked = request as Asked<Static<P>, Static<Q>>;
    const typed = typedIn(request.body);
    try {
      const after = await take(typed, asked, reply);
      if (typeof after === 'string' || !('href' in after)) return after;
      const { href, text, ...rest } = after;
      return text === undefined ? reply.redirect(href, 303) : reply.done(href, { text, ...rest });
    } catch (error) {
      if (!view) throw error;
      const form = { ...refused(typed, error), ...(prefix && { prefix }) };
      const data = { form, ...(await show?.(form, asked, error)) };
      return reply.code(form.status).page(view, data);
    }
  });
}

/** A page with a form, which is sent to the page's own path. */
export function formPage<P extends TObject = Nothing, Q extends TObject = Nothing>(
  app: App,
  path: string,
  form: FormPage<P, Q>,
): void {
  const { reads = form.action, fresh, params, querystring, view, show } = form;
  app.get(
    path,
    { config: { action: reads, ...(fresh && { fresh }) }, schema: defined({ params, querystring }) },
    async (request, reply) => {
      const data = await show?.(undefined, request as Asked<Static<P>, Static<Q>>);
      return reply.page(view, { form: newForm(), ...data });
    },
  );
  submit(app, path, form);
}
