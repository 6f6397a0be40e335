import { count } from '../admin/formats.ts';
import { fields, newForm, refused, type Typed, typedIn } from '../admin/forms.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { getRequiredChecks } from './check.queries.ts';
import { type RequiredChecksChanged, RequiredChecksForm } from './check.schemas.ts';
import { checkKinds, deviceKinds } from './device.rules.ts';
import { changeRequiredChecks, etagOfChecks } from './required-check.commands.ts';

const words = Object.fromEntries(
  deviceKinds.map((kind) => [
    `checks.${kind}`,
    'Choose at least one check. Without one nothing shows that it is safe',
  ]),
);

/** /settings/checks: which checks each kind of device needs before it may be lent. */
export function requiredCheckPages(app: App, deps: Deps): void {
  app.get('/settings/checks', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page('devices/views/required-checks.njk', await view()),
  );

  app.post('/settings/checks', { config: { action: 'settings.change' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const change = fields(RequiredChecksForm, typed, words);
      const changed = await changeRequiredChecks(deps, request.ctx, change, String(typed.version ?? ''));
      return reply.done('/settings/checks', { text: whatHappened(changed) });
    } catch (error) {
      const form = refused(typed, error);
      // Against another's change only what is in force is shown: what was ticked before it would undo it.
      const isStale = form.status === 412;
      if (isStale)
        form.summary = [
          {
            text: 'Someone else has changed the checks since you opened this page. What is ticked now is how they stand; make your change again.',
          },
        ];
      const shown = await view(isStale ? undefined : typed);
      return reply
        .code(form.status)
        .page('devices/views/required-checks.njk', { ...shown, form: { ...form, typed: shown.form.typed } });
    }
  });

  async function view(typed?: Typed) {
    const checks = await getRequiredChecks(deps.db);
    const start = Object.fromEntries(deviceKinds.map((kind) => [`checks.${kind}`, checks[kind]]));
    return {
      checks,
      kinds: deviceKinds,
      checkKinds,
      form: newForm(typed ?? { ...start, version: etagOfChecks(checks) }),
    };
  }
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
