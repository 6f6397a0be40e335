import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { invalid } from '../../shared/problem.ts';
import type { Upload } from '../../shared/uploads.ts';
import type { Work } from '../../shared/work.ts';
import { lockIncident, subjectsOfIncident } from '../incidents/action.commands.ts';
import {
  type NewReportAndReplacement,
  recordAndReplace,
  recordIncident,
} from '../incidents/incident.commands.ts';
import type { IncidentReported, NewIncident, Replaced } from '../incidents/incident.schemas.ts';
import { subjectsOfLoan } from '../loans/ending.commands.ts';
import type { NewReturn, Returned } from '../loans/loan.schemas.ts';
import { takeItemsBack } from '../loans/return.commands.ts';
import { keepPhotos } from './attachment.commands.ts';
import { type ReadyFile, readFiles } from './file.commands.ts';

/**
 * Makes the photos ready that came with another form, before anything of it is written: by the field in which each
 * was chosen.
 * @throws Problem `invalid` at the fields of those that cannot be kept, `busy`
 */
export async function readPhotos(uploads: Upload[]): Promise<Map<string, ReadyFile[]>> {
  const { ready, faults } = await readFiles(uploads, 'condition');
  const together = Map.groupBy(uploads, ({ field }) => field);
  if (faults.length)
    throw invalid(
      ...faults.map(({ file, message }) => {
        const upload = uploads[file]!;
        const ofField = together.get(upload.field)!;
        const said =
          ofField.length > 1
            ? `Photo ${ofField.indexOf(upload) + 1}: ${message.replace(/^./, (letter) => letter.toLowerCase())}`
            : message;
        return { pointer: `/${upload.field}`, message: `${said}.` };
      }),
    );
  return Map.groupBy(ready, (file) => uploads[ready.indexOf(file)]!.field);
}

/**
 * Takes items of a loan back and keeps photos of their condition with it: both, or neither.
 * @param photos by the id of the item that they show
 * @throws Problem as of `returnItems`, and `conflict` where there is no room for photos
 */
export async function returnWithPhotos(
  deps: Deps,
  ctx: Context,
  loanId: string,
  { input, photos }: { input: NewReturn; photos: Map<string, ReadyFile[]> },
): Promise<Returned> {
  return command(deps, ctx, async (work) => {
    const { loan, returned } = await takeItemsBack(work, loanId, input);
    const shown = returned.items.map(({ id, deviceId }) => ({
      deviceId,
      files: photos.get(id) ?? [],
      subjects: subjectsOfLoan(loan, [deviceId]),
    }));
    await keepPhotos(work, { place: 'loan', id: loanId }, shown);
    return returned;
  });
}

/**
 * Reports an incident and keeps photos of the device with it: both, or neither.
 * @throws Problem as of `reportIncident`, and `conflict` where there is no room for photos
 */
export async function reportWithPhotos(
  deps: Deps,
  ctx: Context,
  loanId: string,
  { report, photos }: { report: NewIncident; photos: ReadyFile[] },
): Promise<IncidentReported> {
  return command(deps, ctx, async (work) => {
    const incident = await recordIncident(work, loanId, report);
    await keepOfIncident(work, incident.id, photos);
    return incident;
  });
}

/**
 * The same with the device replaced in the same step: all of it is written down, or nothing.
 * @throws Problem as of `recordAndReplace`, and `conflict` where there is no room for photos
 */
export async function reportAndReplace(
  deps: Deps,
  ctx: Context,
  loanId: string,
  { photos = [], ...input }: NewReportAndReplacement & { photos?: ReadyFile[] },
): Promise<{ incident: IncidentReported; replaced: Replaced }> {
  return command(deps, ctx, async (work) => {
    const done = await recordAndReplace(work, loanId, input);
    await keepOfIncident(work, done.incident.id, photos);
    return done;
  });
}

async function keepOfIncident(work: Work, id: string, files: ReadyFile[]): Promise<void> {
  if (!files.length) return;
  const incident = await lockIncident(work.trx, id);
  const subjects = subjectsOfIncident(incident);
  await keepPhotos(work, { place: 'incident', id }, [{ deviceId: incident.deviceId, files, subjects }]);
}
