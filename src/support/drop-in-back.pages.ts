import { logAccess } from '../people/look.queries.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { date } from '../shared/formats.ts';
import type { App } from '../shared/http.ts';
import { takeBackPage } from '../web/take-back.ts';
import { getDropIn } from './drop-in.queries.ts';
import { takeBackAttendance, takeBackDropIn, whyTooLate } from './drop-in-back.commands.ts';
import { getAttendance, lateOfDropIn } from './drop-in-back.queries.ts';
import { theirNumber } from './drop-in-back.rules.ts';
import { DropInTakingBack } from './drop-in-back.schemas.ts';

const action = 'drop-ins.record';

/** /drop-ins/:id/takings-back, /drop-in-people/:id/takings-back: what was written down of a drop-in by mistake. */
export function dropInBackPages(app: App, deps: Deps): void {
  takeBackPage(app, '/drop-ins/:id/takings-back', {
    action,
    schema: DropInTakingBack,
    async show({ ctx, params: { id } }) {
      const [{ place, heldOn, known, tallied, takenBack }, late] = await Promise.all([
        getDropIn(deps, deps.db, ctx.actor, id),
        lateOfDropIn(deps.db, id, timestamp(deps.clock)),
      ]);
      return {
        what: 'the drop-in',
        caption: `${place.name}, ${date(heldOn)}`,
        text: tallied
          ? `It will count nowhere, nor will who came, ${tallied} of them tallied without a name.`
          : 'It will count nowhere, nor will who came.',
        back: { href: `/drop-ins/${id}`, text: place.name },
        also: known
          ? {
              name: 'people',
              label: 'Who came',
              value: String(known),
              text: `And the ${theirNumber(known)}`,
            }
          : undefined,
        why: takenBack ? 'This drop-in is taken back already.' : whyTooLate(ctx.actor, late),
      };
    },
    async take(given, { ctx, params: { id } }) {
      const { place } = await takeBackDropIn(deps, ctx, id, given);
      return {
        href: `/drop-ins/${id}`,
        text: `The drop-in at ${place.name} is taken back as recorded by mistake.`,
        link: { href: '/drop-ins/new', text: 'Add a drop-in' },
      };
    },
  });

  takeBackPage(app, '/drop-in-people/:id/takings-back', {
    action,
    async show({ ctx, params: { id } }) {
      const attendance = await getAttendance(deps.db, ctx.actor, id, timestamp(deps.clock));
      const { patient, place, heldOn, dropInId } = attendance;
      await logAccess(deps, ctx, patient.id, 'drop_in');
      return {
        what: 'that they came',
        caption: `${patient.name}, ${place}, ${date(heldOn)}`,
        text: 'It will count nowhere.',
        back: { href: `/drop-ins/${dropInId}`, text: place },
        why: attendance.isTakenBack
          ? 'That they came is taken back already.'
          : whyTooLate(ctx.actor, attendance),
      };
    },
    async take(given, { ctx, params }) {
      const { id } = await takeBackAttendance(deps, ctx, params.id, given);
      return {
        href: `/drop-ins/${id}`,
        text: 'It is taken back. Write down who came, where it was someone else.',
      };
    },
  });
}
