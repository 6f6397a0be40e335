import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { getLocation, listPlaces } from './location.queries.ts';
import { NewLocation } from './location.schemas.ts';
import { addLocation, changeLocation } from './organisation.commands.ts';
import { locationKinds } from './organisation.rules.ts';

const words = { name: 'Enter its name', kind: 'Choose what it is' };
const kindTexts = {
  hub: { text: 'Hub', hint: 'Where stock is kept and prepared' },
  clinic: { text: 'Clinic', hint: 'Where people are seen' },
  access_point: { text: 'Access point', hint: 'A library or drop-in where people use shared kit' },
  repairer: { text: 'Repairer', hint: 'Where devices are sent for repair' },
};
const kinds = locationKinds.map((value) => ({ value, ...kindTexts[value] }));

/** /settings/locations: the places that hold stock or host people. */
export function locationPages(app: App, deps: Deps): void {
  const read = { config: { action: 'settings.read' } } as const;
  const change = { config: { action: 'settings.change' } } as const;

  app.get('/settings/locations', read, async (_request, reply) =>
    reply.page('scheme/organisations/views/locations.njk', await listView(newForm())),
  );

  app.post('/settings/locations', change, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { name } = await addLocation(deps, request.ctx, fields(NewLocation, typed, words));
      return reply.done('/settings/locations', { text: `${name} is added.` });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('scheme/organisations/views/locations.njk', await listView(form));
    }
  });

  const one = { schema: { params: idParams } } as const;
  app.get('/settings/locations/:id', { ...read, ...one }, async (request, reply) =>
    reply.page('scheme/organisations/views/location.njk', await oneView(request.params.id)),
  );

  app.post('/settings/locations/:id', { ...change, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { version, ...typed } = typedIn(request.body) as Typed;
    try {
      const { organisation = null, ...rest } = fields(NewLocation, typed, words);
      const { name } = await changeLocation(
        deps,
        request.ctx,
        id,
        { ...rest, organisation },
        String(version),
      );
      return reply.done('/settings/locations', { text: `${name} is saved.` });
    } catch (error) {
      const form = refused(typed, error);
      return reply
        .code(form.status)
        .page('scheme/organisations/views/location.njk', await oneView(id, { form, seen: String(version) }));
    }
  });

  const listView = async (form: Form) => ({ locations: await listPlaces(deps.db), kinds, form });

  /** @param sent the form as it was refused, with the version that was seen */
  async function oneView(id: string, sent?: { form: Form; seen: string }) {
    const location = await getLocation(deps.db, id);
    const kept: Typed = {
      name: location.name,
      kind: location.kind,
      'organisation.name': location.organisation?.name ?? '',
    };
    const form = sent ? besideTheOther(sent.form, kept) : newForm(kept);
    return {
      location,
      version: versionToSend(form, sent?.seen, etagOf(id, location.changedAt)),
      kinds,
      form,
    };
  }
}
