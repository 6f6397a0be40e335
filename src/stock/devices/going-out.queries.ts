import type { Reader } from '../../shared/database.ts';
import { withDates } from '../../shared/formats.ts';
import { invalid } from '../../shared/problem.ts';
import { unfitText } from './fitness.rules.ts';
import { findScanned } from './scan.queries.ts';
import { type ScannedDevice, whyNone } from './scan.rules.ts';

type ToGoOut = {
  /** The civil date on which it goes out. */
  day: string;
  /** Whether it is what is looked for, where several have what was scanned. */
  fits(device: ScannedDevice): boolean;
  /** The scan of which it was said already that there is something to see to. */
  warned: string | undefined;
  /** For what the form is sent once more, after “send the form once more”. */
  anyway: string;
};

/**
 * The device whose label was scanned into the box of a form, to go out by it. Its id.
 * @throws Problem `invalid` for no device of ours, and once for one with something to see to first
 */
export async function scannedToGoOut(
  db: Reader,
  scan: string,
  { day, fits, warned, anyway }: ToGoOut,
): Promise<string> {
  const [found] = await findScanned(db, [scan], { day, fits });
  if (!found?.device) throw invalid({ pointer: '/scan', message: whyNone(found!) });
  const { id, assetTag, unfit, hasOpenCheck } = found.device;
  if (unfit.length && !hasOpenCheck && warned !== scan)
    throw invalid({
      pointer: '/scan',
      message: withDates(
        `${assetTag}: ${unfit.map(unfitText).join(' ')} Scan another, or send the form once more ${anyway}.`,
      ),
    });
  return id;
}
