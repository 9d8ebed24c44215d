import { afterEach, beforeEach, expect } from '@jest/globals';
import { openBrowser, type BrowserSession } from './browser.js';
import type { Platform } from './platform.js';

/** A fresh browser for every test of the suite, and what a person finds on the pages by its name. */
export function useBrowser(platform: () => Platform) {
  let session: BrowserSession | null = null;
  beforeEach(async () => {
    session = await openBrowser();
  });
  afterEach(async () => {
    await session?.close();
    session = null;
  });
  const current = (): BrowserSession => {
    if (session === null) throw new Error('the browser of this test is not open');
    return session;
  };

  const input = (name: string) => current().page.getByRole('textbox', { name, exact: true });
  const button = (name: string | RegExp) => current().page.getByRole('button', { name, exact: true });
  const picture = (name: string): Promise<void> => current().picture(name);
  return {
    get page() {
      return current().page;
    },
    get complaints() {
      return current().complaints;
    },
    picture,
    input,
    button,
    heading: (name: string | RegExp) => current().page.getByRole('heading', { name, level: 1, exact: true }),
    region: (name: string) => current().page.getByRole('region', { name, exact: true }),
    tab: (name: string) => current().page.getByRole('tab', { name, exact: true }),
    dialog: () => current().page.getByRole('dialog'),

    logIn: async (path = '/'): Promise<void> => {
      const { username, password } = platform().administrator;
      await current().page.goto(`${platform().url}${path}`);
      await input('Username or e-mail address').fill(username);
      await current().page.getByLabel(/^Password/).fill(password);
      await button('Log in').click();
    },

    /** Types into a box that offers choices, and takes the first that fits. */
    choose: async (label: string, words: string, option: string | RegExp): Promise<void> => {
      const select = current().page.getByRole('combobox', { name: label, exact: true });
      await select.click();
      await select.fill(words);
      await current().page.getByRole('option', { name: option }).first().click();
    },

    /** Opens a page, which shows no alert, and keeps its picture. */
    lookAt: async (path: string, kept: string): Promise<void> => {
      await current().page.goto(`${platform().url}/${path}`, { waitUntil: 'networkidle' });
      expect(await current().page.getByRole('alert').allInnerTexts()).toEqual([]);
      await picture(`${path.replaceAll('/', '-')}-${kept}`);
    },
  };
}
