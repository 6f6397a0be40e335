import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { getRequiredChecks, type RequiredChecks } from './check.queries.ts';
import { type RequiredChecksChanged, RequiredChecksForm } from './check.schemas.ts';
import { checksFor, deviceKinds } from './device.rules.ts';
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

/** /settings/checks: which checks each kind of device needs before it may be lent. */
export function requiredCheckPages(app: App, deps: Deps): void {
  formPage(app, '/settings/checks', {
    reads: 'settings.read',
    action: 'settings.change',
    view: 'stock/devices/views/required-checks.njk',
    async show(sent) {
      const checks = await getRequiredChecks(deps.db);
      const typed = sent && { ...sent, typed: { ...noneTicked, ...sent.typed } };
      const form = besideTheOther(typed, typedOf(checks));
      const version = versionToSend(form, etagOfChecks(checks));
      return { checks, form, version, kinds: deviceKinds, checksFor };
    },
    async take(typed, { ctx }) {
      const change = fields(RequiredChecksForm, { ...noneTicked, ...typed }, words);
      const changed = await changeRequiredChecks(
        deps,
        { ...ctx, ifMatch: String(typed.version ?? '') },
        change,
      );
      return { href: '/settings/checks', text: whatHappened(changed) };
    },
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
