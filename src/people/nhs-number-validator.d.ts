declare module 'nhs-number-validator' {
  const validator: { validate(nhsNumber: string | number): boolean };
  export default validator;
}
