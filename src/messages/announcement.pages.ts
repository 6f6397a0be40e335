import type Type from 'typebox';
import { listClinics } from '../scheme/organisations/organisation.queries.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { listSupporters } from '../support/follow-up.queries.ts';
import { fields, newForm } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { makeAnnouncement, previewAnnouncement } from './announcement.commands.ts';
import { listAnnouncements } from './announcement.queries.ts';
import { audiences, audienceWords } from './announcement.rules.ts';
import { AnnouncementDraft, AnnouncementQuery } from './announcement.schemas.ts';

const view = 'messages/views/announcements.njk';
const words = {
  audience: 'Choose whom it is for',
  identified: 'Enter the text for who chose that messages name the scheme',
  discreet: 'Enter the discreet text',
};
const choices = (named: { id: string; name: string }[]) =>
  named.map(({ id, name }) => ({ value: id, text: name }));

/** /announcements: what changes for many, written, looked at with how many it concerns, and sent. */
export function announcementPages(app: App, deps: Deps): void {
  formPage(app, '/announcements', {
    reads: 'messages.read',
    action: 'announcements.make',
    querystring: AnnouncementQuery,
    view,
    show: (form, { query }) => listView(query, form ?? newForm({ audience: 'on_loan' })),
    async take({ seen, ...typed }, { ctx, query }, reply) {
      const said = ofAudience(fields(AnnouncementDraft, typed, words));
      const reach = await previewAnnouncement(deps, said);
      if (Number(seen) !== reach.people)
        return reply.page(view, { ...(await listView(query, newForm(typed))), reach });
      await makeAnnouncement(deps, ctx, { ...said, people: reach.people });
      return {
        href: '/announcements',
        text: `It goes to ${reach.people - reach.tasks} by itself${reach.tasks ? `; of ${reach.tasks} there is a task` : ''}.`,
      };
    },
  });

  /** A choice that was left from another audience is of none. */
  const ofAudience = ({ clinicId, supporterId, ...said }: AnnouncementDraft): AnnouncementDraft => ({
    ...said,
    ...(said.audience === 'clinic' && clinicId && { clinicId }),
    ...(said.audience === 'supporter' && supporterId && { supporterId }),
  });

  async function listView(query: Type.Static<typeof AnnouncementQuery>, form: ReturnType<typeof newForm>) {
    const [list, clinics, supporters] = await Promise.all([
      listAnnouncements(deps.db, query),
      listClinics(deps.db),
      listSupporters(deps.db),
    ]);
    return {
      ...list,
      after: query.after,
      form,
      audienceWords,
      audiences: audiences.map((value) => ({ value, text: audienceWords[value] })),
      clinics: choices(clinics),
      supporters: choices(supporters),
    };
  }
}
