/** Called by work that takes a while, after each batch, with how much it has done so far. */
export type Report = (count: number) => Promise<void>;
