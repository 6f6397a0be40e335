// A pad to sign on. Without it, and without script, a typed name is the signature.
for (const box of document.querySelectorAll('[data-signature]')) {
  const pad = box.querySelector('canvas');
  const field = box.querySelector('input');
  const pen = pad.getContext('2d');
  let drawing = false;
  const start = () => {
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, pad.width, pad.height);
    Object.assign(pen, { lineWidth: 3, lineCap: 'round', lineJoin: 'round', strokeStyle: '#212b32' });
  };
  const place = ({ offsetX, offsetY }) => [
    (offsetX * pad.width) / pad.clientWidth,
    (offsetY * pad.height) / pad.clientHeight,
  ];

  box.hidden = false;
  start();
  if (field.value.startsWith('data:image/png;base64,')) {
    const earlier = new Image();
    earlier.addEventListener('load', () => pen.drawImage(earlier, 0, 0));
    earlier.src = field.value;
  }
  pad.addEventListener('pointerdown', (event) => {
    drawing = true;
    pad.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  pad.addEventListener('pointermove', (event) => {
    if (!drawing) return;
    pen.lineTo(...place(event));
    pen.stroke();
  });
  for (const end of ['pointerup', 'pointercancel']) {
    pad.addEventListener(end, () => {
      if (drawing) field.value = pad.toDataURL('image/png');
      drawing = false;
    });
  }
  box.querySelector('button').addEventListener('click', () => {
    field.value = '';
    start();
  });
}
