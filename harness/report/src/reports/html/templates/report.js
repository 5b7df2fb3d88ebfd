'use strict';
// What the page does when it is clicked. Text from the run is put into the page as text, never as
// markup; what is shown of a walk is unpacked when somebody looks at it.

const viewer = document.getElementById('viewer');
const tip = document.getElementById('tip');
const unpacked = new Map();

/** An element with attributes and children; strings become text. */
function make(name, attributes, ...children) {
  const of = name.startsWith('svg:')
    ? document.createElementNS('http://www.w3.org/2000/svg', name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) of.setAttribute(key, value);
  of.append(...children);
  return of;
}

/** What is known of a walk: bars of lanes, ladders, messages, lines; of some only lines and what belongs to them. None: it was left out. */
function details(walk) {
  if (!unpacked.has(walk)) unpacked.set(walk, unpack(document.getElementById('d' + walk)));
  return unpacked.get(walk);
}

async function unpack(script) {
  if (!script) return null;
  const bytes = Uint8Array.from(atob(script.textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const known = JSON.parse(await new Response(stream).text());
  // Times are packed as distances.
  const sum = (list) => { let at = 0; for (const each of list) each[0] = at += each[0]; };
  for (const bars of known.bars) { sum(bars); for (const bar of bars) bar[1] += bar[0]; }
  for (const call of known.calls) if (call) { sum(call.messages); sum(call.notes); }
  return known;
}

const seconds = (us) => (us / 1e6).toFixed(3) + ' s';

function show(title, ...content) {
  document.getElementById('viewer-title').textContent = title;
  const body = document.getElementById('viewer-body');
  body.replaceChildren(...content);
  body.scrollTop = 0;
  if (!viewer.open) viewer.showModal();
}

const LEFT_OUT = 'This is left out to keep the page small: all messages and lines of this walk are in journal.jsonl.';

// ---- journal lines -------------------------------------------------------------------------------

async function showLines(walk, first, numbers) {
  const known = await details(walk);
  const title = 'Evidence in ' + name(walk);
  if (!known) return show(title, make('p', {}, LEFT_OUT));
  const lines = numbers.map((n) => {
    const line = known.lines[n];
    const block = make('div', { class: 'line', id: 'line' + n });
    const head = make('p', {}, make('strong', {}, 'Line ' + n));
    if (line) head.append(' ' + seconds(line.t_us) + ', ' + line.host + ': ' + line.kind + ' ');
    const call = line && line.call ? callNamed(known, line.call) : -1;
    if (call >= 0) {
      const button = make('button', { type: 'button' }, 'ladder of ' + line.call);
      button.onclick = () => showLadder(walk, call);
      head.append(button);
    }
    block.append(head, make('pre', {}, line ? JSON.stringify(line, null, 1) : 'not in this page'));
    return block;
  });
  show(title, ...lines);
  const wanted = document.getElementById('line' + first);
  if (wanted) wanted.scrollIntoView();
}

/** The call to which an end of this name belongs. */
function callNamed(known, end) {
  return known.calls.findIndex((call) => call && call.ends.includes(end));
}

function name(walk) {
  return document.getElementById('d' + walk)?.dataset.name
    ?? document.querySelector('#w' + walk + ' summary strong')?.textContent ?? 'a walk';
}

for (const span of document.querySelectorAll('.ev[data-walk]')) {
  const numbers = span.textContent.trim().split(' ').map(Number);
  const buttons = numbers.map((n) => {
    const button = make('button', { type: 'button' }, String(n));
    button.onclick = () => showLines(Number(span.dataset.walk), n, numbers);
    return button;
  });
  span.replaceChildren(...buttons.flatMap((button) => [button, ' ']));
}

// ---- ladders -------------------------------------------------------------------------------------

const ROW = 30, TOP = 34, LEFT = 76;

async function showLadder(walk, number) {
  const known = await details(walk);
  const call = known && known.calls[number];
  if (!call) return show('Ladder', make('p', {}, LEFT_OUT));
  const rows = call.messages.map((message) => ({ at: message[0], message }))
    .concat(call.notes.map((note) => ({ at: note[0], note })));
  rows.sort((a, b) => a.at - b.at);
  const room = Math.min(innerWidth * 0.96, 1150) * (innerWidth > 700 ? 0.58 : 0.92) - LEFT;
  const width = Math.max(105, Math.min(200, room / call.columns.length));
  const size = [LEFT + width * call.columns.length, TOP + ROW * (rows.length + 1)];
  const svg = make('svg:svg', { width: size[0], height: size[1], role: 'group', 'aria-label': 'Messages of this call' });
  const text = make('pre', { 'aria-live': 'polite' }, 'Choose a message to read it.');
  const x = (column) => LEFT + width * column + width / 2;
  call.columns.forEach((column, i) => svg.append(
    make('svg:line', { class: 'life', x1: x(i), x2: x(i), y1: TOP - 12, y2: size[1] }),
    make('svg:text', { class: 'col', x: x(i), y: 14, 'text-anchor': 'middle' }, column)));
  rows.forEach((row, i) => {
    const y = TOP + ROW * i + ROW / 2;
    svg.append(make('svg:text', { class: 't', x: 4, y: y + 4 }, seconds(row.at)));
    svg.append(row.note ? note(row.note, x, y, call.columns.length) : arrow(row.message, known.texts, x, y, text, size[0]));
  });
  if (!rows.length) svg.append(make('svg:text', { x: 4, y: TOP + 16 }, 'No message of this call was seen.'));
  show(call.title, make('div', { class: 'ladder' }, make('div', {}, svg), make('aside', {}, text)));
}

/** Beside its column; before the last one, after which there is no room. */
function note(of, x, y, columns) {
  const isLast = of[1] === columns - 1;
  const place = isLast ? { x: x(of[1]) - 6, 'text-anchor': 'end' } : { x: x(of[1]) + 6 };
  return make('svg:text', { class: 'note', ...place, y: y + 4 }, '♪ ' + of[2]);
}

function arrow([at, from, to, marks, number], texts, x, y, pane, width) {
  const message = texts[number];
  const again = marks & 1, unanswered = marks & 2;
  let words = message.split(/\r?\n/, 1)[0];
  words = words.startsWith('SIP/2.0 ') ? words.slice(8) : words.split(' ')[0] + (/\r?\n\r?\n\S/.test(message) ? ' (SDP)' : '');
  if (again) words += ' ⟳';
  if (unanswered) words += ' ✗';
  const label = seconds(at) + ' ' + words + (again ? ', retransmission' : '') + (unanswered ? ', never answered' : '');
  const [x1, x2] = from === to ? [x(from), x(from) + 40] : [x(from), x(to)];
  const way = x2 > x1 ? -1 : 1;
  const group = make('svg:g', { class: 'msg' + (again ? ' re' : '') + (unanswered ? ' un' : ''), tabindex: '0', role: 'button', 'aria-pressed': 'false', 'aria-label': label },
    make('svg:rect', { x: LEFT, y: y - ROW / 2, width: width - LEFT, height: ROW }),
    make('svg:line', { x1, x2, y1: y + 5, y2: y + 5 }),
    make('svg:path', { d: `M${x2} ${y + 5}l${way * 8} -4v8z` }),
    make('svg:text', { class: 'w', x: (x1 + x2) / 2, y, 'text-anchor': 'middle' }, words));
  const choose = () => {
    for (const other of group.parentNode.querySelectorAll('[aria-pressed=true]')) other.setAttribute('aria-pressed', 'false');
    group.setAttribute('aria-pressed', 'true');
    pane.textContent = label + '\n\n' + message;
  };
  group.onclick = choose;
  group.onkeydown = (event) => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(); }
  };
  return group;
}

