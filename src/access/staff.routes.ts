import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { linkAddress } from '../shared/link-address.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { resetFactors } from './factor.commands.ts';
import { workOf } from './giving-on.view.ts';
import { addPasswordLink } from './password-link.commands.ts';
import { secondPersonRoutes } from './second-person.routes.ts';
import { revokeSessions } from './session.commands.ts';
import { releaseAccount } from './sign-in.commands.ts';
import { signInPolicyRoutes } from './sign-in-policy.routes.ts';
import { addStaff, changeStaff, restoreStaff, suspendStaff } from './staff.commands.ts';
import { getStaff, listStaff } from './staff.queries.ts';
import {
  NewStaff,
  NewSuspension,
  PasswordLink,
  Staff,
  StaffChange,
  StaffList,
  StaffQuery,
  StaffWork,
} from './staff.schemas.ts';

const tags = ['Staff'];

/** /staff: who works with Lendwell, how they get in, and what supporters have time for. */
export function staffRoutes(app: App, deps: Deps): void {
  signInPolicyRoutes(app, deps);
  secondPersonRoutes(app, deps);

  lists(app, '/staff', {
    action: 'staff.read',
    operationId: 'listStaff',
    summary: 'Who works with Lendwell, by name',
    tags,
    querystring: StaffQuery,
    gives: StaffList,
    call: ({ query }) => listStaff(deps, query),
  });

  creates(app, '/staff', {
    action: 'staff.manage',
    operationId: 'addStaff',
    summary: 'Add a member of staff, who sets their password by a link',
    tags,
    body: NewStaff,
    gives: Staff,
    problems: ['invalid', 'name-in-use'],
    async call({ ctx, body }) {
      const { id } = await addStaff(deps, ctx, body);
      return getStaff(deps, deps.db, id);
    },
    etag: (person) => etagOf(person.id, person.changedAt),
    location: (person) => `/staff/${person.id}`,
  });

  reads(app, '/staff/:id', {
    action: 'staff.read',
    operationId: 'getStaff',
    summary: 'One member of staff',
    tags,
    params: idParams,
    gives: Staff,
    problems: ['not-found'],
    call: ({ params }) => getStaff(deps, deps.db, params.id),
    etag: (person) => etagOf(person.id, person.changedAt),
  });

  changes(app, '/staff/:id', {
    action: 'staff.manage',
    operationId: 'changeStaff',
    summary: 'Change a member of staff; another role counts at once',
    description: 'With a role that may no longer do what is theirs it goes to someone, or is nobody’s.',
    tags,
    params: idParams,
    versioned: true,
    body: StaffChange,
    gives: Staff,
    problems: ['not-found', 'invalid', 'name-in-use', 'staff-change-refused', 'second-person-required'],
    call: ({ ctx, params: { id }, body }) => changeStaff(deps, ctx, id, body),
    etag: (person) => etagOf(person.id, person.changedAt),
  });

  reads(app, '/staff/:id/work', {
    action: 'staff.read',
    operationId: 'getStaffWork',
    summary: 'What is a member of staff’s to do now, counted',
    tags,
    params: idParams,
    gives: StaffWork,
    problems: ['not-found'],
    async call({ params }) {
      const { id } = await getStaff(deps, deps.db, params.id);
      return workOf(deps, id);
    },
  });

  creates(app, '/staff/:id/suspensions', {
    action: 'staff.manage',
    operationId: 'suspendStaff',
    summary:
      'Suspend a member of staff; their sessions end, and what is theirs goes to someone or is nobody’s',
    description:
      'Suspended twice is suspended; what is theirs still is given on. See `GET /staff/{id}/work` for what that is.',
    tags,
    params: idParams,
    body: NewSuspension,
    gives: Staff,
    problems: ['not-found', 'invalid', 'staff-change-refused'],
    call: ({ ctx, params, body }) => suspendStaff(deps, ctx, params.id, body ?? {}),
  });

  creates(app, '/staff/:id/restorations', {
    action: 'staff.manage',
    operationId: 'restoreStaff',
    summary: 'Let a suspended member of staff in again',
    tags,
    params: idParams,
    gives: Staff,
    problems: ['not-found'],
    call: ({ ctx, params }) => restoreStaff(deps, ctx, params.id),
  });

  creates(app, '/staff/:id/password-links', {
    action: 'staff.manage',
    operationId: 'addPasswordLink',
    summary: 'Make a link by which they set their password; shown once, earlier ones stop',
    tags,
    params: idParams,
    gives: PasswordLink,
    problems: ['not-found', 'conflict', 'second-person-required'],
    async call(request) {
      const { token, expiresAt } = await addPasswordLink(deps, request.ctx, request.params.id);
      const url = token ? linkAddress(deps, request, `/password/${token}`) : null;
      return { url, expiresAt };
    },
  });

  creates(app, '/staff/:id/factor-resets', {
    action: 'staff.reset-factors',
    operationId: 'resetStaffFactors',
    summary:
      'Take away the second steps of someone who lost theirs; they set up new ones when they next sign in',
    tags,
    params: idParams,
    gives: Staff,
    problems: ['not-found', 'conflict', 'second-person-required'],
    async call({ ctx, params }) {
      await resetFactors(deps, ctx, params.id);
      return getStaff(deps, deps.db, params.id);
    },
  });

  creates(app, '/staff/:id/sign-in-releases', {
    action: 'staff.manage',
    operationId: 'releaseStaffSignIn',
    summary: 'End the wait of an account after wrong passwords',
    tags,
    params: idParams,
    gives: Type.Object({
      hadWaited: Type.Boolean({ description: 'Whether there had been wrong passwords' }),
    }),
    problems: ['not-found'],
    call: ({ ctx, params }) => releaseAccount(deps, ctx, params.id),
  });

  creates(app, '/staff/:id/session-ends', {
    action: 'staff.manage',
    operationId: 'endStaffSessions',
    summary: 'Sign a member of staff out everywhere',
    tags,
    params: idParams,
    gives: Type.Object({ count: Type.Integer() }),
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { id } = await getStaff(deps, deps.db, params.id);
      return revokeSessions(deps, ctx, id);
    },
  });
}
