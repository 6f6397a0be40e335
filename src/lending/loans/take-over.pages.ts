import { listDonors } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { kindsToType } from '../../stock/devices/device-kinds.rules.ts';
import { sheetPages } from '../../web/sheet-pages.ts';
import { readTakeOverForm, takeOverSheet } from './take-over-sheet.commands.ts';

/** /loans/take-over: a list of what is already out, judged line by line before anything is saved. */
export function takeOverPages(app: App, deps: Deps): void {
  sheetPages(app, deps, {
    path: '/loans/take-over',
    kind: takeOverSheet,
    readForm: (typed) => readTakeOverForm(deps, typed),
    views: {
      first: 'lending/loans/views/take-over.njk',
      lines: 'lending/loans/views/take-over-preview.njk',
    },
    start: () => ({ receivedOn: today(deps.clock) }),
    formView: async (form) => ({ form, donors: await listDonors(deps.db), kinds: kindsToType() }),
    takesText: true,
  });
}
