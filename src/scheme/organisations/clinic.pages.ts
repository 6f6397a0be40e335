import { type Action, may } from '../../access/permissions.ts';
import type { Actor } from '../../shared/actor.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { count } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { formPage, submit } from '../../web/submit.ts';
import { changeOrganisation, createOrganisation } from './organisation.commands.ts';
import {
  countOrganisations,
  getOrganisation,
  listClinics,
  listOrganisations,
} from './organisation.queries.ts';
import { type OrganisationRole, organisationRoles } from './organisation.rules.ts';
import {
  NewOrganisation,
  NewSuccession,
  type Organisation,
  OrganisationQuery,
} from './organisation.schemas.ts';
import { succeedOrganisation } from './succession.commands.ts';

const words = {
  name: 'Enter its name',
  roles: 'Choose what it is',
  'dutyContact.name': 'Enter who is rung, such as “duty desk”',
  successorId: 'Choose the one that took it over',
};
const roleTexts: Record<OrganisationRole, { text: string; hint: string }> = {
  clinic: { text: 'Clinic', hint: 'Refers patients' },
  donor: { text: 'Donor', hint: 'Gives devices' },
  support_partner: { text: 'Support partner', hint: 'Its people ring and visit patients' },
  connectivity_provider: { text: 'Connectivity provider', hint: 'Gives mobile data' },
  repairer: { text: 'Repairer', hint: 'Mends devices' },
  access_point: { text: 'Access point', hint: 'A library or drop-in with shared kit' },
};
const roleChoices = organisationRoles.map((value) => ({ value, ...roleTexts[value] }));

/** What else settings hold of a clinic, each on a page of its own. */
const sections: {
  path: string;
  text: string;
  /** What the list calls it, beside the name of the clinic. */
  short: string;
  about: string;
  action: Action;
  counted: (organisation: Organisation) => string;
}[] = [
  {
    path: 'keys',
    text: 'API keys',
    short: 'keys',
    about: 'With which its own system sends referrals',
    action: 'clinics.manage',
    counted: ({ validKeys }) => count(validKeys, 'key'),
  },
  {
    path: 'form-links',
    text: 'Links to the referral form',
    short: 'form links',
    about: 'For teams without a system of their own',
    action: 'clinics.read',
    counted: ({ formLinks }) => count(formLinks, 'link'),
  },
  {
    path: 'webhooks',
    text: 'Webhooks',
    short: 'webhooks',
    about: 'Where its system is told of changes',
    action: 'clinics.read',
    counted: ({ webhooks }) => count(webhooks, 'endpoint'),
  },
];

/** /settings/clinics: clinics and other organisations, and one of them with all that settings hold of it. */
export function clinicPages(app: App, deps: Deps): void {
  const manage = { action: 'clinics.manage' } as const;
  listFile(app, deps, {
    path: '/settings/clinics',
    name: 'organisations',
    query: OrganisationQuery,
    list: (query) => listOrganisations(deps.db, query),
    count: (query) => countOrganisations(deps.db, query),
    columns: {
      Name: ({ name }) => name,
      'What it is': ({ roles }) => roles.map((role) => roleTexts[role].text).join(', '),
      'ODS code': ({ odsCode }) => odsCode,
      'Open referrals': ({ openReferrals }) => openReferrals,
      'Taken over by': ({ succeededBy }) => succeededBy?.name,
    },
  });

  formPage(app, '/settings/clinics', {
    ...manage,
    reads: 'clinics.read',
    querystring: OrganisationQuery,
    view: 'scheme/organisations/views/clinics.njk',
    show: (form = newForm({ roles: 'clinic' }), { query, ctx }) => listView(query, form, ctx.actor),
    async take(typed, { ctx }) {
      const { id, name } = await createOrganisation(deps, ctx, fields(NewOrganisation, typed, words));
      return { href: `/settings/clinics/${id}`, text: `${name} is added.` };
    },
  });

  const one = { ...manage, params: idParams, view: 'scheme/organisations/views/clinic.njk' };
  formPage(app, '/settings/clinics/:id', {
    ...one,
    reads: 'clinics.read',
    show: (form, { params }) => oneView(params.id, form),
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const { odsCode = null, dutyContact = null, ...rest } = fields(NewOrganisation, typed, words);
      const change = { ...rest, odsCode, dutyContact };
      const { name } = await changeOrganisation(deps, { ...ctx, ifMatch: String(version) }, id, change);
      return { href: `/settings/clinics/${id}`, text: `${name} is saved.` };
    },
  });

  submit(app, '/settings/clinics/:id/successions', {
    ...one,
    prefix: 'succession',
    show: (form, { params }) => oneView(params.id, undefined, form),
    async take(typed, { ctx, params: { id } }) {
      const succession = fields(NewSuccession, typed, words);
      const { name, succeededBy } = await succeedOrganisation(deps, ctx, id, succession);
      return {
        href: `/settings/clinics/${id}`,
        text: `${succeededBy?.name} has taken over ${name}.`,
        link: { href: `/settings/clinics/${succeededBy?.id}`, text: succeededBy?.name ?? '' },
      };
    },
  });

  async function listView(query: OrganisationQuery, form: Form, actor: Actor) {
    const { role, name, dutyContact } = query;
    const filters = { ...(role && { role }), ...(name && { name }), ...(dutyContact && { dutyContact }) };
    const [list, found] = await Promise.all([
      listOrganisations(deps.db, query),
      countOrganisations(deps.db, query),
    ]);
    return {
      ...list,
      count: found,
      filters,
      query: new URLSearchParams(filters).toString(),
      after: query.after,
      roleChoices,
      roleTexts,
      // Each one step from the name of a clinic.
      sections: sections.filter(({ action }) => may(actor, action)),
      form,
    };
  }

  /** `sent`, `successionSent`: the form that was refused, if any. */
  async function oneView(id: string, sent?: Form, successionSent?: Form) {
    const [organisation, clinics] = await Promise.all([getOrganisation(deps.db, id), listClinics(deps.db)]);
    const { dutyContact, roles } = organisation;
    const kept: Typed = {
      name: organisation.name,
      roles,
      odsCode: organisation.odsCode ?? '',
      'dutyContact.name': dutyContact?.name ?? '',
      'dutyContact.phone': dutyContact?.phone ?? '',
      'dutyContact.email': dutyContact?.email ?? '',
    };
    const form = besideTheOther(sent, kept);
    return {
      organisation,
      version: versionToSend(form, etagOf(id, organisation.changedAt)),
      roleChoices,
      roleTexts,
      sections: roles.includes('clinic')
        ? sections.map(({ counted, ...section }) => ({ ...section, counted: counted(organisation) }))
        : [],
      others: clinics.filter((clinic) => clinic.id !== id),
      form: successionSent ?? form,
      fieldsForm: form,
      successionForm: successionSent ?? { ...newForm(), prefix: 'succession' },
    };
  }
}
