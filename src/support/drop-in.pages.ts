import { findPatients } from '../people/patient.queries.ts';
import { numbersIn } from '../people/patient.rules.ts';
import type { PatientSummary } from '../people/patient.schemas.ts';
import { listLocations } from '../scheme/organisations/organisation.queries.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { nameKey } from '../shared/name-key.ts';
import { line } from '../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { formPage, submit } from '../web/submit.ts';
import { addDropIn, addDropInPerson, changeDropIn } from './drop-in.commands.ts';
import { countDropIns, getDropIn, listDropIns, peopleSupported } from './drop-in.queries.ts';
import { DropInChange, DropInQuery, NewDropIn, NewDropInPerson } from './drop-in.schemas.ts';
import { mayTakeBackDropIn } from './drop-in-back.commands.ts';
import { dropInBackPages } from './drop-in-back.pages.ts';
import { lateOfDropIn } from './drop-in-back.queries.ts';
import { listSupporters } from './follow-up.queries.ts';
import { pageTopicPages } from './page-topic.pages.ts';
import { topics, topicWords } from './support.rules.ts';
import { tallyPages } from './tally.pages.ts';

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
const { others, note, supporterId } = DropInChange.properties;
const NotesForm = strictObject({ others, note, supporterId });
const mostFound = 10;
const view = 'support/views/drop-in.njk';

