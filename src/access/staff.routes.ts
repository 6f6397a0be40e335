import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies, sendPage } from '../shared/http.ts';
import { linkAddress } from '../shared/link-address.ts';
import { addPasswordLink } from './password-link.commands.ts';
import { revokeSessions } from './session.commands.ts';
import { addStaff, changeStaff, restoreStaff, suspendStaff } from './staff.commands.ts';
import { getStaff, listStaff } from './staff.queries.ts';
import { NewStaff, PasswordLink, Staff, StaffChange, StaffList, StaffQuery } from './staff.schemas.ts';

const tags = ['Staff'];

/** /staff: who works with Lendwell, how they get in, and what supporters have time for. */
export function staffRoutes(app: App, deps: Deps): void {
  const read = { config: { action: 'staff.read' } } as const;
  const manage = { config: { action: 'staff.manage' } } as const;

  app.get(
    '/staff',
    {
      ...read,
      schema: {
        operationId: 'listStaff',
        summary: 'Who works with Lendwell, by name',
        tags,
        querystring: StaffQuery,
        response: { 200: StaffList },
      },
    },
    (request, reply) => sendPage(request, reply, listStaff(deps, request.query)),
  );

  app.post(
    '/staff',
    {
      ...manage,
      schema: {
        operationId: 'addStaff',
        summary: 'Add a member of staff, who sets their password by a link',
        tags,
        body: NewStaff,
        response: { 201: Staff, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const { id } = await addStaff(deps, request.ctx, request.body);
      const person = await getStaff(deps, deps.db, id);
      return reply
        .code(201)
        .header('location', `/api/v1/staff/${id}`)
        .header('etag', etagOf(id, person.changedAt))
        .send(person);
    },
  );

  app.get(
    '/staff/:id',
    {
      ...read,
      schema: {
        operationId: 'getStaff',
        summary: 'One member of staff',
        tags,
        params: idParams,
        response: { 200: Staff, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const person = await getStaff(deps, deps.db, request.params.id);
      return reply.header('etag', etagOf(person.id, person.changedAt)).send(person);
    },
  );

  app.patch(
    '/staff/:id',
    {
      ...manage,
      schema: {
        operationId: 'changeStaff',
        summary: 'Change a member of staff; another role counts at once',
        tags,
        params: idParams,
        headers: ifMatch,
        body: StaffChange,
        response: {
          200: Staff,
          ...problemReplies(
            'not-found',
            'invalid',
            'name-in-use',
            'staff-change-refused',
            'if-match-required',
            'changed-meanwhile',
          ),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const person = await changeStaff(deps, request.ctx, id, request.body, request.headers['if-match']);
      return reply.header('etag', etagOf(id, person.changedAt)).send(person);
    },
  );

  app.post(
    '/staff/:id/suspensions',
    {
      ...manage,
      schema: {
        operationId: 'suspendStaff',
        summary: 'Suspend a member of staff; their sessions end and their follow-ups become nobody’s',
        tags,
        params: idParams,
        response: { 201: Staff, ...problemReplies('not-found', 'staff-change-refused') },
      },
    },
    async (request, reply) => reply.code(201).send(await suspendStaff(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/staff/:id/restorations',
    {
      ...manage,
      schema: {
        operationId: 'restoreStaff',
        summary: 'Let a suspended member of staff in again',
        tags,
        params: idParams,
        response: { 201: Staff, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => reply.code(201).send(await restoreStaff(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/staff/:id/password-links',
    {
      ...manage,
      schema: {
        operationId: 'addPasswordLink',
        summary: 'Make a link by which they set their password; shown once, earlier ones stop',
        tags,
        params: idParams,
        response: { 201: PasswordLink, ...problemReplies('not-found', 'conflict') },
      },
    },
    async (request, reply) => {
      const { token, expiresAt } = await addPasswordLink(deps, request.ctx, request.params.id);
      const url = token ? linkAddress(deps, request, `/password/${token}`) : null;
      return reply.code(201).send({ url, expiresAt });
    },
  );

  app.post(
    '/staff/:id/session-ends',
    {
      ...manage,
      schema: {
        operationId: 'endStaffSessions',
        summary: 'Sign a member of staff out everywhere',
        tags,
        params: idParams,
        response: { 201: Type.Object({ count: Type.Integer() }), ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id } = await getStaff(deps, deps.db, request.params.id);
      return reply.code(201).send(await revokeSessions(deps, request.ctx, id));
    },
  );
}
