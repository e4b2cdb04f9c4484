// SPDX-License-Identifier: MIT
//
// The page of --explain in a real browser: node .ci/explain.mjs, in the project's folder. It wants a Chromium
// (CHROMIUM names it, else the PATH is searched) and nothing else: it speaks the DevTools protocol over a pipe.
// Ends with its counts; without a Chromium it says so and ends with status 0.

import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const found = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter(Boolean).find(name => {
  try { return execFileSync(name, ['--version'], {stdio: ['ignore', 'pipe', 'ignore']}).length; } catch { return false; }
});
if (!found) {
  console.log('explain.html was not tried: there is no Chromium here (Debian: apt-get install chromium)');
  process.exit(0);
}

// ── A browser ──

const temp = mkdtempSync(join(tmpdir(), 'explain-'));
const chromium = spawn(found, ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', '--no-first-run',
  '--user-data-dir=' + join(temp, 'profile'), 'about:blank'], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
const answers = new Map(), listeners = new Set();
let calls = 0, unread = '', session;
chromium.stdio[4].on('data', data => {
  const messages = (unread + data).split('\0');
  unread = messages.pop();
  for (const message of messages.map(text => JSON.parse(text)))
    if (!message.id) listeners.forEach(listen => listen(message));
    else if (message.error) answers.get(message.id).no(new Error(message.error.message));
    else answers.get(message.id).yes(message.result);
});

const send = (method, params = {}) => new Promise((yes, no) => {
  answers.set(++calls, {yes, no});
  chromium.stdio[3].write(JSON.stringify({id: calls, method, params, sessionId: session}) + '\0');
});

/** Evaluates in the page. */
async function evaluate(expression) {
  const {result, exceptionDetails} = await send('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
  if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
  return result.value;
}

/** Opens a file; what was asked of any server, and what went wrong. */
async function open(file) {
  const requests = [], errors = [];
  const listen = ({method, params}) => {
    if (method === 'Network.requestWillBeSent' && !/^data:/.test(params.request.url)) requests.push(params.request.url);
    if (method === 'Runtime.exceptionThrown') errors.push(params.exceptionDetails.exception.description);
    if (method === 'Page.loadEventFired') loaded();
  };
  let loaded;
  const load = new Promise(yes => loaded = yes);
  listeners.add(listen);
  await send('Page.navigate', {url: 'file://' + file});
  await load;
  await evaluate('new Promise(yes => requestAnimationFrame(() => setTimeout(yes)))');
  return {requests, errors, done: () => listeners.delete(listen)};
}

async function key(name, code = name) {
  for (const type of ['keyDown', 'keyUp'])
    await send('Input.dispatchKeyEvent', {type, key: name, code, windowsVirtualKeyCode: {Tab: 9, Enter: 13, Home: 36}[name] || 0});
}

/** Clicks the number of this id. */
async function click(id) {
  const {x, y} = await evaluate(`(() => {
    const c = cells.find(c => c.id === ${JSON.stringify(id)});
    c.element.scrollIntoView({block: 'center', inline: 'center'});
    const {x, y, width, height} = c.rect.getBoundingClientRect();
    return {x: x + width / 2, y: y + height / 2};
  })()`);
  for (const type of ['mousePressed', 'mouseReleased'])
    await send('Input.dispatchMouseEvent', {type, x, y, button: 'left', clickCount: 1});
}

// ── What is checked ──

let passed = 0, failed = 0;
function check(what, right, said = '') {
  right ? passed++ : failed++;
  if (!right) console.log(`FAILED: ${what} ${said}`);
}
const close = (a, b) => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));

const SCRIPT = /(<script type="application\/json" id="numbers">)(.*?)(<\/script>)/s;
const jsonOf = file => JSON.parse(readFileSync(file, 'utf8').match(SCRIPT)[2]);

/** The rows of a matrix; the text of one. */
function rows(text, columns) {
  const bytes = Buffer.from(text, 'base64'), all = Array.from({length: bytes.length / 8}, (_, k) => bytes.readDoubleLE(8 * k));
  return Array.from({length: all.length / columns}, (_, i) => all.slice(i * columns, (i + 1) * columns));
}
function base64(rows) {
  const bytes = Buffer.alloc(8 * rows.flat().length);
  rows.flat().forEach((number, k) => bytes.writeDoubleLE(number, 8 * k));
  return bytes.toString('base64');
}

/** Trains and explains; the page. */
function explain(name, ...options) {
  const out = join(temp, name);
  execFileSync('./jbang', ['rnn.java', '--explain', '--quiet', '--out', out, ...options], {stdio: ['ignore', 'inherit', 'inherit']});
  return join(out, 'explain.html');
}

