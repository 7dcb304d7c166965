/* The volunteers' tally in three taps. It works without a network: what is written lies in this phone's IndexedDB, each with
   an id made here, until the server says that it has it. Sending twice is no harm: the server keeps an id once. All words
   come from the page. */
(() => {
  "use strict";

  const KEEPER = "/tinh-nguyen";

  /* --- the page of who has not joined: a kept copy of somebody's page must not stay on this phone ------------------ */

  /* The lookup shows its way here on a volunteer's phone. */
  const belongs = (yes) => {
    try {
      if (yes) localStorage.setItem("tn:nhom", "1");
      else localStorage.removeItem("tn:nhom");
    } catch {
      /* Storage is off: the way there is at the end of the lookup page. */
    }
  };
  const forget = async () => {
    belongs(false);
    if (!("caches" in window)) return;
    for (const name of await caches.keys()) await (await caches.open(name)).delete(KEEPER);
  };
  if (document.querySelector("[data-tally-forget]")) {
    forget().catch(() => null);
    return;
  }

  const root = document.querySelector("[data-tally]");
  if (!root) return;
  const { GanDan } = window;
  const { filled } = GanDan;
  const one = (name, within = root) => within.querySelector(`[data-${name}]`);
  const all = (name, within = root) => [...within.querySelectorAll(`[data-${name}]`)];
  const { owner, csrf } = root.dataset;
  const HOLD = 5000; /* milliseconds in which a slip of the finger can be taken back */
  const AGAIN = 30000;
  const PATIENCE = 20000;
  const MOST = 50;
  const RESULTS = 8;
  const REMEMBERED = 5;

  /* --- the queue ------------------------------------------------------------------------------------------------- */

  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const opening = () => {
    const request = indexedDB.open("gandan-tinh-nguyen", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("queue", { keyPath: "id" });
    return asked(request);
  };

  /* `strict`: on the disk, not only on its way there, before we say «đã ghi»: the phone may be switched off the next moment. */
  const change = (database, work) =>
    new Promise((resolve, reject) => {
      const act = database.transaction("queue", "readwrite", { durability: "strict" });
      act.oncomplete = () => resolve();
      act.onerror = () => reject(act.error);
      act.onabort = () => reject(act.error);
      work(act.objectStore("queue"));
    });

  /* The volunteer's own entries, oldest first. Those of somebody else who used this phone wait for that person. */
  const waiting = async (database) => {
    const found = await asked(database.transaction("queue").objectStore("queue").getAll());
    return found.filter((entry) => entry.owner === owner).sort((a, b) => a.made - b.made || (a.id < b.id ? -1 : 1));
  };

  /* randomUUID exists on https only; getRandomValues everywhere. */
  const freshId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  let database = null;
  let held = null; /* id of the last entry, while it can be taken back */
  let trouble = ""; /* "out": no longer in the group, "old": the page's token is of another day */
  let sentAny = false;

  /* --- what stands on the page ------------------------------------------------------------------------------------ */

  const state = one("state");
  const show = async (sending = 0) => {
    const entries = await waiting(database);
    const open = entries.filter((entry) => !entry.refused);
    const words = state.dataset;
    const ready = open.filter((entry) => entry.id !== held).length;
    let said = sentAny ? words.sent : words.none;
    if (trouble && open.length) said = filled(words[trouble], { n: open.length });
    else if (sending) said = filled(words.sending, { n: sending });
    else if (ready || (open.length && !navigator.onLine)) said = filled(words.waiting, { n: open.length });
    else if (open.length) said = words.held;
    if (state.textContent !== said) state.textContent = said;
    state.dataset.tone = trouble || ready || (open.length && !navigator.onLine) ? "waiting" : "";
    root.dataset.waiting = String(open.length);
    one("leaving").hidden = !open.length;
    one("refused").replaceChildren(...entries.filter((entry) => entry.refused).map(refusedLine));
    for (const button of all("online").flatMap((form) => [...form.querySelectorAll("button")])) {
      button.dataset.own ??= String(button.disabled);
      button.disabled = button.dataset.own === "true" || !navigator.onLine;
    }
    const needs = one("needs-network");
    if (needs) needs.hidden = navigator.onLine;
  };

  const refusedLine = (entry) => {
    const line = one("refused-line").content.cloneNode(true);
    line.querySelector("span").textContent = `${entry.name || entry.code}: ${entry.refused}`;
    line.querySelector("button").addEventListener("click", async () => {
      await change(database, (queue) => queue.delete(entry.id));
      await show();
    });
    return line;
  };

  /* --- sending ------------------------------------------------------------------------------------------------------ */

  const post = async (entries) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      return await fetch(root.dataset.send, {
        method: "POST",
        credentials: "same-origin",
        redirect: "error",
        headers: { "content-type": "application/json", accept: "application/json", "x-csrf": csrf },
        body: JSON.stringify({
          now: Date.now(),
          tallies: entries.map(({ id, code, on_behalf, hard, made }) => ({ id, code, on_behalf, hard, made })),
        }),
        signal: stop.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  };

  /* One batch; whether there may be more to send. */
  const sendSome = async () => {
    const entries = (await waiting(database)).filter((entry) => !entry.refused && entry.id !== held).slice(0, MOST);
    if (!entries.length || !navigator.onLine) return false;
    await show(entries.length);
    const answer = await post(entries);
    trouble = { 401: "out", 403: "out", 422: "old" }[answer.status] || "";
    if (!answer.ok) return false;
    const { kept, refused, month } = await answer.json();
    await change(database, (queue) => {
      kept.forEach((id) => queue.delete(id));
      entries.filter((entry) => refused[entry.id]).forEach((entry) => queue.put({ ...entry, refused: refused[entry.id] }));
    });
    sentAny = sentAny || kept.length > 0;
    one("month").textContent = filled(one("month").dataset.words, { n: month });
    return kept.length + Object.keys(refused).length > 0;
  };

  let busy = false;
  let again = false; /* something was written while we were sending */
  const send = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      do {
        again = false;
        while (await sendSome());
      } while (again);
    } catch {
      /* No network after all: it stays in the queue. */
    }
    busy = false;
    await show();
  };

  /* --- three taps ---------------------------------------------------------------------------------------------------- */

  const chosen = { code: "", name: "", filed: "", filedName: "" };
  let steps = [];

  const go = (number, focus = true) => {
    steps.forEach((step) => {
      step.hidden = Number(step.dataset.step) !== number;
    });
    all("chosen").forEach((place) => {
      place.textContent = chosen.name + (number === 3 ? ` · ${chosen.filedName}` : "");
    });
    if (focus) {
      const heading = steps[number - 1].querySelector("h2");
      heading.focus({ preventScroll: true });
      (number === 1 ? root : heading).scrollIntoView({ block: "start" });
    }
  };

  const release = () => {
    held = null;
    one("undo").hidden = true;
    send();
  };

  const record = async (hard, hardName) => {
    const entry = {
      id: freshId(), owner, code: chosen.code, name: chosen.name, on_behalf: chosen.filed === "1", hard, made: Date.now(),
    };
    try {
      await change(database, (queue) => queue.put(entry));
    } catch { /* The memory is full, or the browser closed its store while we lay in the background: the next try opens it anew. */
      state.textContent = state.dataset.failed;
      state.dataset.tone = "waiting";
      state.scrollIntoView({ block: "center" });
      database = await opening().catch(() => database);
      return;
    }
    held = entry.id;
    remember();
    const done = one("done");
    done.textContent = filled(done.dataset.words, { name: chosen.name, filed: chosen.filedName, hard: hardName });
    one("said")?.remove();
    one("done-place").hidden = false;
    one("undo").hidden = false;
    one("find").value = "";
    list();
    go(1);
    await show();
    /* Without a network nothing is sent anyway: it can be taken back until there is one. */
    setTimeout(() => {
      if (held === entry.id && navigator.onLine) release();
    }, HOLD);
  };

  const undo = async () => {
    const id = held;
    if (!id) return;
    await change(database, (queue) => queue.delete(id));
    if (held === id) held = null; /* only now: a sending that had read the queue before would take it along */
    one("done-place").hidden = true;
    await show();
    steps[0].querySelector("h2").focus();
  };

  /* --- which procedure -------------------------------------------------------------------------------------------------- */

  const LAST = "tn:vua-giup";
  const last = () => {
    try {
      return JSON.parse(localStorage.getItem(LAST) || "[]").filter((each) => Array.isArray(each) && each.length === 2);
    } catch {
      return [];
    }
  };
  const remember = () => {
    const kept = [[chosen.code, chosen.name], ...last().filter(([code]) => code !== chosen.code)].slice(0, REMEMBERED);
    try {
      localStorage.setItem(LAST, JSON.stringify(kept));
    } catch {
      /* Full or off: then the usual ones stand first. */
    }
  };

  const usual = all("often").flatMap((place) => [...place.content.querySelectorAll("button")]).map((button) => [button.dataset.code, button.textContent]);
  let catalog = null;

  const item = ([code, name]) => {
    const line = one("choice").content.cloneNode(true);
    const button = line.querySelector("button");
    button.textContent = name;
    button.dataset.code = code;
    return line;
  };

  const list = () => {
    const typed = one("find").value.trim();
    const words = one("count").dataset;
    let shown = [...last(), ...usual.filter(([code]) => !last().some(([own]) => own === code))].slice(0, RESULTS);
    let said = words.last;
    if (typed && catalog) {
      const named = catalog.byCode.get(typed);
      shown = named ? [named] : catalog.finder.find(typed, RESULTS).slice(0, RESULTS).map(([number]) => catalog.procedures[number]);
      said = shown.length ? words.found : words.none;
      shown = shown.map((each) => [each.code, each.name]);
    } else if (typed && catalog === false) {
      said = words.failed;
    }
    one("count").textContent = said;
    one("procedures").replaceChildren(...shown.map(item));
  };

  /* The lookup's own data and understanding; the copy it keeps, if this page is of another version. */
  const load = async () => {
    let answer;
    try {
      answer = await fetch(root.dataset.file);
      if (!answer.ok) throw new Error(String(answer.status));
    } catch (error) {
      answer = "caches" in window ? await caches.match(root.dataset.file.split("?")[0], { ignoreSearch: true }) : null;
      if (!answer) throw error;
    }
    const { meta, part } = GanDan.open(GanDan.unlzma(await answer.arrayBuffer()));
    meta.procedures = new GanDan.Texts(part).read("list").map(GanDan.listed);
    const finder = new GanDan.Finder(meta, part);
    catalog = { finder, procedures: meta.procedures, byCode: new Map(meta.procedures.map((each) => [each.code, each])) };
    finder.readNames().then(() => {
      root.dataset.ready = "yes";
      if (one("find").value) list();
    });
  };

  /* From the lookup: the procedure is known already. */
  const follow = () => {
    const found = catalog && catalog.byCode.get(location.hash.slice(1));
    if (!found) return;
    history.replaceState(null, "", location.pathname);
    Object.assign(chosen, { code: found.code, name: found.name });
    go(2);
  };

  /* --- the copy on this phone ---------------------------------------------------------------------------------------------- */

  const keep = async () => {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(root.dataset.worker, { scope: "/", updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    }
    /* What a form just said («Bạn đã vào nhóm») must not stay in the copy. */
    if (location.search || !(await caches.match(root.dataset.home))) await fetch(root.dataset.home, { cache: "no-cache" });
    if (await caches.match(root.dataset.home)) one("kept").hidden = false;
  };

  /* --- beginning ------------------------------------------------------------------------------------------------------------- */

  const listen = () => {
    one("find").addEventListener("input", list);
    one("procedures").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      Object.assign(chosen, { code: button.dataset.code, name: button.textContent });
      if (held) release();
      one("done-place").hidden = true;
      go(2);
    });
    all("filed").forEach((button) => {
      button.addEventListener("click", () => {
        Object.assign(chosen, { filed: button.dataset.filed, filedName: button.textContent });
        go(3);
      });
    });
    let recording = false; /* a finger that taps twice counts once */
    all("hard").forEach((button) => {
      button.addEventListener("click", async () => {
        if (recording || steps[2].hidden) return;
        recording = true;
        try {
          await record(button.dataset.hard, button.textContent);
        } finally {
          recording = false;
        }
      });
    });
    all("back").forEach((button) => {
      button.addEventListener("click", () => go(Number(button.closest("[data-step]").dataset.step) - 1));
    });
    one("undo").addEventListener("click", undo);
    one("leave").addEventListener("submit", (event) => {
      if (root.dataset.waiting !== "0") event.preventDefault();
    });
    window.addEventListener("online", release);
    window.addEventListener("offline", () => show());
    window.addEventListener("hashchange", follow);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) send();
    });
    setInterval(() => {
      if (root.dataset.waiting !== "0") send();
    }, AGAIN);
  };

  const begin = async () => {
    try {
      database = await opening();
    } catch {
      state.textContent = state.dataset.unkept; /* the form below still works */
      return;
    }
    belongs(true);
    steps = all("step");
    one("plain").hidden = true;
    one("steps").hidden = false;
    list();
    listen();
    send();
    keep().catch(() => null);
    try {
      await load();
      follow();
      if (one("find").value) list();
    } catch {
      catalog = false;
      list();
    }
  };
  begin();
})();