// ---- timelines -----------------------------------------------------------------------------------

for (const timeline of document.querySelectorAll('.tl')) {
  const walk = Number(timeline.dataset.walk), lasted = Number(timeline.dataset.lasted);
  const wide = timeline.firstElementChild, tools = timeline.previousElementSibling;
  const lanes = [...timeline.querySelectorAll('.n')];
  let zoom = 1;

  const setZoom = (next, middle) => {
    const label = lanes[0] ? lanes[0].firstElementChild.offsetWidth : 0;
    const at = middle ?? timeline.clientWidth / 2;
    const place = (timeline.scrollLeft + at - label) / zoom;
    zoom = Math.min(200, Math.max(1, next));
    wide.style.setProperty('--zoom', zoom);
    timeline.scrollLeft = place * zoom - at + label;
    tools.querySelector('output').textContent = zoom > 1 ? '×' + Math.round(zoom * 10) / 10 : '';
  };
  tools.addEventListener('click', (event) => {
    const way = event.target.dataset.zoom;
    if (way) setZoom({ in: zoom * 1.6, out: zoom / 1.6, fit: 1 }[way]);
  });
  timeline.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    setZoom(zoom * Math.exp(-event.deltaY / 300), event.clientX - timeline.getBoundingClientRect().left);
  }, { passive: false });
  timeline.addEventListener('keydown', (event) => {
    const way = { '+': zoom * 1.6, '-': zoom / 1.6, 0: 1 }[event.key];
    if (way && event.target === timeline) setZoom(way);
  });

  const filter = () => {
    const words = tools.querySelector('.lanes').value.toLowerCase();
    for (const box of tools.querySelectorAll('.group')) {
      timeline.querySelector(`[data-group="${box.value}"]`).hidden = !box.checked;
    }
    for (const lane of lanes) lane.hidden = !lane.textContent.toLowerCase().includes(words);
  };
  tools.addEventListener('input', filter);

  const calls = [...timeline.querySelectorAll('button.l')];
  timeline.addEventListener('click', (event) => {
    const call = calls.indexOf(event.target);
    if (call >= 0) showLadder(walk, call);
  });
  timeline.addEventListener('pointermove', async (event) => {
    const lane = event.target.closest('.n'), svg = event.target.closest('.n svg');
    if (!svg) { tip.hidden = true; return; }
    const box = svg.getBoundingClientRect(), x = event.clientX, y = event.clientY;
    const at = (x - box.left) / box.width * lasted, near = 3 / box.width * lasted;
    const known = await details(walk);
    const bars = (known && known.bars[lanes.indexOf(lane)]) || [];
    const found = bars.filter(([from, to]) => from - near <= at && at <= Math.max(to, from + lasted / 500) + near);
    tip.textContent = [seconds(at * 1e3) + '  ' + lane.firstElementChild.textContent, ...found.slice(0, 8).map(([from, to, words]) => `${words}, ${seconds(from * 1e3)}` + (to > from ? ` to ${seconds(to * 1e3)}` : ''))].join('\n');
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = (y + 18 + tip.offsetHeight < innerHeight ? y + 18 : y - tip.offsetHeight - 10) + 'px';
  });
  timeline.addEventListener('pointerleave', () => { tip.hidden = true; });
}

// ---- clauses -------------------------------------------------------------------------------------

const clauses = [...document.querySelectorAll('.clause')];
const find = document.getElementById('find');
find.oninput = () => {
  const words = find.value.toLowerCase();
  let count = 0;
  for (const clause of clauses) {
    clause.hidden = !clause.textContent.toLowerCase().includes(words);
    if (!clause.hidden) count += 1;
  }
  document.getElementById('found').textContent = words ? count + ' of ' + clauses.length : '';
};
document.getElementById('open-all').onclick = () => { for (const clause of clauses) clause.open = true; };
document.getElementById('close-all').onclick = () => { for (const clause of clauses) clause.open = false; };

/** Opens what a link leads to. */
function reveal() {
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted instanceof HTMLDetailsElement) {
    wanted.hidden = false;
    wanted.open = true;
    wanted.scrollIntoView();
  }
}
addEventListener('hashchange', reveal);
for (const hidden of document.querySelectorAll('.js')) hidden.hidden = false;
for (const hidden of document.querySelectorAll('.no-js')) hidden.hidden = true;
reveal();
