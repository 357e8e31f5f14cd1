// SPDX-License-Identifier: LGPL-2.1-or-later
// lighthouse.mjs FOLDER ADDRESS: for each line of the standard input, the width of the window, one
// line of JSON about the page that the browser with its debugger at ADDRESS shows: each category's
// score and the audits that it lost points for. FOLDER has Lighthouse.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, address] = process.argv.slice(2);
const load = (name) => import(
  pathToFileURL(createRequire(folder + '/').resolve(name)).href);
const { snapshot } = await load('lighthouse');
const { default: puppeteer } = await load('puppeteer-core');

// A second each time, of which only performance is judged.
const { pageFunctions } = await load('lighthouse/core/lib/page-functions.js');
pageFunctions.computeBenchmarkIndex = () => 1000;

const browser = await puppeteer.connect({ browserURL: 'http://' + address, defaultViewport: null });
const page = (await browser.pages()).find((one) => one.url().startsWith('http'));

for await (const width of createInterface({ input: process.stdin })) {
  const { lhr } = await snapshot(page, {
    flags: {
      logLevel: 'silent',
      onlyCategories: ['accessibility', 'best-practices'],
      formFactor: Number(width) < 500 ? 'mobile' : 'desktop',
      // The test has seen to both.
      screenEmulation: { disabled: true },
      emulatedUserAgent: false,
      disableFullPageScreenshot: true,
    },
  });
  const found = Object.fromEntries(Object.values(lhr.categories).map((category) => [category.id, {
    score: category.score,
    lost: category.auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null
        && lhr.audits[id].score < 1)
      .map(({ id }) => [id, lhr.audits[id].details?.items]),
    n: category.auditRefs.filter(({ id }) => lhr.audits[id].score !== null).length,
  }]));
  console.log(JSON.stringify(found));
}
await browser.disconnect();
