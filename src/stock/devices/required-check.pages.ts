import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { getRequiredChecks, type RequiredChecks } from './check.queries.ts';
import { type RequiredChecksChanged, RequiredChecksForm } from './check.schemas.ts';
import { checkKinds, deviceKinds } from './device.rules.ts';
import { changeRequiredChecks, etagOfChecks } from './required-check.commands.ts';

const words = Object.fromEntries(
  deviceKinds.map((kind) => [
    `checks.${kind}`,
    'Choose at least one check. Without one nothing shows that it is safe',
  ]),
);

const noneTicked: Typed = Object.fromEntries(deviceKinds.map((kind) => [`checks.${kind}`, '']));
const typedOf = (checks: RequiredChecks): Typed =>
  Object.fromEntries(deviceKinds.map((kind) => [`checks.${kind}`, checks[kind]]));
const view = 'stock/devices/views/required-checks.njk';
const choices = { kinds: deviceKinds, checkKinds };

/** /settings/checks: which checks each kind of device needs before it may be lent. */
export function requiredCheckPages(app: App, deps: Deps): void {
  app.get('/settings/checks', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const checks = await getRequiredChecks(deps.db);
    return reply.page(view, {
      ...choices,
      checks,
      form: newForm(typedOf(checks)),
      version: etagOfChecks(checks),
    });
  });

  app.post('/settings/checks', { config: { action: 'settings.change' } }, async (request, reply) => {
    const typed = { ...noneTicked, ...typedIn(request.body) };
    const seen = String(typed.version ?? '');
    try {
      const changed = await changeRequiredChecks(
        deps,
        request.ctx,
        fields(RequiredChecksForm, typed, words),
        seen,
      );
      return reply.done('/settings/checks', { text: whatHappened(changed) });
    } catch (error) {
      const checks = await getRequiredChecks(deps.db);
      const form = besideTheOther(refused(typed, error), typedOf(checks));
      const version = versionToSend(form, seen, etagOfChecks(checks));
      return reply.code(form.status).page(view, { ...choices, checks, form, version });
    }
  });
}

function whatHappened({ sentBack, madeReady, held }: RequiredChecksChanged): string {
  return [
    'The checks are saved.',
    ...(sentBack ? [`${count(sentBack, 'ready device')} went back to preparation.`] : []),
    ...(madeReady ? [`${count(madeReady, 'device')} became ready.`] : []),
    ...(held
      ? [
          `${count(held, 'device')} held for someone must be checked before going out: there is a task for each.`,
        ]
      : []),
  ].join(' ');
}
