import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import sharp from 'sharp';
import t from 'tap';
import { recordContactState } from '../../src/identity/contact-state.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { changePolicy } from '../../src/lending/terms/policy.commands.ts';
import { getPolicy, policyTag } from '../../src/lending/terms/policy.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { fromPhone, multipart, noise, pdfOf, pictureOf, pngBomb, type SentFile } from '../helpers/files.ts';

const { app, as, db, deps } = await testApp(t, { DATABASE_POOL: '10' });
const make = factories(deps);
const api = apiOf(app, as.officer);
type Who = keyof typeof as;

let keys = 0;
async function send(
  path: string,
  fields: Record<string, string>,
  files: SentFile[],
  { who = 'officer' as Who, key = `attachment-${++keys}` } = {},
) {
  const { payload, headers } = await multipart(fields, files);
  const reply = await app.inject({
    method: 'POST',
    url: `/api/v1${path}/attachments`,
    headers: { ...as[who], ...headers, 'idempotency-key': key },
    payload,
  });
  return { status: reply.statusCode, body: reply.json() };
}
const fetchFile = (path: string, who: Who = 'officer') =>
  app.inject({ url: `/api/v1${path}`, headers: as[who] });
const setQuota = async (attachmentQuotaMb: number) =>
  changePolicy(deps, { ...manager, ifMatch: policyTag(await getPolicy(db)) }, { attachmentQuotaMb });
const bytesKept = async () =>
  (await sql<{ n: number }>`select count(*)::int as n from attachment_content`.execute(db)).rows[0]!.n;
async function incidentOf() {
  const loan = await make.loan();
  const { id } = await reportIncident(deps, manager, loan.id, {
    itemId: loan.items[0]!.id,
    kind: 'damaged',
    reportedOn: '2026-11-23',
  });
  return { loan, id };
}

t.test('a photo from a phone is kept upright, smaller, and without where it was taken', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const sent = await fromPhone();
  t.match(
    await sharp(sent).metadata(),
    { orientation: 6, exif: Buffer },
    'the photo says where it was taken',
  );
  const { status, body } = await send(path, { kind: 'condition', note: 'Scratch on the back' }, [
    { bytes: sent },
  ]);
  t.equal(status, 201);
  t.match(body.items, [
    {
      kind: 'condition',
      device: { id: device!.id, assetTag: device!.assetTag },
      loan: null,
      note: 'Scratch on the back',
      contentType: 'image/jpeg',
      width: 300,
      height: 400,
      recordedBy: 'Test officer',
    },
  ]);
  const [{ id, bytes }] = body.items;
  const file = await fetchFile(`${path}/attachments/${id}/file`);
  t.equal(file.statusCode, 200);
  t.match(file.headers, {
    'content-type': 'image/jpeg',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': `inline; filename="condition-${id}.jpg"`,
  });
  const kept = file.rawPayload;
  const { exif, orientation, icc, xmp, width, height } = await sharp(kept).metadata();
  t.same(
    { exif, orientation, icc, xmp },
    { exif: undefined, orientation: undefined, icc: undefined, xmp: undefined },
  );
  t.same([width, height], [300, 400]);
  t.notOk(kept.includes('Zyxphone'));
  // The red edge was on top of what lay on its side; upright it is on the right.
  const { data, info } = await sharp(kept).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  t.ok(at(290, 200)[1]! < 60 && at(290, 200)[0]! > 200, 'red on the right');
  t.ok(at(10, 200)[1]! > 200, 'white on the left');

  const small = await fetchFile(`${path}/attachments/${id}/thumbnail`);
  t.match(await sharp(small.rawPayload).metadata(), { format: 'jpeg', width: 180, height: 240 });
  const { rows } = await sql<{ sha256: Buffer; size: number }>`
    select a.sha256, length(c.data) + length(c.thumbnail) as size from attachment a join attachment_content c on c.attachment_id = a.id where a.id = ${id}`.execute(
    db,
  );
  t.same(rows, [{ sha256: createHash('sha256').update(kept).digest(), size: bytes }]);
  const { rows: events } = await sql`select "values", fields from event where type = 'attachment.added'
    and id in (select event_id from event_subject where subject_id = ${device!.id})`.execute(db);
  t.same(events, [{ values: { kind: 'condition', count: 1 }, fields: ['note'] }]);
});

