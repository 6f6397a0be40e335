/** How the embedded default differs from a real scheme: its name says so, and drama numbers are taken. */
export const embeddedSettings = {
  SCHEME_NAME: 'Camden Road Device Lending (demonstration)',
  ALLOW_TEST_PHONE_NUMBERS: 'true',
};
