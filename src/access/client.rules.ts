/** What the key of a system may act as. */
export const clientRoles = ['clinic', 'integration', 'officer'] as const;
export type ClientRole = (typeof clientRoles)[number];

/** How many keys of a client are valid at a time: one in use, and one to change over to. */
export const mostValidKeys = 2;

/** How many days a key is good for: as usual, and at most. */
export const keyDays = { usual: 365, most: 730 };
