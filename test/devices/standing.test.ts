import t from 'tap';
import type { Device } from '../../src/stock/devices/device.schemas.ts';
import { deviceStanding, nameOf } from '../../src/stock/devices/standing.rules.ts';

const device = {
  status: 'ready',
  location: { id: 'x', name: 'Hub' },
  openChecks: [],
  unfit: [],
  repair: null,
  disposal: null,
} as unknown as Device;

t.test('how a device stands', (t) => {
  const said = (changes: Partial<Device>, who?: { name: string; since: string }) =>
    deviceStanding({ ...device, ...changes }, who);
  t.equal(said({}), 'Ready to lend. It is kept at Hub.');
  t.equal(
    said({ status: 'in_preparation', openChecks: ['sanitisation', 'setup'] }),
    'Being prepared. To do: sanitisation, setup. It is kept at Hub.',
  );
  t.equal(
    said({ status: 'on_loan' }, { name: 'Amina Yusuf', since: '2026-11-03' }),
    'Amina Yusuf has had it since 3 November 2026.',
  );
  t.equal(said({ status: 'on_loan' }), 'It is on loan.', 'to whoever may not know the person');
  t.equal(said({ status: 'in_repair' }), 'To be repaired: say where it goes.');
  t.equal(said({ status: 'lost' }), 'It is lost. If it turns up, record that it is here.');
  t.end();
});

t.test('what a device is called', (t) => {
  t.equal(nameOf({ make: 'Lenovo', model: 'Tab M10', kind: 'tablet' }), 'Lenovo Tab M10 tablet');
  t.equal(nameOf({ make: 'O2', model: 'Databank SIM', kind: 'sim' }), 'O2 Databank SIM');
  t.end();
});
