import Fastify from 'fastify';
import t from 'tap';
import Type from 'typebox';
import { type App, idParams, strictObject } from '../../src/shared/http.ts';
import { invalid, Problem } from '../../src/shared/problem.ts';
import { fields, newForm } from '../../src/web/forms.ts';
import { formPage, submit } from '../../src/web/submit.ts';
import { testApp } from '../helpers/app.ts';

const Named = strictObject({ name: Type.String({ minLength: 1 }) });

/** An application of nothing but forms, whose pages are told as their template and data. */
function onlyForms(): App {
  const app = Fastify() as unknown as App;
  app.decorateReply('page', async (view: string, data?: object) => JSON.stringify({ view, ...data }));
  app.decorateReply('done', function (href, banner) {
    return this.header('banner', JSON.stringify(banner)).redirect(href, 303);
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  return app;
}

const sent = (values: Record<string, string>) => ({
  method: 'POST' as const,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: new URLSearchParams(values).toString(),
});

t.test('what is taken leads on with a banner; without a text it only leads on', async (t) => {
  const app = onlyForms();
  submit(app, '/things/:id', {
    action: 'today.read',
    params: idParams,
    async take(typed, { params: { id } }) {
      const { name } = fields(Named, typed);
      return name === 'quiet' ? { href: '/elsewhere' } : { href: `/things/${id}`, text: `${name} is kept.` };
    },
  });
  const url = '/things/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  const done = await app.inject({ url, ...sent({ _csrf: 'c', _once: 'o', name: ' Ann ' }) });
  t.match(done, { statusCode: 303, headers: { location: url, banner: '{"text":"Ann is kept."}' } });
  const quiet = await app.inject({ url, ...sent({ name: 'quiet' }) });
  t.match(quiet, { statusCode: 303, headers: { location: '/elsewhere' } });
  t.notOk(quiet.headers.banner);
});

t.test('a refusal shows the form again: what was typed, its faults and its status', async (t) => {
  const app = onlyForms();
  const problems: Record<string, () => Problem> = {
    late: () => new Problem('changed-meanwhile'),
    wrong: () => invalid({ pointer: '/name', message: 'Not this one.' }),
    gone: () => new Problem('not-found'),
  };
  submit(app, '/names', {
    action: 'today.read',
    view: 'names.njk',
    prefix: 'first',
    show: (form, _request, error) => ({
      names: ['Ann'],
      again: form.typed.name,
      type: (error as Problem).type,
    }),
    async take(typed) {
      const { name } = fields(Named, typed, { name: 'Enter a name' });
      throw problems[name]!();
    },
  });
  const post = (values: Record<string, string>) => app.inject({ url: '/names', ...sent(values) });
  t.match(await post({ _csrf: 'c', _once: 'o', name: 'wrong', other: 'Kept' }), { statusCode: 422 });
  t.same((await post({ _csrf: 'c', _once: 'o', name: 'wrong', other: 'Kept' })).json(), {
    view: 'names.njk',
    names: ['Ann'],
    again: 'wrong',
    type: 'invalid',
    form: {
      typed: { name: 'wrong', other: 'Kept' },
      errors: { name: 'Not this one' },
      summary: [{ name: 'name', text: 'Not this one' }],
      status: 422,
      prefix: 'first',
    },
  });
  t.match((await post({ name: ' ' })).json(), {
    form: { typed: { name: ' ' }, errors: { name: 'Enter a name' } },
  });
  const late = await post({ name: 'late' });
  t.match([late.statusCode, late.json().form.typed], [412, { name: 'late' }]);
  const gone = await post({ name: 'gone' });
  t.notMatch(gone.body, 'names.njk', 'what no change to the form would help is no matter of the form');
});

t.test('without a template a refusal has the page that it has everywhere', async (t) => {
  const app = onlyForms();
  app.setErrorHandler((error, _request, reply) => reply.code(418).send((error as Problem).type));
  submit(app, '/button', {
    action: 'today.read',
    async take() {
      throw new Problem('changed-meanwhile');
    },
  });
  t.match(await app.inject({ url: '/button', ...sent({}) }), { statusCode: 418, body: 'changed-meanwhile' });
});

t.test('a page with a form is shown before anything is sent, and is what a refusal shows', async (t) => {
  const app = onlyForms();
  formPage(app, '/plain', {
    action: 'today.read',
    view: 'plain.njk',
    take: async (typed) => ({ href: `/plain/${fields(Named, typed).name}` }),
  });
  formPage(app, '/begun', {
    action: 'today.read',
    querystring: strictObject({ of: Type.Optional(Type.String()) }),
    view: 'begun.njk',
    show: (form = newForm({ name: 'Proposed' }), { query }) => ({ form, of: query.of ?? null }),
    take: async (typed, _request, reply) => reply.page('other.njk', { typed }),
  });
  t.same((await app.inject('/plain')).json(), { view: 'plain.njk', form: newForm() });
  const refused = await app.inject({ url: '/plain', ...sent({}) });
  t.match(
    [refused.statusCode, refused.json()],
    [422, { view: 'plain.njk', form: { errors: { name: /Enter/ } } }],
  );
  t.match((await app.inject('/begun?of=it')).json(), { form: { typed: { name: 'Proposed' } }, of: 'it' });
  t.same((await app.inject({ url: '/begun', ...sent({ a: 'b' }) })).json(), {
    view: 'other.njk',
    typed: { a: 'b' },
  });
});

t.test('a second press does nothing twice, and says the same', async (t) => {
  const { app, as, db } = await testApp(t);
  const payload = new URLSearchParams({
    _once: 'the-key-of-this-form',
    name: 'A library',
    details: 'Has tablets to try.',
  }).toString();
  const press = () =>
    app.inject({
      method: 'POST',
      url: '/settings/signposts/new',
      headers: { ...as.administrator, 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    });
  for (const answer of [await press(), await press()])
    t.match(answer, { statusCode: 303, headers: { location: '/settings/signposts' } });
  const kept = await db.selectFrom('signpost').select('name').where('name', '=', 'A library').execute();
  t.equal(kept.length, 1);
});
