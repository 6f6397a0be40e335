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
};

type TakeBackPage = {
  action: Action;
  show(asked: AskedOne): Promise<ToTakeBack>;
  take(given: TakingBack, asked: AskedOne): Promise<After>;
};

/** A page on which one thing that was recorded by mistake is taken back, with a reason. */
export function takeBackPage(app: App, path: string, { action, show, take }: TakeBackPage): void {
  formPage(app, path, {
    action,
    params: idParams,
    view: 'web/views/take-back.njk',
    show: async (_form, asked) => ({ ...(await show(asked)), path: path.replace(':id', asked.params.id) }),
    take: (typed, asked) => take(fields(TakingBack, typed, { reason: 'Enter why it was a mistake' }), asked),
  });
}
