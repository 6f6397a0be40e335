import { sql } from 'kysely';

/** The words that a patient, however the row is called, needs: what `wantedWords` says in TypeScript. */
export const wantedLanguage = (patient: string) =>
  sql<string>`coalesce(split_part(${sql.ref(`${patient}.language`)}, '-', 1), 'en')`;
export const wantedFormat = (patient: string) =>
  sql<string>`case when 'easy_read' = any(${sql.ref(`${patient}.communication_needs`)}) then 'easy_read' else 'standard' end`;
