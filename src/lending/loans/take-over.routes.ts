import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies } from '../../shared/http.ts';
import { sheetTypes, uploadLimit } from '../../shared/uploads.ts';
import { takeOver } from './take-over.commands.ts';
import { ListTakenOver, TakeOverPreview, TakeOverQuery } from './take-over.schemas.ts';
import { previewTakeOver, verdictOf } from './take-over-judging.commands.ts';

/** POST /loans/imports: what was out before Lendwell. */
export function takeOverRoutes(app: App, deps: Deps): void {
  app.post(
    '/loans/imports',
    {
      bodyLimit: uploadLimit,
      config: { action: 'loans.take-over' },
      schema: {
        operationId: 'takeOverLoans',
        summary:
          'Take over what is already out from a spreadsheet, or preview it with a verdict per line; a device a line',
        description:
          'Needed columns: Type, Make, Model, Issued on, and either Given name and Family name or Place. Read when they are there: Serial No., IMEI, Condition, Label, Notes, Date of birth, NHS number, Mobile, Mobile safe?, Phone, Phone safe?, Email, Email safe?, Due on (empty: no date to come back), Network, SIM (ICCID), SIM number, Data ends on. Lines of the same borrower and issue date make one loan.',
        tags: ['Loans'],
        consumes: sheetTypes,
        querystring: TakeOverQuery,
        body: Type.String({
          examples: [
            'Type,Make,Model,Serial No.,Given name,Family name,Date of birth,Phone,Phone safe?,Issued on,Due on\ntablet,Samsung,Galaxy Tab A8,HRD2DRCJV3K,Amal,Example,29/02/1980,07700 900123,yes,01/09/2026,01/03/2027\n',
          ],
        }),
        response: {
          200: TakeOverPreview,
          201: ListTakenOver,
          ...problemReplies(
            'invalid',
            'import-refused',
            'taken-before',
            'device-identifier-in-use',
            'data-plan-in-use',
          ),
        },
      },
    },
    async (request, reply) => {
      const { preview, partial, ...of } = request.query;
      const { sheetsNotRead = [] } = request;
      if (preview) {
        const { lines, loans, ...counts } = await previewTakeOver(deps, request.body, of);
        return { ...counts, sheetsNotRead, loans: loans.length, lines: lines.map(verdictOf) };
      }
      const list = { csv: request.body, ...of };
      const done = await takeOver(deps, request.ctx, list, partial);
      return reply.code(201).send({ ...done, sheetsNotRead });
    },
  );
}
