import { sql } from 'kysely';
import { linkBase } from '../../src/messages/draft.queries.ts';
import { halfYears } from '../../src/office/reports/leaving.rules.ts';
import type { Context } from '../../src/shared/actor.ts';
import { addDays, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { askByLink } from '../../src/support/measures/link.commands.ts';
import { consentToStory, withdrawStoryConsent } from '../../src/support/stories/consent.commands.ts';
import { tellStory } from '../../src/support/stories/story.commands.ts';
import type { NewStory, NewStoryConsent } from '../../src/support/stories/story.schemas.ts';

type Told = NewStory & { agreed?: Omit<NewStoryConsent, 'version' | 'way'>; withdrawn?: true };

const stories: Told[] = [
  {
    words: 'I saw my doctor on the screen and did not have to take two buses. I have not missed one since.',
    telling: 'own_words',
    followed: 'video_appointments',
    agreed: { purposes: ['inside', 'papers'] },
  },
  {
    words:
      'She found a cookery course online, went to the first evening, and now teaches the others to fold dumplings.',
    telling: 'retold',
    followed: 'work_or_course',
    agreed: { purposes: ['inside', 'papers', 'public'], toldName: 'Rosa' },
  },
  {
    words: 'My brother and I had not spoken for years. Now we play chess every night.',
    telling: 'own_words',
    followed: 'in_touch',
    agreed: { purposes: ['inside'] },
    withdrawn: true,
  },
  {
    words: 'Filled in the form for the rent together. It came through after three weeks.',
    telling: 'retold',
    followed: 'money_or_benefits',
  },
];

/** What some people told of what followed, and for what each may be told. */
export async function tellStories(deps: Deps, officer: Context): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from patient where merged_into is null and erased_at is null and contact_state = 'open' order by id limit ${stories.length}`.execute(
    deps.db,
  );
  // In the year of the paper that may be made by now.
  const toldOn = addDays(halfYears(today(deps.clock))[0].to, -40);
  for (const [place, { agreed, withdrawn, ...story }] of stories.entries()) {
    const { id } = await tellStory(deps, officer, { patientId: rows[place]!.id }, { ...story, toldOn });
    if (agreed) await consentToStory(deps, officer, id, { version: 1, way: 'in_words', ...agreed });
    if (withdrawn) await withdrawStoryConsent(deps, officer, id);
  }
}

/** Someone is asked with the questionnaire by a link, whom a message of the scheme reaches; nobody where messages have no links. */
export async function askOneByLink(deps: Deps, officer: Context): Promise<void> {
  if (!linkBase(deps, 'identified')) return;
  const { rows } = await sql<{ id: string; instrumentId: string }>`
    select p.id, i.id as "instrumentId" from patient p, instrument i
    where p.wording = 'identified' and p.merged_into is null and p.erased_at is null and p.contact_state = 'open' and p.contact_choice = 'any_safe'
      and p.trusted_person is null and p.communication_needs = '{}' and not exists (select from measure_asking m where m.patient_id = p.id)
      and not exists (select from asking_wish w where w.patient_id = p.id)
      and exists (select from loan l where l.patient_id = p.id and l.status = 'open')
      and exists (select from contact_point c where c.patient_id = p.id and c.channel = 'sms' and c.safe and c.hours is null and c.stopped_at is null and c.failed_at is null)
    order by p.id limit 1`.execute(deps.db);
  for (const { id, instrumentId } of rows) await askByLink(deps, officer, { patientId: id }, instrumentId);
}
