// An Actor in JavaScript that crawls a whole site with twenty hands, each pushing and storing as it goes.

import { CheerioCrawler } from '@crawlee/cheerio';
import { Actor } from 'apify';

const HANDS = 20;
const WAVE_MS = 250;
const pages = { now: 0, most: 0 };

// All hands that wait go on at the same moment, so that they push at once.
const nextWave = () => new Promise((go) => setTimeout(go, WAVE_MS - (Date.now() % WAVE_MS)));

await Actor.init();
const { start } = await Actor.getInput();
await Actor.setStatusMessage('Crawling');

const crawler = new CheerioCrawler({
    minConcurrency: HANDS,
    maxConcurrency: HANDS,
    maxRequestRetries: 2,
    useSessionPool: false,
    experiments: { requestLocking: process.argv[2] === 'shared' },
    async requestHandler({ request, response, $, enqueueLinks }) {
        if (response.statusCode >= 400) throw new Error(`The site answered ${response.statusCode}`);
        pages.now += 1;
        pages.most = Math.max(pages.most, pages.now);
        await enqueueLinks();
        await nextWave();
        const { url, uniqueKey } = request;
        await Promise.all([
            Actor.pushData({ url, part: 'title', title: $('h1').text() }),
            Actor.pushData([0, 1].map((part) => ({ url, part }))),
            Actor.setValue(`page-${uniqueKey.slice(-40).replace(/[:/?=&]/g, '-')}`, { url }),
        ]);
        pages.now -= 1;
    },
});

await crawler.run([start]);
await Actor.setValue('OUTPUT', { most: pages.most });
await Actor.setStatusMessage('Crawled', { isStatusMessageTerminal: true });
await Actor.exit();
