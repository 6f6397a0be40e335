import { listSupportPartners } from '../scheme/organisations/organisation.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { type App, idParams } from '../shared/http.ts';
import { linkAddress } from '../shared/link-address.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { addPasswordLink } from './password-link.commands.ts';
import { revokeSessions } from './session.commands.ts';
import { addStaff, changeStaff, restoreStaff, suspendStaff } from './staff.commands.ts';
import { getStaff, listStaff } from './staff.queries.ts';
import { roleAbout, staffRoles } from './staff.rules.ts';
import { NewStaff, type Staff, StaffQuery, staffStatuses } from './staff.schemas.ts';

const words = {
  name: 'Enter their name',
  email: 'Enter an email address, like name@example.org',
  role: 'Choose what they do',
  weeklyMinutes: 'Enter a number of minutes, or nothing',
};
const onePage = 'access/views/staff.njk';
const formPage = 'access/views/staff-form.njk';

/** /settings/staff: who works with Lendwell, how they get in, and what supporters have time for. */
export function staffPages(app: App, deps: Deps): void {
  const read = { config: { action: 'staff.read' } } as const;
  const manage = { config: { action: 'staff.manage' } } as const;
  const one = { schema: { params: idParams } } as const;

  app.get('/settings/staff', { ...read, schema: { querystring: StaffQuery } }, async (request, reply) => {
    const { after, limit: _limit, ...filters } = request.query;
    const { items, next } = await listStaff(deps, request.query);
    return reply.page('access/views/staff-list.njk', {
      items,
      next,
      after,
      filters,
      query: new URLSearchParams(filters).toString(),
      roles: staffRoles,
      statuses: staffStatuses,
      today: today(deps.clock),
    });
  });

  app.get('/settings/staff/new', manage, async (_request, reply) =>
    reply.page(formPage, await formView(newForm())),
  );
  app.post('/settings/staff/new', manage, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { id } = await addStaff(deps, request.ctx, fields(NewStaff, typed, words));
      return reply.done(`/settings/staff/${id}`, {
        text: 'The account is made. Make a link now, by which they set their password.',
      });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(formPage, await formView(form));
    }
  });

  app.get('/settings/staff/:id', { ...read, ...one }, async (request, reply) => {
    const person = await getStaff(deps, deps.db, request.params.id);
    const events = await timelineOf(deps.db, person.id, { limit: 20 });
    return reply.page(onePage, {
      person,
      about: roleAbout[person.role],
      isSelf: person.id === request.ctx.actor.id,
      isDbsOver: person.dbsCountsUntil !== null && person.dbsCountsUntil < today(deps.clock),
      timeline: timelineLines(events.items, person.id, request.ctx.actor),
    });
  });

  app.get('/settings/staff/:id/change', { ...manage, ...one }, async (request, reply) => {
    const person = await getStaff(deps, deps.db, request.params.id);
    return reply.page(formPage, await formView(newForm(typedOf(person)), person));
  });
  app.post('/settings/staff/:id/change', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { version, ...typed } = typedIn(request.body);
    try {
      const none = { organisationId: null, weeklyMinutes: null, dbsCheckedOn: null };
      const change = { ...none, ...fields(NewStaff, typed, words) };
      const { name } = await changeStaff(deps, request.ctx, id, change, String(version ?? ''));
      return reply.done(`/settings/staff/${id}`, { text: `${name} is saved.` });
    } catch (error) {
      const form = refused(typed, error);
      const person = await getStaff(deps, deps.db, id);
      return reply.code(form.status).page(formPage, await formView(form, person, String(version ?? '')));
    }
  });

  app.post('/settings/staff/:id/suspensions', { ...manage, ...one }, async (request, reply) => {
    const { id, name } = await suspendStaff(deps, request.ctx, request.params.id);
    return reply.done(`/settings/staff/${id}`, {
      text: `${name} is suspended and signed out. Follow-ups that were theirs are nobody’s now.`,
      link: { href: '/support?supporter=none', text: 'Give them to someone' },
    });
  });
  app.post('/settings/staff/:id/restorations', { ...manage, ...one }, async (request, reply) => {
    const { id, name } = await restoreStaff(deps, request.ctx, request.params.id);
    return reply.done(`/settings/staff/${id}`, { text: `${name} may sign in again.` });
  });
  app.post('/settings/staff/:id/session-ends', { ...manage, ...one }, async (request, reply) => {
    const { id, name } = await getStaff(deps, deps.db, request.params.id);
    await revokeSessions(deps, request.ctx, id);
    return reply.done(`/settings/staff/${id}`, { text: `${name} is signed out everywhere.` });
  });
  app.post('/settings/staff/:id/password-links', { ...manage, ...one }, async (request, reply) => {
    const { token, expiresAt } = await addPasswordLink(deps, request.ctx, request.params.id);
    const person = await getStaff(deps, deps.db, request.params.id);
    const url = token && linkAddress(deps, request, `/password/${token}`);
    return reply.code(201).page('access/views/password-link.njk', { person, url, expiresAt });
  });

  /** @param seen the version that was seen, where the form was sent */
  async function formView(sent: Form, person?: Staff, seen?: string) {
    const partners = await listSupportPartners(deps.db);
    const form = person ? besideTheOther(sent, typedOf(person)) : sent;
    return {
      form,
      person,
      version: person && versionToSend(form, seen, etagOf(person.id, person.changedAt)),
      roles: staffRoles.map((value) => ({ value, hint: roleAbout[value] })),
      partners: partners.map(({ id, name }) => ({ value: id, text: name })),
    };
  }
}

function typedOf({ name, email, role, organisation, weeklyMinutes, dbsCheckedOn }: Staff): Typed {
  const [year = '', month = '', day = ''] = dbsCheckedOn?.split('-') ?? [];
  return {
    name,
    email,
    role,
    organisationId: organisation?.id ?? '',
    weeklyMinutes: String(weeklyMinutes ?? ''),
    'dbsCheckedOn-day': day && String(Number(day)),
    'dbsCheckedOn-month': month && String(Number(month)),
    'dbsCheckedOn-year': year,
  };
}
