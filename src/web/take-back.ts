import type { Static } from 'typebox';
import type { Action } from '../access/permissions.ts';
import type { App } from '../shared/http.ts';
import { idParams } from '../shared/http.ts';
import { TakingBack } from '../shared/taking-back.ts';
import { fields } from './forms.ts';
import { type After, type AskedOne, formPage } from './submit.ts';

/** What is to be taken back, as its page says it. */
export type ToTakeBack = {
  /** What it is, after “Take back”. */
  what: string;
  /** Whose it is or where it stands. */
  caption: string;
  /** What happens with it. */
  text: string;
  back: { href: string; text: string };
  /** What else is said to be a mistake in the same step, if anything: a box to tick. */
  also?: { name: string; label: string; value: string; text: string; hint?: string } | undefined;
  /** Why it cannot be taken back, in place of the form. */
  why?: string | undefined;
};

type TakeBackPage<Body extends typeof TakingBack> = {
  action: Action;
  show(asked: AskedOne): Promise<ToTakeBack>;
  /** What is sent, where that is more than the reason. */
  schema?: Body;
  take(given: Static<Body>, asked: AskedOne): Promise<After>;
};

/** A page on which one thing that was recorded by mistake is taken back, with a reason. */
export function takeBackPage<Body extends typeof TakingBack = typeof TakingBack>(
  app: App,
  path: string,
  { action, show, schema, take }: TakeBackPage<Body>,
): void {
  formPage(app, path, {
    action,
    params: idParams,
    view: 'web/views/take-back.njk',
    show: async (_form, asked) => ({ ...(await show(asked)), path: path.replace(':id', asked.params.id) }),
    take: (typed, asked) =>
      take(
        fields(schema ?? TakingBack, typed, { reason: 'Enter why it was a mistake' }) as Static<Body>,
        asked,
      ),
  });
}