t.test('a large picture is made smaller, and of one that moves the first frame is kept', async (t) => {
  const [device] = await make.devices(1);
  const large = await pictureOf(4000, 1000);
  const frames = await sharp(
    await Promise.all([pictureOf(40, 30, '#00ff00'), pictureOf(40, 30, '#0000ff')]),
    { join: { animated: true } },
  )
    .gif()
    .toBuffer();
  const { body } = await send(`/devices/${device!.id}`, { kind: 'condition' }, [
    { bytes: large },
    { bytes: frames, type: 'image/gif' },
  ]);
  const sizes = body.items.map(({ width, height }: { width: number; height: number }) => [width, height]);
  t.strictSame(sizes.sort(), [
    [2000, 500],
    [40, 30],
  ]);
});

t.test('what is no picture is refused in words, and nothing of the same request is kept', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const good = { bytes: await pictureOf() };
  const before = await bytesKept();
  const whole = await pictureOf(900, 900);
  const heic = Buffer.concat([Buffer.from('\0\0\0\u0018ftypheic', 'latin1'), Buffer.alloc(40)]);
  for (const [bytes, message] of [
    [Buffer.from('Dear all, this is a letter.'), /not a picture/],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /not a picture/],
    [heic, /HEIC.*Most Compatible/],
    [Buffer.alloc(0), /empty/],
    [whole.subarray(0, whole.length / 2), /damaged or incomplete/],
    [pdfOf(), /It is a PDF/],
    [Buffer.concat([whole, Buffer.alloc(15 * 1024 * 1024)]), /larger than 15 MB/],
    [pngBomb(30_000), /more than 64 million pixels/],
  ] as const) {
    const reply = await send(path, { kind: 'condition' }, [good, { bytes }]);
    t.match(reply, { status: 422, body: { errors: [{ pointer: '/files/1', message }] } }, String(message));
  }
  t.match(await send(path, { kind: 'condition' }, []), {
    status: 422,
    body: { errors: [{ pointer: '/files' }] },
  });
  t.match((await send(path, { kind: 'condition' }, Array(7).fill(good))).body.errors, [
    { pointer: '/files/5', message: /At most 5/ },
    { pointer: '/files/6', message: /At most 5/ },
  ]);
  t.match(await send(path, { kind: 'agreement' }, [good]), {
    status: 422,
    body: { errors: [{ pointer: '/kind' }] },
  });
  t.match(await send(path, { kind: 'condition', takenOn: '2036-01-01' }, [good]), {
    status: 422,
    body: { errors: [{ pointer: '/takenOn' }] },
  });
  t.equal(await bytesKept(), before);
});

