/* The lookup page: search as one types, one procedure in full, its QR code, and the copy kept for places without a network. */
(() => {
  "use strict";

  const { GanDan } = window;
  const root = document.querySelector("[data-lookup]");
  if (!root) return;
  const one = (name, within = root) => within.querySelector(`[data-${name}]`);
  const place = {
    search: one("search"), box: document.getElementById("tra"), form: one("finder"), count: one("count"), found: one("found"),
    more: one("more"), advice: one("advice"), sheet: one("sheet"), age: one("age"), fresh: one("fresh"), field: one("field"), level: one("level"),
  };
  const RESULTS = 10;
  const GOOD = 0.2; /* share of the best sum */
  const DAY = 86400000;
  const OLD = 30; /* days without asking the server, after which the page warns */
  const HOUR = 3600000;

  /* Storage may be off or full: then things live as long as the page. */
  GanDan.store = {
    read: (where, key) => {
      try {
        return where.getItem(key);
      } catch {
        return null;
      }
    },
    write: (where, key, value) => {
      try {
        where.setItem(key, value);
      } catch {
        /* see above */
      }
    },
  };
  const { store, filled } = GanDan;

  let data = null;
  let everything = false;
  let asked = "";
  let scrolled = 0;

  /* --- data ---------------------------------------------------------------------------------------------------- */

  const load = async () => {
    const answer = await fetch(root.dataset.file);
    if (!answer.ok) throw new Error(String(answer.status));
    const { meta, part } = GanDan.open(GanDan.unlzma(await answer.arrayBuffer()));
    const texts = new GanDan.Texts(part);
    meta.procedures = texts.read("list").map(GanDan.listed);
    const finder = new GanDan.Finder(meta, part);
    let sheets = null;
    /* The list can be seen while the finder is still reading the names. */
    const named = finder.readNames();
    data = {
      named,
      meta,
      finder,
      procedures: meta.procedures,
      byCode: new Map(meta.procedures.map((procedure) => [procedure.code, procedure])),
      portalId: (number) => GanDan.portalId(part("portal"), number),
      sheet: (number) => {
        sheets = sheets || texts.read("sheets");
        return GanDan.sheet(sheets[number]);
      },
    };
  };

  /* --- the list ------------------------------------------------------------------------------------------------ */

  const passes = (procedure) => {
    const [field, level] = [place.field.value, place.level.value];
    if (field && data.meta.fields[procedure.field]?.[0] !== field) return false;
    return !level || data.meta.levels[procedure.level][0] === level;
  };

  const item = (procedure) => {
    const part = GanDan.copy("tra-muc-thu-tuc");
    const link = GanDan.slot(part, "name");
    link.textContent = procedure.name;
    link.href = `#${procedure.code}`;
    GanDan.badge(GanDan.slot(part, "level"), data.meta.levels[procedure.level]);
    GanDan.slot(part, "summary").textContent = procedure.summary;
    return part;
  };

  /* Procedures to show, and the words above them. */
  const chosen = () => {
    const words = place.count.dataset;
    const narrowed = Boolean(place.field.value || place.level.value);
    if (asked.trim()) {
      const coded = data.byCode.get(asked.trim());
      if (coded) return [[coded], filled(words.near, { n: 1 })];
      const found = data.finder.find(asked, narrowed ? data.procedures.length : RESULTS);
      /* Among all of a field there is always a best one: it must also be a good one. */
      const enough = narrowed ? Math.max(data.meta.least, found.length ? found[0][1] * GOOD : 0) : -Infinity;
      const kept = found.filter(([, score]) => score >= enough).map(([number]) => data.procedures[number]).filter(passes).slice(0, RESULTS);
      return [kept, kept.length ? filled(words.near, { n: kept.length }) : words.none];
    }
    if (!narrowed && !everything && data.meta.often.length) return [data.meta.often.map((number) => data.procedures[number]), words.often];
    const kept = data.procedures.filter(passes);
    return [kept, kept.length ? filled(words.all, { n: kept.length }) : words.none];
  };

  const show = () => {
    if (!data) return;
    const [procedures, words] = chosen();
    place.count.textContent = words;
    place.found.replaceChildren(...procedures.map(item));
    place.advice.hidden = procedures.length > 0;
    place.more.hidden = words !== place.count.dataset.often;
    const ask = one("ask");
    ask.href = asked.trim() ? `/?hoi=${encodeURIComponent(asked.trim())}` : "/";
  };

  /* --- one procedure ------------------------------------------------------------------------------------------- */

  const address = (procedure) => `${root.dataset.short}${procedure.code}`;

  const showQr = (procedure) => {
    const dialog = document.querySelector("[data-qr-dialog]");
    const [name, picture, letters] = ["name", "picture", "address"].map((each) => GanDan.slot(dialog, each));
    name.textContent = procedure.name;
    picture.replaceChildren(GanDan.drawing(address(procedure) + root.dataset.place));
    picture.setAttribute("aria-label", filled(picture.dataset.label, { address: address(procedure) }));
    letters.textContent = address(procedure).replace(/^https?:\/\//, "");
    dialog.showModal();
  };

  const share = async (procedure, said) => {
    const url = address(procedure);
    if (navigator.share) {
      try {
        await navigator.share({ title: procedure.name, text: procedure.name, url });
      } catch {
        /* Closed without choosing anyone. */
      }
      return;
    }
    try {
      await navigator.clipboard.writeText(url);
      said.replaceChildren(GanDan.copy("tra-da-chep"));
    } catch {
      const part = GanDan.copy("tra-chua-chep");
      part.firstElementChild.textContent = filled(part.firstElementChild.textContent, { address: url });
      said.replaceChildren(part);
    }
  };

  const open = (procedure, caseId) => {
    const site = {
      levels: data.meta.levels, portal: root.dataset.portal, portalSearch: root.dataset.portalSearch,
      portalId: data.portalId(procedure.number), byCode: data.byCode,
    };
    place.sheet.replaceChildren(GanDan.lay(procedure, data.sheet(procedure.number), caseId, site));
    one("qr", place.sheet).addEventListener("click", () => showQr(procedure));
    one("share", place.sheet).addEventListener("click", () => share(procedure, one("said", place.sheet)));
    /* Only on the phone of a volunteer (static/tally.js). */
    const tally = GanDan.slot(place.sheet, "tally");
    tally.hidden = !store.read(localStorage, "tn:nhom");
    tally.href = `/tinh-nguyen#${procedure.code}`;
    sizes(place.sheet);
    if (!place.search.hidden) scrolled = window.scrollY;
    place.search.hidden = true;
    place.sheet.hidden = false;
    const at = caseId ? place.sheet.querySelector(".case") : place.sheet;
    at.focus({ preventScroll: true });
    if (caseId) at.scrollIntoView();
    else window.scrollTo(0, 0);
    document.title = procedure.name;
  };

  const title = document.title;
  const close = () => {
    if (place.sheet.hidden) return;
    place.sheet.hidden = true;
    place.sheet.replaceChildren();
    place.search.hidden = false;
    document.title = title;
    window.scrollTo(0, scrolled);
    place.box.focus({ preventScroll: true });
  };

  const follow = () => {
    if (!data) return;
    const [code, caseId] = decodeURIComponent(location.hash.slice(1)).split("/");
    const procedure = data.byCode.get(code);
    if (procedure) open(procedure, caseId);
    else close();
  };

  /* --- large letters ------------------------------------------------------------------------------------------- */

  const big = (on) => {
    document.documentElement.classList.toggle("big", on);
    document.querySelectorAll("[data-big]").forEach((button) => button.setAttribute("aria-pressed", String(on)));
  };
  const sizes = (within) => {
    const button = one("big", within);
    button.hidden = false;
    button.setAttribute("aria-pressed", String(document.documentElement.classList.contains("big")));
    button.addEventListener("click", () => {
      const on = !document.documentElement.classList.contains("big");
      store.write(localStorage, "tc:big", on ? "1" : "");
      big(on);
    });
  };

  /* --- the copy on this phone ---------------------------------------------------------------------------------- */

  const spoken = (day) => day.split("-").reverse().map(Number).join("/");
  const daysAgo = () => {
    const last = Number(store.read(localStorage, "tc:asked")) || 0;
    return last ? Math.max(0, Math.round((new Date().setHours(0, 0, 0, 0) - new Date(last).setHours(0, 0, 0, 0)) / DAY)) : null;
  };

  const sayAge = (kept) => {
    const words = place.age.dataset;
    const days = daysAgo();
    const when = days === null || days === 0 ? words.today : days === 1 ? words.yesterday : filled(words.ago, { days });
    const said = [filled(words.words, { n: data.procedures.length, day: spoken(data.meta.day) })];
    if (days !== null && days >= OLD) said.push(filled(words.old, { days }));
    else said.push(kept ? filled(words.kept, { when }) : words.unkept);
    place.age.textContent = said.join(" ");
    place.age.classList.toggle("unknown", days !== null && days >= OLD);
  };

  const dayOf = (worker) =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = (event) => resolve(event.data);
      worker.postMessage("day", [channel.port2]);
    });

  const offer = async (worker) => {
    const words = place.fresh.querySelector("[data-words]");
    const day = spoken(await dayOf(worker));
    place.fresh.hidden = false;
    words.textContent = filled(words.dataset.words, { day });
    one("use").onclick = () => worker.postMessage("use");
  };

  const watch = async () => {
    const registration = await navigator.serviceWorker.register(root.dataset.worker, { scope: "/", updateViaCache: "none" });
    const ready = () => {
      if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
    };
    ready();
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed") ready();
      });
    });
    const ask = async () => {
      try {
        await registration.update();
        store.write(localStorage, "tc:asked", String(Date.now()));
      } catch {
        /* No network: the copy goes on being used. */
      }
      sayAge(true);
    };
    window.addEventListener("online", ask);
    setInterval(ask, HOUR);
    await navigator.serviceWorker.ready;
    await ask();
  };

  /* The click on «Bấm để dùng» starts the new one; the page it came for loads anew. */
  const renew = () => {
    let had = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (had) location.reload();
      had = true;
    });
  };

  const keep = async () => {
    if (!("serviceWorker" in navigator)) {
      sayAge(false);
      return;
    }
    renew();
    try {
      await watch();
    } catch {
      sayAge(Boolean(navigator.serviceWorker.controller));
    }
  };

  const installing = () => {
    const button = one("install");
    window.addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      button.hidden = false;
      button.onclick = () => {
        button.hidden = true;
        event.prompt();
      };
    });
  };

  /* --- beginning ----------------------------------------------------------------------------------------------- */

  const begin = async () => {
    big(store.read(localStorage, "tc:big") === "1");
    sizes(place.search);
    installing();
    one("submit").hidden = true;
    place.count.textContent = place.count.dataset.loading;
    place.form.addEventListener("submit", (event) => {
      event.preventDefault();
      place.box.blur();
    });
    place.box.addEventListener("input", () => {
      asked = place.box.value;
      show();
    });
    for (const filter of [place.field, place.level]) filter.addEventListener("change", show);
    const all = place.more.querySelector("button");
    all.addEventListener("click", () => {
      everything = true;
      show();
    });
    window.addEventListener("hashchange", follow);
    try {
      await load();
    } catch {
      place.count.textContent = place.count.dataset.failed;
      return;
    }
    all.textContent = filled(all.dataset.words, { n: data.procedures.length });
    asked = place.box.value || new URLSearchParams(location.search).get("q") || "";
    place.box.value = asked;
    show();
    follow();
    await data.named;
    if (asked) show();
    root.dataset.ready = "yes";
    await keep();
  };

  /* What measurements and tests look at (tests/bench/lookup.py). */
  GanDan.lookup = {
    find: (text) => data.finder.find(text).map(([number]) => data.procedures[number].code),
    codes: () => data.procedures.map((procedure) => procedure.code),
  };
  begin();
})();
