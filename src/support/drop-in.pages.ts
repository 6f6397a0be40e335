import { findPatients, logAccesses } from '../people/patient.queries.ts';
import { numbersIn } from '../people/patient.rules.ts';
import type { PatientSummary } from '../people/patient.schemas.ts';
import { listLocations } from '../scheme/organisations/organisation.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { line } from '../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { addDropIn, addDropInPerson, changeDropIn } from './drop-in.commands.ts';
import { countDropIns, getDropIn, listDropIns } from './drop-in.queries.ts';
import { DropInChange, DropInQuery, NewDropIn, NewDropInPerson } from './drop-in.schemas.ts';
import { listSupporters } from './follow-up.queries.ts';
import { topics, topicWords } from './support.rules.ts';

const words = {
  locationId: 'Choose the place',
  heldOn: 'Enter the date',
  startsAt: 'Enter when it starts, such as 14:00',
  minutes: 'Enter how many minutes it lasts',
  others: 'Enter a number, 0 when nobody else came',
  search: 'Enter a name, an NHS number or a phone number',
  patientId: 'Choose who came',
};
const Search = strictObject({ search: line(200) });
const { others, note } = DropInChange.properties;
const NotesForm = strictObject({ others, note });
const mostFound = 10;
const view = 'support/views/drop-in.njk';

/** /drop-ins: who came to a place at a time, and what they asked about. */
export function dropInPages(app: App, deps: Deps): void {
  const read = { config: { action: 'drop-ins.read' } } as const;
  const record = { config: { action: 'drop-ins.record' } } as const;
  const one = { schema: { params: idParams } } as const;

  listFile(app, deps, {
    name: 'drop-ins',
    query: DropInQuery,
    list: (query) => listDropIns(deps, query),
    count: () => countDropIns(deps.db),
    columns: {
      Day: ({ heldOn }) => heldOn,
      Starts: ({ startsAt }) => startsAt,
      Minutes: ({ minutes }) => minutes,
      Place: ({ place }) => place.name,
      Status: ({ status }) => status,
      'Came, known to us': ({ known }) => known,
      'Came, others': ({ others }) => others,
    },
  });

  app.get('/drop-ins', { ...read, schema: { querystring: DropInQuery } }, async (request, reply) => {
    const list = await listDropIns(deps, request.query);
    return reply.page('support/views/drop-ins.njk', { ...list, after: request.query.after });
  });

  app.get('/drop-ins/new', record, async (_request, reply) =>
    reply.page(
      'support/views/drop-in-form.njk',
      await formView(newForm({ startsAt: '14:00', minutes: '120' })),
    ),
  );
  app.post('/drop-ins/new', record, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { id } = await addDropIn(deps, request.ctx, fields(NewDropIn, typed, words));
      return reply.done(`/drop-ins/${id}`, { text: 'The drop-in is written down.' });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('support/views/drop-in-form.njk', await formView(form));
    }
  });

  app.get('/drop-ins/:id', { ...read, ...one }, async (request, reply) =>
    reply.page(view, await dropInView(request.ctx, request.params.id)),
  );

  app.post('/drop-ins/:id/search', { ...record, ...one }, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const { search } = fields(Search, typed, words);
      const found = await find(search);
      return reply.page(view, await dropInView(request.ctx, id, { found, search: newForm(typed) }));
    } catch (error) {
      const search = refused(typed, error);
      return reply.code(search.status).page(view, await dropInView(request.ctx, id, { search }));
    }
  });

  app.post('/drop-ins/:id/people', { ...record, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { search = '', ...typed } = typedIn(request.body) as Typed;
    try {
      await addDropInPerson(deps, request.ctx, id, fields(NewDropInPerson, typed, words));
      return reply.done(`/drop-ins/${id}`, { text: 'It is written down that they came.' });
    } catch (error) {
      const person = { ...refused(typed, error), prefix: 'person' };
      const found = search ? await find(String(search)) : [];
      const shown = await dropInView(request.ctx, id, {
        found,
        search: newForm({ search: String(search) }),
        person,
      });
      return reply.code(person.status).page(view, shown);
    }
  });

  app.post('/drop-ins/:id/notes', { ...record, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { version = '', cancelled, ...typed } = typedIn(request.body);
    try {
      const change = cancelled
        ? { cancelled: true as const }
        : { note: null, ...fields(NotesForm, typed, words) };
      await changeDropIn(deps, request.ctx, id, change, String(version));
      return reply.done(`/drop-ins/${id}`, { text: cancelled ? 'It does not take place.' : 'It is saved.' });
    } catch (error) {
      const notes = { ...refused(typed, error), prefix: 'notes' };
      return reply
        .code(notes.status)
        .page(view, await dropInView(request.ctx, id, { notes, seen: String(version) }));
    }
  });

  const find = (search: string) =>
    findPatients(deps.db, search, numbersIn(search, deps.config.ALLOW_TEST_PHONE_NUMBERS), mostFound);

  type Sent = { found?: PatientSummary[]; search?: Form; person?: Form; notes?: Form; seen?: string };
  async function dropInView(ctx: Context, id: string, sent: Sent = {}) {
    const dropIn = await getDropIn(deps, deps.db, id);
    const seen = [
      ...dropIn.people.map(({ patient }) => patient.id),
      ...(sent.found ?? []).map((one) => one.id),
    ];
    await logAccesses(deps, ctx, seen, 'drop_in');
    const kept = { others: String(dropIn.others), note: dropIn.note ?? '' };
    const notes = sent.notes && besideTheOther(sent.notes, kept);
    return {
      dropIn,
      version: versionToSend(notes, sent.seen, etagOf(id, dropIn.changedAt)),
      form: [sent.search, sent.person, notes].find((form) => form?.summary.length),
      searchForm: sent.search ?? newForm(),
      personForm: sent.person ?? { ...newForm(), prefix: 'person' },
      notesForm: notes ?? { ...newForm(kept), prefix: 'notes' },
      found: sent.found,
      topics: topics.map((value) => ({ value, text: topicWords[value] })),
      topicWords,
    };
  }

  async function formView(form: Form) {
    const [places, supporters] = await Promise.all([listLocations(deps.db), listSupporters(deps.db)]);
    return {
      form,
      places: places.map(({ id, name }) => ({ value: id, text: name })),
      supporters: supporters.map(({ id, name }) => ({ value: id, text: name })),
    };
  }
}