t.test('a PDF is kept as it came and given out to be saved, never shown', async (t) => {
  const loan = await make.loan();
  const path = `/loans/${loan.id}`;
  const bytes = pdfOf();
  const { status, body } = await send(path, { kind: 'agreement' }, [
    { bytes, name: 'Amal Example.jpg', type: 'image/jpeg' },
  ]);
  t.equal(status, 201);
  const [{ id }] = body.items;
  t.match(body.items, [{ contentType: 'application/pdf', width: null, device: null, loan: { id: loan.id } }]);
  const file = await fetchFile(`${path}/attachments/${id}/file`);
  t.match(file.headers, {
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="agreement-${id}.pdf"`,
  });
  t.ok(file.rawPayload.equals(bytes));
  t.equal((await fetchFile(`${path}/attachments/${id}/thumbnail`)).statusCode, 404);
  for (const bad of [
    bytes.subarray(0, 40),
    Buffer.concat([pdfOf(), Buffer.alloc(10 * 1024 * 1024), pdfOf()]),
  ])
    t.equal((await send(path, { kind: 'agreement' }, [{ bytes: bad }])).status, 422);
});

t.test('a photo on a loan names a device of it; each look at what is a person’s is logged', async (t) => {
  const { loan, id: incidentId } = await incidentOf();
  const photo = [{ bytes: await pictureOf() }];
  const deviceId = loan.items[0]!.deviceId;
  const [stranger] = await make.devices(1);
  const path = `/loans/${loan.id}`;
  t.match(await send(path, { kind: 'condition' }, photo), {
    status: 422,
    body: { errors: [{ pointer: '/deviceId' }] },
  });
  t.equal((await send(path, { kind: 'condition', deviceId: stranger!.id }, photo)).status, 422);
  const onLoan = (await send(path, { kind: 'condition', deviceId }, photo)).body.items[0];
  const atIncident = (await send(`/incidents/${incidentId}`, { kind: 'condition' }, photo)).body.items[0];
  t.match(
    [onLoan, atIncident],
    [
      { device: { id: deviceId }, loan: { id: loan.id }, incident: null },
      { device: { id: deviceId }, loan: null, incident: { id: incidentId } },
    ],
  );
  const looks = async () =>
    (
      await sql<{ what: string }>`
      select a.what from access_log a join loan l on l.patient_id = a.patient_id where l.id = ${loan.id} order by a.id`.execute(
        db,
      )
    ).rows.map(({ what }) => what);
  const before = (await looks()).length;
  await fetchFile(`${path}/attachments/${onLoan.id}/file`);
  await fetchFile(`${path}/attachments/${onLoan.id}/thumbnail`);
  await fetchFile(`/incidents/${incidentId}/attachments/${atIncident.id}/file`);
  await api('GET', `${path}/attachments`);
  t.same((await looks()).slice(before), ['loan', 'loan', 'incident', 'loan']);

  const own = (await api('GET', `/devices/${deviceId}/attachments`)).body.items;
  t.same(own, [], 'the device does not give out what was taken with a person');
  for (const wrong of [
    `/devices/${deviceId}/attachments/${onLoan.id}`,
    `${path}/attachments/${atIncident.id}`,
  ])
    t.equal((await fetchFile(`${wrong}/file`)).statusCode, 404, 'only by the thing that it hangs on');
});

t.test('who may see, add and remove', async (t) => {
  const { loan, id: incidentId } = await incidentOf();
  const [device] = await make.devices(1);
  const photo = [{ bytes: await pictureOf() }];
  const things = {
    [`/devices/${device!.id}`]: { kind: 'condition' },
    [`/loans/${loan.id}`]: { kind: 'agreement' },
    [`/incidents/${incidentId}`]: { kind: 'condition' },
  };
  const sees: Record<string, Who[]> = {
    devices: ['officer', 'manager', 'auditor', 'administrator', 'integration'],
    loans: ['officer', 'manager', 'auditor'],
    incidents: ['officer', 'manager', 'auditor'],
  };
  for (const [path, fields] of Object.entries(things)) {
    const { id } = (await send(path, fields, photo)).body.items[0];
    for (const who of Object.keys(as) as Who[]) {
      const seen = sees[path.split('/')[1]!]!.includes(who) ? 200 : 403;
      for (const end of ['', `/${id}/file`, `/${id}/thumbnail`])
        t.equal((await fetchFile(`${path}/attachments${end}`, who)).statusCode, seen, `${who} ${path}${end}`);
      const writes = ['officer', 'manager'].includes(who);
      t.equal((await send(path, fields, photo, { who })).status, writes ? 201 : 403, `${who} adds`);
      if (!writes)
        t.equal(
          (await apiOf(app, as[who])('POST', `${path}/attachments/${id}/removals`, { reason: 'Blurred' }))
            .status,
          403,
        );
    }
  }
  t.equal((await app.inject({ url: `/loans/${loan.id}/attachments` })).statusCode, 303, 'to sign in');
});

t.test('removed: the bytes are gone, and that it was there stays with who and why', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const { id } = (await send(path, { kind: 'condition' }, [{ bytes: await pictureOf() }])).body.items[0];
  const before = await bytesKept();
  t.equal((await api('POST', `${path}/attachments/${id}/removals`, {})).status, 422);
  const removal = await api('POST', `${path}/attachments/${id}/removals`, { reason: 'It shows a person' });
  t.match(removal, {
    status: 201,
    body: { id, removedBy: 'Test officer', removalReason: 'It shows a person', removedAt: String },
  });
  t.equal(await bytesKept(), before - 1);
  t.equal((await fetchFile(`${path}/attachments/${id}/file`)).statusCode, 404);
  t.equal((await api('POST', `${path}/attachments/${id}/removals`, { reason: 'Again' })).status, 409);
  const { rows } = await sql`select type, fields from event where type = 'attachment.removed'
    and id in (select event_id from event_subject where subject_id = ${device!.id})`.execute(db);
  t.same(rows, [{ type: 'attachment.removed', fields: ['removalReason'] }]);
});

t.test('sent twice with one key it is kept once, and another file with that key is refused', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const fields = { kind: 'condition' };
  const one = [{ bytes: await pictureOf() }];
  const first = await send(path, fields, one, { key: 'twice' });
  t.same((await send(path, fields, one, { key: 'twice' })).body, first.body);
  const other = await send(path, fields, [{ bytes: await pictureOf(10, 10) }], { key: 'twice' });
  t.match(other, { status: 422, body: { type: '/problems/idempotency-key-reused' } });
  t.equal((await api('GET', `${path}/attachments`)).body.items.length, 1);
});

t.test('beyond the quota it is refused in words; of two at its edge one is kept', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const fields = { kind: 'condition' };
  const bytes = await noise(900, 900);
  const { body } = await send(path, fields, [{ bytes }]);
  const size = body.items[0].bytes;
  t.ok(size > 300_000, `${size} bytes`);
  const used = async () =>
    Number(
      (await sql<{ n: string }>`select sum(bytes) as n from attachment where removed_at is null`.execute(db))
        .rows[0]!.n,
    );
  // So much is kept that the next whole MB has room for one and not for two.
  const mb = 1024 * 1024;
  while (
    Math.ceil((await used()) / mb) * mb - (await used()) < size ||
    Math.ceil((await used()) / mb) * mb - (await used()) >= 2 * size
  )
    await send(path, fields, [{ bytes }]);
  await setQuota(Math.ceil((await used()) / mb));
  const both = await Promise.all([send(path, fields, [{ bytes }]), send(path, fields, [{ bytes }])]);
  t.same(both.map(({ status }) => status).sort(), [201, 409]);
  const refused = both.find(({ status }) => status === 409)!;
  t.match(refused.body.detail, /no room left.*MB in all/);
  const first = body.items[0].id;
  await api('POST', `${path}/attachments/${first}/removals`, { reason: 'To make room' });
  t.equal((await send(path, fields, [{ bytes }])).status, 201, 'what is removed makes room');
  await setQuota(0);
  t.equal((await send(path, fields, [{ bytes: await pictureOf(10, 10) }])).status, 409);
  await setQuota(2048);
});

t.test('given out with the person, and gone with them; what a device alone has stays', async (t) => {
  const loan = await make.loan();
  const { deviceId, id: itemId } = loan.items[0]!;
  const path = `/loans/${loan.id}`;
  const paper = pdfOf();
  const photo = { bytes: await pictureOf() };
  const onDevice = (await send(`/devices/${deviceId}`, { kind: 'condition' }, [photo])).body.items[0].id;
  const agreement = (await send(path, { kind: 'agreement', note: 'Both pages' }, [{ bytes: paper }])).body
    .items[0].id;
  const atReturn = (await send(path, { kind: 'condition', deviceId }, [photo])).body.items[0].id;
  await api('POST', `${path}/returns`, { items: [{ itemId, condition: 'B' }] });
  const { rows } = await sql<{ id: string }>`select patient_id as id from loan where id = ${loan.id}`.execute(
    db,
  );
  const patientId = rows[0]!.id;
  await recordContactState(deps, officer, patientId, {
    state: 'withdrawn',
    source: 'patient',
    saidOn: '2026-11-23',
  });

  const said = { askedBy: 'patient', askedOn: '2026-11-20', identityCheck: 'Saw a card' };
  const asManager = apiOf(app, as.manager);
  const given = await asManager('POST', `/patients/${patientId}/exports`, said);
  const { body: file } = await asManager('GET', `/patients/${patientId}/exports/${given.body.id}`);
  t.match(
    file.attachment.map(({ id, kind, note }: Record<string, string>) => [id, kind, note]).sort(),
    [
      [agreement, 'agreement', 'Both pages'],
      [atReturn, 'condition', null],
    ].sort(),
  );
  t.same(file.attachmentContent.length, 2);
  const data = (of: string) =>
    Buffer.from(
      file.attachmentContent.find((one: { attachmentId: string }) => one.attachmentId === of).data,
      'base64',
    );
  t.ok(data(agreement).equals(paper), 'the paper is in the file');
  t.equal((await sharp(data(atReturn)).metadata()).format, 'jpeg', 'and so is the photo');
  const page = await app.inject({
    url: `/patients/${patientId}/exports/${given.body.id}`,
    headers: as.manager,
  });
  t.same(page.json().attachmentContent, file.attachmentContent, 'the page gives out the same');

  t.equal(
    (await asManager('POST', `/patients/${patientId}/erasures`, { ...said, reason: 'Asked' })).status,
    201,
  );
  const { rows: left } = await sql<{
    id: string;
  }>`select a.id from attachment a where a.device_id = ${deviceId} or a.loan_id = ${loan.id}`.execute(db);
  t.same(left, [{ id: onDevice }]);
  t.equal((await fetchFile(`/devices/${deviceId}/attachments/${onDevice}/file`)).statusCode, 200);
  const { rows: bytes } =
    await sql`select from attachment_content where attachment_id in (${agreement}, ${atReturn})`.execute(db);
  t.same(bytes, []);
  t.match(await send(path, { kind: 'agreement' }, [photo]), {
    status: 409,
    body: { type: '/problems/patient-erased' },
  });
});

t.test('a device that has a photo is not taken out of its donation', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const donation = (await api('GET', path)).body.donation.id;
  const added = await send(path, { kind: 'condition' }, [{ bytes: await pictureOf() }]);
  t.equal(added.status, 201, JSON.stringify(added.body));
  const refused = {
    status: 409,
    body: { detail: /A photo or paper of it was recorded, and its story stays/ },
  };
  t.match(await api('POST', `/donations/${donation}/removals`, { deviceId: device!.id }), refused);
});
