import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { listRendered } from '../../messages/renderings/rendering.queries.ts';
import { renderingParams } from '../../messages/renderings/rendering.schemas.ts';
import { renderingPath, thingFacts, things } from '../../messages/renderings/thing.rules.ts';
import { languages } from '../../people/contact.rules.ts';
import { getShownPatient } from '../../people/doubt.queries.ts';
import { editionWords, formatWords, wantedWords, wordFormats } from '../../people/format.rules.ts';
import { logAccess } from '../../people/look.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { newForm } from '../../web/forms.ts';
import { broughtAt, givenThings, kindOfThing } from './given.rules.ts';
import { missingForPerson, neededNow } from './missing.queries.ts';

/** /settings/formats: what people need by language and format, what there is and who approved it; /patients/:id/formats: the same for one person. */
export function formatPages(app: App, deps: Deps): void {
  app.get('/settings/formats', { config: { action: 'settings.read' } }, async (request, reply) => {
    const [needed, rendered] = await Promise.all([neededNow(deps.db), listRendered(deps.db)]);
    return reply.page('office/formats/views/formats.njk', {
      // One person alone is told by a count to nobody who may not read who they are.
      isCounted: may(request.ctx.actor, 'patients.read'),
      needed: needed.map((one) => ({
        ...one,
        called: editionWords(one),
        rows: [
          ...rendered
            .filter(({ original }) => original && (one.language !== 'en' || one.format !== 'standard'))
            .map(({ thing, title, renderings }) => ({
              title,
              href: renderingPath(thing, one),
              there: renderings.find(
                ({ language, format }) => language === one.language && format === one.format,
              ),
              missing: one.missing[kindOfThing[thing]] ?? 0,
            })),
          { title: 'Guides', href: '/settings/guides', missing: one.missing.missing_guides ?? 0 },
          {
            title: 'Texts of messages',
            href: '/settings/templates',
            missing: one.missing.missing_texts ?? 0,
          },
        ],
      })),
      others: rendered.flatMap(({ renderings }) =>
        renderings
          .filter(
            (one) =>
              !needed.some(({ language, format }) => language === one.language && format === one.format),
          )
          .map((one) => ({
            ...one,
            title: thingFacts[one.thing].title,
            called: editionWords(one),
            href: renderingPath(one.thing, one),
          })),
      ),
      form: newForm(),
      things: things.map((value) => ({ value, text: thingFacts[value].title })),
      languages: [{ value: 'en', text: 'English' }, ...languages],
      formats: wordFormats.map((value) => ({ value, text: formatWords[value] })),
    });
  });

  // Which words are to be brought is chosen on the page before.
  app.get(
    '/settings/renderings',
    { config: { action: 'settings.read' }, schema: { querystring: Type.Partial(renderingParams) } },
    async (request, reply) => {
      const { thing, language, format } = request.query;
      const isChosen = thing && language && format && (language !== 'en' || format !== 'standard');
      return reply.redirect(isChosen ? renderingPath(thing, { language, format }) : '/settings/formats', 303);
    },
  );

  app.get(
    '/patients/:id/formats',
    { config: { action: 'patients.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const [patient, missing] = await Promise.all([
        getShownPatient(deps.db, id, today(deps.clock)),
        missingForPerson(deps.db, id),
      ]);
      await logAccess(deps, request.ctx, id, 'patient');
      return reply.page('office/formats/views/person.njk', {
        patient,
        called: editionWords(wantedWords(patient)),
        given: givenThings.map(({ kind, title }) => ({
          title,
          isMissing: missing.includes(kind),
          href: broughtAt(kind, patient),
        })),
      });
    },
  );
}
