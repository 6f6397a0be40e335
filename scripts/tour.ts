import { systemClock, today } from '../src/shared/clock.ts';
import { url } from './tour/calls.ts';
import { findDevice, helpCohort, holdDropIn, makePaper, remindCohort } from './tour/evidence.ts';
import { giveBack, lookBack, remind } from './tour/way-back.ts';
import { lend, prepare, receiveDonation, refer } from './tour/way-out.ts';

// npm run tour                                     the main story over the API of the Lendwell that `npm start` runs
// npm run tour -- --record openapi/examples         also keeps each call with its reply in a file
// npm run tour -- --url … --officer-key … --clinic-key …   of another one, with ALLOW_TEST_PHONE_NUMBERS=true

try {
  await tour();
  console.log('\nThe whole story went as it should.');
} catch (error) {
  const { cause } = error as { cause?: { code?: string } };
  const away =
    cause?.code === 'ECONNREFUSED' ? `nothing answers at ${url}. Start Lendwell first: npm start` : undefined;
  console.error(`\n✖ ${away ?? (error instanceof Error ? error.message : error)}`);
  process.exitCode = 1;
}

async function tour(): Promise<void> {
  const day = today(systemClock);
  const devices = await receiveDonation(day);
  const [tablet, dongle] = devices;
  await prepare(devices, day);
  const referralId = await refer(day);
  const loan = await lend(referralId, tablet!, dongle!);
  await remind(loan);
  await giveBack(loan, tablet!, dongle!);
  await lookBack(tablet!);
  await findDevice(tablet!);
  const nextCall = await helpCohort(day);
  await holdDropIn(day);
  await remindCohort(nextCall);
  await makePaper(day);
}