/** /drop-ins: who came to a place at a time, and what they asked about. */
export function dropInPages(app: App, deps: Deps): void {
  const read = { action: 'drop-ins.read' } as const;
  const record = { action: 'drop-ins.record' } as const;
  dropInBackPages(app, deps);
  tallyPages(app, deps);
  pageTopicPages(app, deps);

  listFile(app, deps, {
    name: 'drop-ins',
    query: DropInQuery,
    list: (query, { actor }) => listDropIns(deps, actor, query),
    count: (query, { actor }) => countDropIns(deps, actor, query),
    columns: {
      Day: ({ heldOn }) => heldOn,
      Starts: ({ startsAt }) => startsAt,
      Minutes: ({ minutes }) => minutes,
      Place: ({ place }) => place.name,
      Status: ({ status }) => status,
      'Came, known to us': ({ known }) => known,
      'Came, tallied': ({ tallied }) => tallied,
      'Came, others': ({ others }) => others,
    },
    dates: ['Day'],
  });

  app.get('/drop-ins', { config: read, schema: { querystring: DropInQuery } }, async (request, reply) => {
    const { after, unassigned } = request.query;
    const list = await listDropIns(deps, request.ctx.actor, request.query);
    const filters: Record<string, string> = unassigned ? { unassigned: 'true' } : {};
    const query = new URLSearchParams(filters).toString();
    return reply.page('support/views/drop-ins.njk', { ...list, after, filters, query });
  });

  formPage(app, '/drop-ins/new', {
    ...record,
    view: 'support/views/drop-in-form.njk',
    show: (form = newForm({ startsAt: '14:00', minutes: '120' }), { ctx }) => formView(ctx, form),
    async take(typed, { ctx }) {
      const { id } = await addDropIn(deps, ctx, fields(NewDropIn, typed, words));
      return { href: `/drop-ins/${id}`, text: 'The drop-in is written down.' };
    },
  });

  app.get('/drop-ins/:id', { config: read, schema: { params: idParams } }, async (request, reply) =>
    reply.page(view, await dropInView(request.ctx, request.params.id)),
  );

  const one = { ...record, params: idParams, view };
  submit(app, '/drop-ins/:id/search', {
    ...one,
    show: (search, { ctx, params }) => dropInView(ctx, params.id, { search }),
    async take(typed, { ctx, params: { id } }, reply) {
      const { search } = fields(Search, typed, words);
      const found = await find(ctx, search);
      return reply.page(view, await dropInView(ctx, id, { found, search: newForm(typed) }));
    },
  });

  submit(app, '/drop-ins/:id/people', {
    ...one,
    prefix: 'person',
    async show(person, { ctx, params }) {
      const search = String(person.typed.search ?? '');
      const found = search ? await find(ctx, search) : [];
      return dropInView(ctx, params.id, { found, search: newForm({ search }), person });
    },
    async take({ search: _search, ...typed }, { ctx, params: { id } }) {
      await addDropInPerson(deps, ctx, id, fields(NewDropInPerson, typed, words));
      return { href: `/drop-ins/${id}`, text: 'It is written down that they came.' };
    },
  });

  submit(app, '/drop-ins/:id/notes', {
    ...one,
    prefix: 'notes',
    show: (notes, { ctx, params }) => dropInView(ctx, params.id, { notes }),
    async take({ version = '', cancelled, ...typed }, { ctx, params: { id } }) {
      const change = cancelled
        ? { cancelled: true as const }
        : {
            note: null,
            ...(typed.supporterId !== undefined && { supporterId: null }),
            ...fields(NotesForm, typed, words),
          };
      await changeDropIn(deps, { ...ctx, ifMatch: String(version) }, id, change);
      return { href: `/drop-ins/${id}`, text: cancelled ? 'It does not take place.' : 'It is saved.' };
    },
  });

  async function find({ actor }: Context, search: string): Promise<PatientSummary[]> {
    if (actor.role !== 'supporter') {
      const numbers = numbersIn(search, deps.config.ALLOW_TEST_PHONE_NUMBERS);
      return findPatients(deps.db, search, numbers, mostFound);
    }
    const words = search.split(/\s+/).map(nameKey).filter(Boolean);
    const people = await peopleSupported(deps.db, actor);
    return people.filter((one) => isCalled(one, words)).slice(0, mostFound);
  }

  type Sent = { found?: PatientSummary[]; search?: Form; person?: Form; notes?: Form };
  async function dropInView(ctx: Context, id: string, sent: Sent = {}) {
    const [dropIn, supporters, late] = await Promise.all([
      getDropIn(deps, deps.db, ctx.actor, id),
      listSupporters(deps.db),
      lateOfDropIn(deps.db, id, timestamp(deps.clock)),
    ]);
    const { supporter } = dropIn;
    const hasLeft = supporter && !supporters.some((one) => one.id === supporter.id);
    const kept = { others: String(dropIn.others), note: dropIn.note ?? '', supporterId: supporter?.id ?? '' };
    const notes = sent.notes && besideTheOther(sent.notes, kept);
    return {
      dropIn,
      isSupporter: ctx.actor.role === 'supporter',
      mayTakeBack: !dropIn.takenBack && mayTakeBackDropIn(ctx.actor, late),
      peopleToTakeBack: dropIn.people.flatMap((one) =>
        mayTakeBackDropIn(ctx.actor, { isLate: late.latePeople.includes(one.id) }) ? one.id : [],
      ),
      supporters: [...(hasLeft ? [supporter] : []), ...supporters].map((one) => ({
        value: one.id,
        text: one.name,
      })),
      version: versionToSend(notes, etagOf(id, dropIn.changedAt)),
      form: [sent.search, sent.person, notes].find((form) => form?.summary.length),
      searchForm: sent.search ?? newForm(),
      personForm: sent.person ?? { ...newForm(), prefix: 'person' },
      notesForm: notes ?? { ...newForm(kept), prefix: 'notes' },
      found: sent.found,
      topics: topics.map((value) => ({ value, text: topicWords[value] })),
      topicWords,
    };
  }

  async function formView({ actor }: Context, form: Form) {
    const [places, supporters] = await Promise.all([listLocations(deps.db), listSupporters(deps.db)]);
    return {
      form,
      isSupporter: actor.role === 'supporter',
      places: places.map(({ id, name }) => ({ value: id, text: name })),
      supporters: supporters.map(({ id, name }) => ({ value: id, text: name })),
    };
  }
}

/** Whether each word is in one of the names of a person. */
function isCalled({ givenName, familyName, preferredName }: PatientSummary, words: string[]): boolean {
  const names = [givenName, familyName, preferredName ?? ''].map(nameKey);
  return words.every((word) => names.some((name) => name.includes(word)));
}
