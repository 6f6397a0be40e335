import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, reads } from '../../shared/routes.ts';
import { TakingBack } from '../../shared/taking-back.ts';
import { recordCheckBatch } from './check.commands.ts';
import { getRequiredChecks } from './check.queries.ts';
import {
  CheckBatchRecorded,
  NewCheckBatch,
  RequiredChecks,
  RequiredChecksChange,
  RequiredChecksChanged,
} from './check.schemas.ts';
import { takeBackCheck } from './check-back.commands.ts';
import { CheckTakenBack } from './check-back.schemas.ts';
import { changeRequiredChecks, etagOfChecks } from './required-check.commands.ts';

const tags = ['Devices'];

/** /required-checks: what each kind of device has to pass. /check-batches: checks of many devices at once. /checks: one that was a mistake. */
export function checkRoutes(app: App, deps: Deps): void {
  reads(app, '/required-checks', {
    action: 'settings.read',
    operationId: 'getRequiredChecks',
    summary: 'The checks that each kind of device has to pass before it is ready',
    tags,
    gives: RequiredChecks,
    call: async () => ({ checks: await getRequiredChecks(deps.db) }),
    etag: ({ checks }) => etagOfChecks(checks),
  });

  changes(app, '/required-checks', {
    action: 'settings.change',
    operationId: 'changeRequiredChecks',
    summary: 'Change the checks of the kinds named; devices move with it in the same step',
    tags,
    versioned: true,
    body: RequiredChecksChange,
    gives: RequiredChecksChanged,
    problems: ['invalid'],
    call: ({ ctx, body }) => changeRequiredChecks(deps, ctx, body),
    etag: (changed) => etagOfChecks(changed.checks),
  });

  creates(app, '/check-batches', {
    action: 'devices.prepare',
    operationId: 'recordCheckBatch',
    summary: 'Record checks of many devices, all or none',
    tags,
    body: NewCheckBatch,
    gives: CheckBatchRecorded,
    problems: ['invalid', 'bulk-refused'],
    call: ({ ctx, body }) => recordCheckBatch(deps, ctx, body),
  });

  creates(app, '/checks/:id/takings-back', {
    action: 'devices.prepare',
    operationId: 'takeBackCheck',
    summary: 'Take back a check that was recorded by mistake, until the device went out with it',
    tags,
    params: idParams,
    body: TakingBack,
    gives: CheckTakenBack,
    problems: ['not-found', 'invalid', 'not-allowed', 'taking-back-refused'],
    call: ({ ctx, params, body }) => takeBackCheck(deps, ctx, params.id, body),
  });
}
