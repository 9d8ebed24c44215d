import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { findProgram } from './peers.js';

export interface BrowserSession {
  page: Page;
  context: BrowserContext;
  /** What the page complained about in its console: a violated policy, a file that is missing, an error nobody caught. */
  complaints: string[];
  /** Keeps a picture for whoever looks into a failure; removed with the session unless the folder was given. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Debian's Chromium without a window and with a profile that nobody used. SIFAKA_TEST_PICTURES names a folder that keeps its pictures. */
export async function openBrowser(): Promise<BrowserSession> {
  const executablePath = findProgram('chromium');
  if (executablePath === null) throw new Error('chromium is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-browser-'));
  const pictures = process.env.SIFAKA_TEST_PICTURES ?? join(folder, 'pictures');
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    headless: true,
    args: flags,
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    acceptDownloads: true,
  });
  context.setDefaultTimeout(20_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser itself reports each refused request; whether one is expected is for the test to say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return {
    page,
    context,
    complaints,
    async picture(name) {
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    },
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
