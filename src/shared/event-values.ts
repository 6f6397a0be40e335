import Type from 'typebox';

// What the event log may hold: values that nobody wrote, and the names that the scheme gives to things of its own.

export const id = Type.String({ format: 'uuid' });
export const day = Type.String({ format: 'date' });
export const instant = Type.String({ format: 'date-time' });
export const count = Type.Integer({ minimum: 0 });
export const flag = Type.Boolean();
export const assetTag = Type.String({ pattern: '^LW-[0-9A-HJKMNP-TV-Z]{6}$' });
export const assetTags = Type.Array(assetTag);

/** The reference of a donation, an incident, a loan, a referral or a stocktake. */
export const reference = Type.String({ pattern: '^[DILRS]-[0-9A-HJKMNP-TV-Z]{6}$' });

/** A name that the scheme gives to a thing of its own, such as a kit or a plan: words, though never of a person. */
export const schemeWord = Type.String();