/** It agrees, asks nobody for anything, is small and quick, and its text can be read. */
async function opens(name, file, most = 200_000) {
  const page = await open(file), bytes = statSync(file).size;
  const said = await evaluate(`document.getElementById('agreement').textContent`);
  check(`${name}: it agrees`, /agrees with rnn.java to 1e-12/.test(said), said);
  check(`${name}: no errors`, page.errors.length === 0, page.errors);
  let drawn = Infinity;
  for (let tries = 0; tries < 3 && drawn >= 1000; tries++) {       // others use this machine, too
    if (tries > 0) (await open(file)).done();
    drawn = Math.min(drawn, await evaluate(`Math.max(performance.getEntriesByType('navigation')[0].loadEventEnd,
      ...performance.getEntriesByType('paint').map(p => p.startTime))`));
  }
  check(`${name}: drawn within a second`, drawn < 1000, drawn);
  check(`${name}: bytes`, bytes <= most, bytes);
  const walked = await evaluate(`(() => {
    const times = () => walk.map((_, k) => {
      const start = performance.now();
      go(k);
      document.body.getBoundingClientRect();
      return performance.now() - start;
    });
    const walks = [times(), times(), times()];
    return {steps: walk.length, most: Math.max(...walk.map((_, k) => Math.min(...walks.map(times => times[k]))))};
  })()`);
  check(`${name}: each step of the walk below 100 ms`, walked.most < 100, walked.most);
  const small = await evaluate(`[...document.querySelectorAll('body *')].filter(e => e.textContent.trim() && !/^(script|style)$/i.test(e.tagName)
    && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.outerHTML.slice(0, 80))`);
  check(`${name}: no text below 12 px`, small.length === 0, small[0]);
  check(`${name}: no requests`, page.requests.every(url => url === 'file://' + file), page.requests);
  page.done();
  console.log(`${name}: ${said.match(/\d+/)[0]} numbers, ${bytes} bytes, drawn after ${drawn.toFixed(0)} ms, `
    + `${walked.steps} steps of at most ${walked.most.toFixed(0)} ms`);
}

async function equationsCanBeRead(file) {
  await open(file);
  const {before, H} = jsonOf(file), a = rows(before.a, H), h = rows(before.h, H), Wxh = rows(before.W.Wxh, H);
  await click('h 2 4');
  let said = await evaluate(`document.getElementById('number').innerText`);
  check('h[2] of unit 5 is asked for', said.includes('h[2]5'), said);
  check('its value, in full', said.includes(h[1][4].toFixed(14).replace('-', '−')), said);
  check('tanh of a', said.includes('tanh(' + Number(a[1][4].toPrecision(6)).toString().replace('-', '−')), said);
  await evaluate(`[...document.querySelectorAll('#number button')].find(b => b.dataset.id === 'a 2 4').click()`);
  const terms = await evaluate(`[...document.querySelectorAll('#number tr')].map(tr => [...tr.cells].slice(0, 3).map(td => td.textContent))`);
  check('a has a term for each input, each unit and the bias, and a sum', terms.length === 3 + 16 + 1 + 1, terms.length);
  check('its first term', terms[0][0] === 'x[2]1 · Wxh1,5' && Math.abs(Number(terms[0][2].replace('−', '-'))
    - 0.2 * Wxh[0][4]) < 1e-3, terms[0]);
}

async function keysAreEnough(file) {
  await open(file);
  await key('Home');
  check('Home goes to the start', await evaluate('position') === 0);
  for (let k = 0; k < 4; k++) await key('ArrowRight');
  check('→ walks', await evaluate('walk[position].key') === 'a 2');
  await key('ArrowLeft');
  check('← walks back', await evaluate('walk[position].key') === 'y 1');
  for (let k = 0; k < 12 && !await evaluate(`document.activeElement.matches('.cell')`); k++) await key('Tab');
  check('Tab comes to a number', await evaluate(`document.activeElement.matches('.cell')`));
  await key('ArrowRight');
  await key('ArrowDown');
  const name = await evaluate(`document.activeElement.getAttribute('aria-label')`);
  await key('Enter');
  check('Enter explains it', name.startsWith(await evaluate('plain(picked)') + ': '), name);
  const {nodes} = await send('Accessibility.getFullAXTree');
  const names = nodes.filter(n => !n.ignored).map(n => `${n.role?.value} ${n.name?.value?.trim()}`);
  for (const wanted of [/^radio before training/, /^slider Walk through the step/, /^button h\[1\] 5: −?0\.\d+/, /^button Whh 3,4: −?0\.\d+/])
    check(`a screen reader finds ${wanted}`, names.some(n => wanted.test(n)));
}

/** rnn.java, with the same weight changed in its model file, is the judge. */
async function aChangedWeightIsFollowed(file, options) {
  const model = readFileSync(join(file, '..', 'model.safetensors')), head = Number(model.readBigUInt64LE());
  const header = JSON.parse(model.subarray(8, 8 + head)), H = header['rnn.weight_hh_l0'].shape[0];
  model.writeDoubleLE(0.75, 8 + head + header['rnn.weight_hh_l0'].data_offsets[0] + 8 * (4 * H + 2));    // transposed: Whh[2][4]
  const changed = join(temp, 'changed.safetensors');
  writeFileSync(changed, model);
  const {before: judge, O} = jsonOf(explain('changed', '--load', changed, '--epochs', '0', ...options));
  await open(file);
  await click('Whh 2 4');
  await evaluate(`(() => {
    const input = document.getElementById('weight');
    input.value = '0.75';
    input.dispatchEvent(new Event('input'));
  })()`);
  const page = await evaluate('({loss: s.loss, dW: s.dW, updated: s.updated, said: document.getElementById("loss").textContent})');
  check('the loss follows', close(page.loss, judge.loss), `${page.loss} ${judge.loss}`);
  check('and is shown', page.said.includes(judge.loss.toPrecision(6)), page.said);
  for (const name of ['Wxh', 'Whh', 'Why'])
    for (const kind of ['dW', 'updated'])
      check(`${kind} ${name} follows`, rows(judge[kind][name], name === 'Why' ? O : H).every((row, i) => row.every((v, j) => close(page[kind][name][i][j], v))));
}

