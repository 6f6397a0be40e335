import Type from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line } from '../shared/schemas.ts';

/** What the sign-in form sends. */
export const SignIn = strictObject({
  email: line(320, { errorMessage: 'Enter your email address.' }),
  password: Type.String({ minLength: 1, maxLength: 1000, errorMessage: 'Enter your password.' }),
});
