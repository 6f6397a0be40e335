import { listSupportPartners } from '../scheme/organisations/organisation.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { type App, idParams } from '../shared/http.ts';
import { linkAddress } from '../shared/link-address.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { resetFactors } from './factor.commands.ts';
import { givenIn, givingView, whatBecame, workOf } from './giving-on.view.ts';
import { unlinkIdentities } from './identity.commands.ts';
import { addPasswordLink } from './password-link.commands.ts';
import { may } from './permissions.ts';
import { accountProposalPages } from './proposal.pages.ts';
import { listProposals } from './proposal.queries.ts';
import { revokeSessions } from './session.commands.ts';
import { hasTries, releaseAccount } from './sign-in.commands.ts';
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
const personPage = 'access/views/staff-form.njk';

/** /settings/staff: who works with Lendwell, how they get in, and what supporters have time for. */
export function staffPages(app: App, deps: Deps): void {
  accountProposalPages(app, deps);
  const read = { config: { action: 'staff.read' } } as const;
  const manage = { action: 'staff.manage' } as const;
  const one = { ...manage, params: idParams } as const;

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
      proposals: may(request.ctx.actor, 'staff.manage') ? await listProposals(deps.db) : [],
      today: today(deps.clock),
    });
  });

  formPage(app, '/settings/staff/new', {
    ...manage,
    view: personPage,
    show: (form = newForm()) => formView(form),
    async take(typed, { ctx }) {
      const { id } = await addStaff(deps, ctx, fields(NewStaff, typed, words));
      return {
        href: `/settings/staff/${id}`,
        text: 'The account is made. Make a link now, by which they set their password.',
      };
    },
  });

  app.get('/settings/staff/:id', { ...read, schema: { params: idParams } }, async (request, reply) => {
    const person = await getStaff(deps, deps.db, request.params.id);
    const [events, work] = await Promise.all([
      timelineOf(deps.db, person.id, { limit: 20 }),
      workOf(deps, person.id),
    ]);
    return reply.page(onePage, {
      person,
      hasWork: Boolean(work.referrals || work.followUps || work.dropIns),
      about: roleAbout[person.role],
      waits: await hasTries(deps, person.email),
      isSelf: person.id === request.ctx.actor.id,
      isDbsOver: person.dbsCountsUntil !== null && person.dbsCountsUntil < today(deps.clock),
      timeline: timelineLines(events.items, person.id, request.ctx.actor),
    });
  });

  formPage(app, '/settings/staff/:id/change', {
    ...one,
    view: personPage,
    async show(sent, { params }) {
      const person = await getStaff(deps, deps.db, params.id);
      const form = besideTheOther(sent, typedOf(person));
      return { ...(await formView(form, person)), ...(await givingView(deps, person)) };
    },
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const none = { organisationId: null, weeklyMinutes: null, dbsCheckedOn: null };
      const change = { ...none, ...fields(NewStaff, typed, words), ...givenIn(typed) };
      const { name } = await changeStaff(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      return { href: `/settings/staff/${id}`, text: `${name} is saved.` };
    },
  });

  formPage(app, '/settings/staff/:id/suspensions', {
    ...one,
    view: 'access/views/suspend.njk',
    async show(form = newForm(), { params }) {
      const person = await getStaff(deps, deps.db, params.id);
      return { form, person, ...(await givingView(deps, person)) };
    },
    async take(typed, { ctx, params }) {
      const before = await workOf(deps, params.id);
      const given = givenIn(typed);
      const { id, name } = await suspendStaff(deps, ctx, params.id, given);
      const text = `${name} is suspended and signed out. ${whatBecame(before, given)}`.trim();
      return { href: `/settings/staff/${id}`, text };
    },
  });
  submit(app, '/settings/staff/:id/restorations', {
    ...one,
    async take(_typed, { ctx, params }) {
      const { id, name } = await restoreStaff(deps, ctx, params.id);
      return { href: `/settings/staff/${id}`, text: `${name} may sign in again.` };
    },
  });
  submit(app, '/settings/staff/:id/session-ends', {
    ...one,
    async take(_typed, { ctx, params }) {
      const { id, name } = await getStaff(deps, deps.db, params.id);
      await revokeSessions(deps, ctx, id);
      return { href: `/settings/staff/${id}`, text: `${name} is signed out everywhere.` };
    },
  });
  submit(app, '/settings/staff/:id/factor-resets', {
    action: 'staff.reset-factors',
    params: idParams,
    async take(_typed, { ctx, params }) {
      await resetFactors(deps, ctx, params.id);
      const { id, name } = await getStaff(deps, deps.db, params.id);
      return {
        href: `/settings/staff/${id}`,
        text: `${name} sets up a new second step when they next sign in. They are told by email.`,
      };
    },
  });
  submit(app, '/settings/staff/:id/identity-removals', {
    ...one,
    async take(_typed, { ctx, params }) {
      await unlinkIdentities(deps, ctx, params.id);
      const { id, name } = await getStaff(deps, deps.db, params.id);
      return {
        href: `/settings/staff/${id}`,
        text: `${name} cannot come in with their work account any more.`,
      };
    },
  });
  submit(app, '/settings/staff/:id/sign-in-releases', {
    ...one,
    async take(_typed, { ctx, params }) {
      await releaseAccount(deps, ctx, params.id);
      const { id, name } = await getStaff(deps, deps.db, params.id);
      return { href: `/settings/staff/${id}`, text: `${name} need not wait any more.` };
    },
  });
  submit(app, '/settings/staff/:id/password-links', {
    ...one,
    async take(_typed, request, reply) {
      const { token, expiresAt } = await addPasswordLink(deps, request.ctx, request.params.id);
      const person = await getStaff(deps, deps.db, request.params.id);
      const url = token && linkAddress(deps, request, `/password/${token}`);
      return reply.code(201).page('access/views/password-link.njk', { person, url, expiresAt });
    },
  });

  async function formView(form: Form, person?: Staff) {
    const partners = await listSupportPartners(deps.db);
    return {
      form,
      person,
      version: person && versionToSend(form, etagOf(person.id, person.changedAt)),
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
