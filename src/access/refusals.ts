import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import type { Deps } from '../shared/deps.ts';
import type { ProblemType } from '../shared/problem.ts';
import { noteRefusal, type SecurityNote, writeRefusals } from './security-log.commands.ts';
import { whenceOf } from './whence.ts';

/** Notes in the security log what was refused: keys, roles, forms and too many requests, with where they came from. */
export const refusals = plugin<{ deps: Deps }>(async (app, { deps }) => {
  app.addHook('onResponse', async (request) => {
    const note = request.refusedWith && noteOf(request, request.refusedWith);
    if (!note) return;
    const ctx = { actor: request.ctx?.actor, requestId: request.id, from: whenceOf(request) };
    await noteRefusal(deps, ctx, note);
  });
  app.addHook('onClose', () => writeRefusals(deps));
});

function noteOf(request: FastifyRequest, refusal: ProblemType): SecurityNote | undefined {
  const { actor } = request.ctx ?? {};
  const whose =
    actor?.type === 'staff'
      ? { staffId: actor.id! }
      : actor?.type === 'client'
        ? { clientId: actor.id! }
        : {};
  const { action } = request.routeOptions.config;
  if (refusal === 'not-signed-in') return request.headers.authorization ? { kind: 'key_refused' } : undefined;
  if (refusal === 'not-allowed') return { kind: 'not_allowed', ...whose, about: action };
  if (refusal === 'form-expired') return { kind: 'form_refused', ...whose };
  if (refusal === 'too-many-requests') return { kind: 'rate_limited', ...whose };
  return undefined;
}
