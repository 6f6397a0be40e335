import type { Deps } from '../../shared/deps.ts';
import { date, inWords } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { takeBackPage } from '../../web/take-back.ts';
import { takeBackCheck } from './check-back.commands.ts';
import { getCheck } from './check-back.queries.ts';

/** /checks/:id/takings-back: a check that was recorded by mistake. */
export function checkBackPages(app: App, deps: Deps): void {
  takeBackPage(app, '/checks/:id/takings-back', {
    action: 'devices.prepare',
    async show({ params }) {
      const { kind, result, performedOn, performedBy, device } = await getCheck(deps.db, params.id);
      return {
        what: `the ${inWords(kind).toLowerCase()} check`,
        caption: device.assetTag,
        text: `It ${result === 'pass' ? 'passed' : 'failed'} on ${date(performedOn)}, done by ${performedBy}. It will count for nothing, and the device goes where its other checks say.`,
        back: { href: `/devices/${device.id}`, text: device.assetTag },
      };
    },
    async take(given, { ctx, params }) {
      const { kind, device } = await takeBackCheck(deps, ctx, params.id, given);
      const next =
        device.status === 'ready'
          ? ' The device is ready to lend.'
          : device.openChecks.length
            ? ` Still to do: ${device.openChecks.map(inWords).join(', ').toLowerCase()}.`
            : '';
      return { href: `/devices/${device.id}`, text: `${inWords(kind)} check taken back.${next}` };
    },
  });
}
