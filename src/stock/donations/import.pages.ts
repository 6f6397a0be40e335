import { listDonors, listLocations } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { sheetPages } from '../../web/sheet-pages.ts';
import { kindsToType } from '../devices/device-kinds.rules.ts';
import type { ImportLine } from './import.rules.ts';
import { previewView } from './import-preview.view.ts';
import { donationSheet, readImportForm } from './import-sheet.commands.ts';

/** /donations/import: a donor's spreadsheet, judged line by line before anything is saved. */
export function importPages(app: App, deps: Deps): void {
  sheetPages(app, deps, {
    path: '/donations/import',
    kind: donationSheet,
    readForm: (typed) => readImportForm(deps, typed),
    views: {
      first: 'stock/donations/views/import.njk',
      lines: 'stock/donations/views/import-preview.njk',
    },
    start: () => ({ receivedOn: today(deps.clock) }),
    async formView(form) {
      const [donors, locations] = await Promise.all([listDonors(deps.db), listLocations(deps.db)]);
      return { form, donors, locations, kinds: kindsToType() };
    },
    verdictsView: ({ lines }, shown: ImportLine[]) => previewView(lines, shown),
  });
}
