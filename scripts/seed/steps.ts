/** What a seed is made of: how many devices, and the civil date that is today. */
export type Size = { devices: number; today: string };

/** One statement, or several, that fill a part of the database; `values` are its parameters. */
export type Step = { name: string; text: string; values?: unknown[] };
