/* Keeps the lookup page for places without a network. The server writes VERSION, DAY, PAGE, FILES and BESIDE above this.

   A new version is fetched whole, beside the old one, and waits until the page says «dùng»: nobody's page changes under
   their hands. Files have their hash in their address, so what did not change is taken from the old version. */
"use strict";

const NAME = `gandan-${VERSION}`;
const OURS = /^gandan-/;

const kept = async (address) => {
  const found = await caches.match(address);
  return found && !found.redirected ? found : null;
};

const fill = async () => {
  const cache = await caches.open(NAME);
  const add = async (address) => {
    const answer = (await kept(address)) || (await fetch(address, { credentials: "same-origin" }));
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    await cache.put(address, answer);
  };
  const page = await fetch(PAGE, { cache: "no-cache", credentials: "same-origin" });
  if (!page.ok || page.redirected) throw new Error(`${page.status} ${PAGE}`);
  await cache.put(PAGE, page);
  await Promise.all(FILES.map(add));
  /* Pages of signed-in volunteers: kept when there is something to keep; as they were when the server cannot say now. */
  const beside = async (address) => {
    const answer = await refresh(address).catch(() => null);
    const old = !answer || answer.status >= 500 ? await kept(address) : null;
    if (old) await cache.put(address, old);
  };
  await Promise.all(BESIDE.map(beside));
};

/* A page of somebody who is signed in; when they are so no more, the copy goes: the phone may be shared. */
const copy = async (address, answer) => {
  const cache = await caches.open(NAME);
  if (answer.redirected || answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) await cache.delete(address);
  else if (answer.ok) await cache.put(address, answer.clone());
  return answer;
};

const refresh = async (address) => copy(address, await fetch(address, { cache: "no-cache", credentials: "same-origin" }));

self.addEventListener("install", (event) => event.waitUntil(fill()));

self.addEventListener("activate", (event) => {
  const clear = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => OURS.test(name) && name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

self.addEventListener("message", (event) => {
  if (event.data === "use") self.skipWaiting();
  if (event.data === "day") event.ports[0].postMessage(DAY);
});

const first = async (request, address) => (await (await caches.open(NAME)).match(address)) || fetch(request);

const hashed = async (request) => {
  const cache = await caches.open(NAME);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
};

const fresh = async (request, address) => {
  try {
    return await copy(address, await fetch(request));
  } catch (error) {
    const found = await (await caches.open(NAME)).match(address);
    if (found) return found;
    throw error;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const address = url.pathname + url.search;
  if (url.pathname === PAGE) event.respondWith(first(request, PAGE));
  else if (FILES.includes(address)) event.respondWith(first(request, address));
  else if (BESIDE.includes(url.pathname)) event.respondWith(fresh(request, url.pathname));
  else if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) event.respondWith(hashed(request));
});
