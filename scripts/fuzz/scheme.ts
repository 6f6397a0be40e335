import type { Deps } from '../../src/shared/deps.ts';
import { loadDemonstration } from '../demonstration/load.ts';
import { clinics } from '../demonstration/scheme.ts';

/** Settings of a Lendwell that is asked at random: no limit of requests hides what is behind it, and nothing goes out. */
export const fuzzSettings = {
  RATE_PER_MINUTE: '100000000',
  SESSION_IDLE_MINUTES: '600000',
  SESSION_HOURS: '100000',
  NOTIFY_CALLBACK_TOKEN: 'fuzz-callback-token-0123456789',
  ALLOW_TEST_PHONE_NUMBERS: 'true',
  LINK_URL: 'https://answer.example.org',
  SHUTDOWN_SECONDS: '10',
};

/** Fills an empty database with the scheme of the demonstration. @returns the clinic whose key asks */
export async function fillScheme(deps: Deps): Promise<{ clinicId: string }> {
  await loadDemonstration(deps);
  const { id } = await deps.db
    .selectFrom('organisation')
    .select('id')
    .where('name', '=', clinics[0]!)
    .executeTakeFirstOrThrow();
  return { clinicId: id };
}
