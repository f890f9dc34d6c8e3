// A server of one's own, and a browser that looks at it. Whatever the browser complains about, and whomever it calls, is kept.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { chromium } = createRequire(import.meta.url)('playwright-core');

/** Starts a server; it answers when this is done. */
export async function serve(...options) {
  const usual = ['--listen', '127.0.0.1:0', '--recipients', '150', '--groups', '6', '--log', 'off'];
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STANDIN_')));
  const server = spawn(process.env.STANDIN_BINARY, [...usual, ...options], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stderr.on('data', (part) => { said += part; });
  const ended = once(server, 'exit').then(() => { throw new Error(said); });
  const [line] = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
  ended.catch(() => {});
  const { url } = JSON.parse(line);
  return { url, stop: () => { server.kill(); return once(server, 'exit'); } };
}

/** Starts a browser with a profile of its own, which is gone afterwards. */
export function browse() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A tab. `complaints` has each error of its console and of its scripts, `called` each host that it called. */
export async function tab(context) {
  const page = await context.newPage();
  const complaints = [];
  const called = new Set();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => { if (/^(http|ws)/.test(request.url())) called.add(new URL(request.url()).host); });
  return { page, complaints, called };
}

/** Each text that stands out less from its background than WCAG AA asks (4.5, or 3 where it is large and bold). */
export function faint() {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility() || element.disabled || element.closest('[hidden]')) continue;
    const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(background(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) found.push(`${element.tagName} ${element.className}: ${element.textContent.slice(0, 30)} (${ratio.toFixed(2)})`);
  }
  return found;
}

/** Each control that a screen reader could not name. */
export function nameless() {
  const controls = [...document.querySelectorAll('input, select, textarea, button, a[href], [role=meter]')];
  return controls.filter((one) => {
    const labelled = [...(one.labels ?? [])].map((label) => label.textContent).join('');
    const own = ['BUTTON', 'A'].includes(one.tagName) ? one.textContent : '';
    return !(one.getAttribute('aria-label') || labelled || own).trim();
  }).map((one) => one.outerHTML);
}
