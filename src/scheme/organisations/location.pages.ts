import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
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
  formPage(app, '/settings/locations', {
    reads: 'settings.read',
    action: 'settings.change',
    view: 'scheme/organisations/views/locations.njk',
    show: async () => ({ locations: await listPlaces(deps.db), kinds }),
    async take(typed, { ctx }) {
      const { name } = await addLocation(deps, ctx, fields(NewLocation, typed, words));
      return { href: '/settings/locations', text: `${name} is added.` };
    },
  });

  formPage(app, '/settings/locations/:id', {
    reads: 'settings.read',
    action: 'settings.change',
    params: idParams,
    view: 'scheme/organisations/views/location.njk',
    async show(sent, { params: { id } }) {
      const location = await getLocation(deps.db, id);
      const form = besideTheOther(sent, {
        name: location.name,
        kind: location.kind,
        'organisation.name': location.organisation?.name ?? '',
      });
      return { location, version: versionToSend(form, etagOf(id, location.changedAt)), kinds, form };
    },
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const { organisation = null, ...rest } = fields(NewLocation, typed, words);
      const { name } = await changeLocation(deps, { ...ctx, ifMatch: String(version) }, id, {
        ...rest,
        organisation,
      });
      return { href: '/settings/locations', text: `${name} is saved.` };
    },
  });
}
