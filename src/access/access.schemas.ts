import Type from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line } from '../shared/schemas.ts';

/** A password as it was typed, spaces at its ends too. */
const secret = (errorMessage: string) =>
  Type.String({ minLength: 1, maxLength: 1000, format: 'password', errorMessage });

/** What the sign-in form sends. */
export const SignIn = strictObject({
  email: line(320, { errorMessage: 'Enter your email address.' }),
  password: secret('Enter your password.'),
});

/** A code of an app, or a recovery code. */
export const CodeGiven = strictObject({ code: line(40) });

/** The first code of an app that is set up, with its secret as the page sealed it. */
export const FirstCode = strictObject({ code: line(40), sealed: Type.String({ maxLength: 2000 }) });

/** What who has no second step shows to prove again who they are. */
export const Proof = strictObject({ password: secret('Enter your password.') });

/** One's own new password, with the present one. */
export const OwnPassword = strictObject({
  current: secret('Enter your present password.'),
  password: secret('Choose a password.'),
});

/** What a browser says of a passkey, as JSON. */
export const PasskeyShown = strictObject({ response: Type.String({ minLength: 2, maxLength: 20_000 }) });
