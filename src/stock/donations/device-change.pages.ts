import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, type Typed } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { getDevice } from '../devices/device.queries.ts';
import { conditions, deviceKinds } from '../devices/device.rules.ts';
import { type Device, NewDevice } from '../devices/device.schemas.ts';
import { changeDevice, type DeviceChanged, deviceTag } from './device-change.commands.ts';
import { correctable, kindRefusal, printed } from './device-change.rules.ts';
import { DeviceChange } from './device-change.schemas.ts';
import { takeOut } from './lines.commands.ts';
import { signsOfDevice } from './presence.queries.ts';
import { takingOutRefusal } from './presence.rules.ts';

const { make: _make, model: _model, ...optional } = DeviceChange.properties;
const DeviceForm = strictObject({
  ...optional,
  make: NewDevice.properties.make,
  model: NewDevice.properties.model,
});
const words = {
  kind: 'Choose what kind of device it is',
  make: 'Enter the make',
  model: 'Enter the model',
};
const view = 'stock/donations/views/change-device.njk';

/** /devices/:id/change: what was recorded of a device, put right. */
export function deviceChangePages(app: App, deps: Deps): void {
  formPage(app, '/devices/:id/change', {
    action: 'donations.record',
    params: idParams,
    view,
    show: (sent, { params: { id } }) => changeView(id, sent),
    async take(typed, { ctx, params: { id } }) {
      const change = wholeOf(fields(DeviceForm, withLabels(typed), words));
      const done = await changeDevice(deps, { ...ctx, ifMatch: String(typed.version ?? '') }, id, change);
      return { href: `/devices/${id}`, text: whatChanged(done) };
    },
  });

  submit(app, '/devices/:id/taking-out', {
    action: 'donations.record',
    params: idParams,
    view,
    async show({ summary, status }, { params: { id } }) {
      const shown = await changeView(id);
      return { ...shown, form: { ...shown.form, summary, status } };
    },
    async take(_typed, { ctx, params: { id } }) {
      const { donation, assetTag } = await takeOut(deps, ctx, id);
      return { href: `/donations/${donation.id}`, text: `${assetTag} is taken out. Take away its label.` };
    },
  });

  async function changeView(id: string, sent?: Form) {
    const [device, signs] = await Promise.all([getDevice(deps.db, id), signsOfDevice(deps.db, id)]);
    const whyKindStays = kindRefusal(device.status);
    const form = besideTheOther(whyKindStays ? withoutKind(sent) : sent, typedOf(device, !whyKindStays));
    return {
      device,
      form,
      version: versionToSend(form, deviceTag(device)),
      whyKindStays,
      whyItWasThere: takingOutRefusal(signs),
      kinds: deviceKinds,
      conditions,
    };
  }
}

function whatChanged({ device: { status }, changed, from }: DeviceChanged): string {
  if (!changed.length) return 'The details say the same as before.';
  const isPrinted = changed.some((name) => printed.includes(name));
  return [
    'The details are changed.',
    ...(from === 'ready' && status === 'in_preparation'
      ? ['A device of this kind has checks still to pass, so it is being prepared again.']
      : []),
    ...(from === 'in_preparation' && status === 'ready' ? ['It is ready to lend.'] : []),
    ...(isPrinted ? ['A label or certificate that was printed before still says what it said then.'] : []),
  ].join(' ');
}

/** The labels of a form, one on each line, as the list that they are. */
function withLabels({ earlierLabels, ...typed }: Typed): Typed {
  const labels = String(earlierLabels ?? '')
    .split('\n')
    .filter((label) => label.trim());
  return { ...typed, ...Object.fromEntries(labels.map((label, line) => [`earlierLabels.${line}`, label])) };
}

/** The form shows everything, so what was left empty is taken away. */
const wholeOf = (said: DeviceChange): DeviceChange => ({
  serialNumber: null,
  imei: null,
  condition: null,
  notes: null,
  earlierLabels: [],
  ...said,
});

/** What the form begins with; it asks for the kind only where that can be changed. */
const typedOf = (device: Device, withKind: boolean): Typed =>
  Object.fromEntries(
    correctable
      .filter((name) => withKind || name !== 'kind')
      .map((name) => [
        name,
        name === 'earlierLabels' ? device.earlierLabels.join('\n') : (device[name] ?? ''),
      ]),
  );

function withoutKind(sent: Form | undefined): Form | undefined {
  if (!sent) return undefined;
  const { kind: _kind, ...typed } = sent.typed;
  return { ...sent, typed };
}
