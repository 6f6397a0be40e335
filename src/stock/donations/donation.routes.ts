import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies } from '../../shared/http.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
import { sheetTypes, uploadLimit } from '../../shared/uploads.ts';
import { changeDonation, donationTag } from './change.commands.ts';
import { DonationChange, ForgottenDevices, NewTakingOut } from './change.schemas.ts';
import { recordDonation } from './donation.commands.ts';
import { getDonation, listDonations } from './donation.queries.ts';
import { Donation, DonationList, DonationQuery, DonationRecorded, NewDonation } from './donation.schemas.ts';
import { importDonation, previewImport } from './import.commands.ts';
import { ImportDone, ImportPreview, ImportQuery } from './import.schemas.ts';
import { addForgotten, takeOutOfDonation } from './lines.commands.ts';

const tags = ['Donations'];

/** /donations: what donors brought. */
export function donationRoutes(app: App, deps: Deps): void {
  lists(app, '/donations', {
    action: 'donations.read',
    operationId: 'listDonations',
    summary: 'Donations, newest first',
    tags,
    querystring: DonationQuery,
    gives: DonationList,
    call: ({ query }) => listDonations(deps.db, query),
  });

  reads(app, '/donations/:id', {
    action: 'donations.read',
    operationId: 'getDonation',
    summary: 'One donation with its devices',
    tags,
    params: idParams,
    gives: Donation,
    problems: ['not-found'],
    call: ({ params }) => getDonation(deps.db, params.id, today(deps.clock)),
    etag: donationTag,
  });

  changes(app, '/donations/:id', {
    action: 'donations.record',
    operationId: 'changeDonation',
    summary: 'Correct what was recorded of a donation',
    tags,
    params: idParams,
    versioned: true,
    body: DonationChange,
    gives: Donation,
    problems: ['not-found', 'invalid'],
    async call({ ctx, params, body }) {
      const { changed: _changed, ...donation } = await changeDonation(deps, ctx, params.id, body);
      return donation;
    },
    etag: donationTag,
  });

  creates(app, '/donations/:id/devices', {
    action: 'donations.record',
    operationId: 'addForgottenDevices',
    summary: 'Add devices to a donation that were forgotten when it was recorded',
    tags,
    params: idParams,
    body: ForgottenDevices,
    gives: DonationRecorded,
    problems: ['not-found', 'invalid', 'device-identifier-in-use'],
    call: ({ ctx, params, body }) => addForgotten(deps, ctx, params.id, body),
  });

  creates(app, '/donations/:id/removals', {
    action: 'donations.record',
    operationId: 'takeOutOfDonation',
    summary: 'Take a device out of a donation that was recorded by mistake and was never there',
    tags,
    params: idParams,
    body: NewTakingOut,
    gives: Donation,
    problems: ['not-found', 'invalid', 'donation-change-refused'],
    call: async ({ ctx, params, body }) => (await takeOutOfDonation(deps, ctx, params.id, body)).donation,
  });

  creates(app, '/donations', {
    action: 'donations.record',
    operationId: 'recordDonation',
    summary: 'Record a delivery from a donor with its devices',
    tags,
    body: NewDonation,
    gives: DonationRecorded,
    problems: ['invalid', 'taken-before', 'device-identifier-in-use'],
    call: ({ ctx, body }) => recordDonation(deps, ctx, body),
    location: (recorded) => `/donations/${recorded.id}`,
  });

  app.post(
    '/donations/imports',
    {
      bodyLimit: uploadLimit,
      config: { action: 'donations.record' },
      schema: {
        operationId: 'importDonation',
        summary: 'Record a donation from a donor’s spreadsheet, or preview it with a verdict per line',
        tags,
        consumes: sheetTypes,
        querystring: ImportQuery,
        body: Type.String({
          examples: [
            'Type,Make,Model,Serial No.,IMEI,Condition\ntablet,Samsung,Galaxy Tab A8,HRD2DRCJV3K,,B\n',
          ],
        }),
        response: {
          200: ImportPreview,
          201: ImportDone,
          ...problemReplies('invalid', 'import-refused', 'taken-before', 'device-identifier-in-use'),
        },
      },
    },
    async (request, reply) => {
      const { donor, preview, partial, ...donation } = request.query;
      const { sheetsNotRead = [] } = request;
      const of = { donor: { name: donor }, ...donation };
      if (preview) {
        const { lines, ...previewed } = await previewImport(deps, request.body, of);
        return { ...previewed, sheetsNotRead, lines };
      }
      const done = await importDonation(deps, request.ctx, { csv: request.body, ...of }, partial);
      return reply
        .code(201)
        .header('location', `/api/v1/donations/${done.donation.id}`)
        .send({ ...done, sheetsNotRead });
    },
  );
}
