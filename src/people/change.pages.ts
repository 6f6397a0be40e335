import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { fields, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { changePatient, patientTag } from './change.commands.ts';
import { PatientChange } from './change.schemas.ts';
import { logAccess } from './look.queries.ts';
import { getPatient } from './patient.queries.ts';
import { NewPatient, noNhsNumberReasons, type Patient } from './patient.schemas.ts';
import { trustedTopicChoices } from './trusted.rules.ts';

const {
  contactPoints: _points,
  communicationNeeds: _needs,
  language: _language,
  interpreter: _interpreter,
  ...details
} = NewPatient.properties;
const ChangeForm = strictObject({ ...details, dataReminders: PatientChange.properties.dataReminders });

const words = {
  'trustedPerson.name': 'Enter the name of the trusted person',
  'trustedPerson.mayBeContacted': 'Choose whether we may contact the trusted person',
};
const view = 'people/views/change.njk';

/** /patients/:id/change: who a person is, and what they want of contact. */
export function changePatientPages(app: App, deps: Deps): void {
  formPage(app, '/patients/:id/change', {
    action: 'patients.change',
    params: idParams,
    view,
    async show(sent, { ctx, params: { id } }) {
      const patient = await getPatient(deps.db, id);
      const form = besideTheOther(sent, typedOf(patient));
      await logAccess(deps, ctx, id, 'patient');
      return {
        patient,
        form,
        version: versionToSend(form, patientTag(patient)),
        noNhsNumberReasons,
        trustedTopicChoices,
      };
    },
    async take(typed, { ctx, params: { id } }) {
      const change = wholeOf(fields(ChangeForm, typed, words));
      await changePatient(deps, { ...ctx, ifMatch: String(typed.version ?? '') }, id, change);
      return { href: `/patients/${id}`, text: 'Their details are changed.' };
    },
  });
}

/** The form shows everything, so what was left empty is taken away. */
const wholeOf = (said: PatientChange): PatientChange => ({
  givenName: '',
  familyName: '',
  preferredName: null,
  dateOfBirth: null,
  nhsNumber: null,
  noNhsNumberReason: null,
  address: null,
  noFixedAbode: false,
  collectionPoint: null,
  trustedPerson: null,
  dataReminders: false,
  ...said,
});

function typedOf(patient: Patient): Typed {
  const {
    contactPoints: _points,
    referrals: _referrals,
    loans: _loans,
    trustedPerson,
    noFixedAbode,
    dataReminders,
    ...rest
  } = patient;
  const text = Object.entries(rest).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const { stoppedAt: _stopped, failedAt: _failed, ...said } = trustedPerson ?? {};
  const trusted = Object.entries(said).map(([name, value]) => [
    `trustedPerson.${name}`,
    typeof value === 'boolean' ? (value ? 'yes' : 'no') : value,
  ]);
  return Object.fromEntries([
    ...text,
    ...trusted,
    ...(noFixedAbode ? [['noFixedAbode', 'yes']] : []),
    ...(dataReminders ? [['dataReminders', 'yes']] : []),
  ]);
}
