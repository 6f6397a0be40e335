import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { fitDataPlan } from './data-plan.commands.ts';
import { DataPlanFitted, NewDataPlan } from './data-plan.schemas.ts';

/** POST /devices/{id}/data-plans. */
export function dataPlanRoutes(app: App, deps: Deps): void {
  app.post(
    '/devices/:id/data-plans',
    {
      config: { action: 'devices.fit-data' },
      schema: {
        operationId: 'fitDataPlan',
        summary: 'Fit a SIM with its data plan to a device',
        tags: ['Data plans'],
        params: idParams,
        body: NewDataPlan,
        response: {
          201: DataPlanFitted,
          ...problemReplies('not-found', 'invalid', 'data-plan-in-use', 'device-move-refused'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await fitDataPlan(deps, request.ctx, request.params.id, request.body)),
  );
}