async function aWrongNumberIsNamed(file) {
  const broken = join(temp, 'broken.html'), {H, O} = jsonOf(file);
  function change(matrices, name, i, j, f) {
    const matrix = rows(matrices[name], name.endsWith('y') ? O : H);
    matrix[i][j] = f(matrix[i][j]);
    matrices[name] = base64(matrix);
  }
  for (const [name, spoil] of [['before training: da[2] 4', ({before}) => change(before, 'da', 1, 3, v => v + 1e-11)],
      ['after training: dWhh 3,5', ({after}) => change(after.dW, 'Whh', 2, 4, () => 0.5)],
      ['before training: new by 2', ({before}) => change(before.updated, 'by', 0, 1, v => v + 1e-9)],
      ['after training: the gradients’ norm', ({after}) => after.norm *= 1.001],
      ['before training: the loss after the update', ({before}) => before.nextLoss += 1e-9]]) {
    const text = readFileSync(file, 'utf8'), numbers = jsonOf(file);
    spoil(numbers);
    writeFileSync(broken, text.replace(SCRIPT, (_, start, __, end) => start + JSON.stringify(numbers) + end));
    await open(broken);
    const said = await evaluate(`document.getElementById('agreement').textContent`);
    check(`${name} is named`, said.startsWith(name + ' is ') && said.includes('1 of'), said);
  }
}

const watch = setTimeout(() => { console.log('FAILED: it takes too long'); process.exit(1); }, 300_000);
try {
  const {targetInfos} = await send('Target.getTargets');
  session = (await send('Target.attachToTarget', {targetId: targetInfos.find(t => t.type === 'page').targetId, flatten: true})).sessionId;
  for (const domain of ['Page', 'Runtime', 'Network', 'Accessibility']) await send(domain + '.enable');
  await send('Emulation.setDeviceMetricsOverride', {width: 1440, height: 900, deviceScaleFactor: 1, mobile: false});
  writeFileSync(join(temp, 'words.txt'), 'to be, or not to be: </script> that is\u2028 the question 🎈\n'.repeat(9));
  const characters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?-()[]{}/+*=%&#@~^_|';    // 88
  writeFileSync(join(temp, 'book.txt'), ('The quick brown fox ' + characters).repeat(3));
  writeFileSync(join(temp, 'long.json'), JSON.stringify({inputs: [Array.from({length: 30}, (_, t) => [t / 30, 1, -t])], targets: [[[1, 2]]]}));
  const book = ['--data', join(temp, 'book.txt'), '--epochs', '1', '--momentum', '0.9', '--clip', '5'];
  const pages = {
    toy: ['--epochs', '5'],
    sunspots: ['--data', 'data/sunspots.json', '--epochs', '5', '--momentum', '0.9', '--clip', '0.01'],
    parity: ['--data', 'data/parity.json', '--epochs', '2', '--validate', '40', '--momentum', '0.9', '--clip', '1'],
    elements: ['--data', 'data/elements.json', '--epochs', '5'],
    reber: ['--data', 'data/reber.json', '--epochs', '5', '--batch', '8'],
    text: ['--data', join(temp, 'words.txt'), '--epochs', '5'],
    long: ['--data', join(temp, 'long.json'), '--epochs', '5'],
    untrained: ['--epochs', '0'],
    forty: ['--hidden', '40', '--epochs', '5', '--momentum', '0.9'],
    book: [...book, '--hidden', '16'],
  };
  for (const name in pages) await opens(name, explain(name, ...pages[name]));
  // At full precision the weights before and after and their velocity alone are 3 · 8 bytes for each weight.
  await opens('book of 32 units', explain('wider', ...book, '--hidden', '32'), 280_000);
  await opens('book of 100 units', explain('wide', ...book, '--hidden', '100'), 860_000);
  const toy = join(temp, 'untrained', 'explain.html');
  await equationsCanBeRead(toy);
  await keysAreEnough(toy);
  await aChangedWeightIsFollowed(toy, []);
  await aWrongNumberIsNamed(toy);
} catch (e) {
  check('no exception', false, e.stack);
} finally {
  clearTimeout(watch);
  chromium.kill();
  await new Promise(yes => chromium.once('exit', yes));
  rmSync(temp, {recursive: true, force: true});
}
console.log(`explain.html in ${found}: ${passed} checks passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
