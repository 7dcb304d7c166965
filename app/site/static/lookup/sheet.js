/* Lays out one procedure. All words come from the page's templates and from the catalog; what is missing leaves no gap. */
(() => {
  "use strict";

  const copy = (id) => document.getElementById(id).content.cloneNode(true);
  const slot = (part, name) => part.querySelector(`[data-slot="${name}"]`);
  const lower = (text) => text.slice(0, 1).toLowerCase() + text.slice(1);
  const upper = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

  const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  /* A text in its place, in the words around it when there are some; without a text the place goes. */
  const put = (part, name, text) => {
    const place = slot(part, name);
    if (text) place.textContent = place.dataset.words ? filled(place.dataset.words, { text }) : text;
    else place.remove();
    return place;
  };

  /* Items of a list; when they are unknown, that in words instead of the list. */
  const list = (part, name, texts) => {
    const place = slot(part, name);
    const instead = texts === null ? place.dataset.unknown : texts.length ? "" : place.dataset.none;
    if (texts && texts.length) {
      place.replaceChildren(...texts.map((text) => element("li", text)));
    } else if (instead) {
      const said = element("p", instead);
      if (texts === null) said.className = "unknown";
      place.replaceWith(said);
    } else {
      place.remove();
    }
  };

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  const TONES = { full: "badge-full", partial: "badge-partial" };
  const badge = (place, [id, words]) => {
    place.textContent = words;
    place.classList.add(TONES[id] || "badge-neutral");
  };

  /* --- a case -------------------------------------------------------------------------------------------------- */

  const feeLine = (fee, place) => {
    const line = document.createElement("p");
    if (fee.channel) line.append(element("strong", `${upper(fee.channel)}: `));
    line.append([fee.amount, fee.note].filter(Boolean).join(" "));
    if (fee.basis) line.append(" ", element("span", filled(place.dataset.basis, { text: fee.basis }), "basis"));
    return line;
  };

  const paperItem = (paper) => {
    const item = copy("tra-mot-giay");
    item.querySelector("input").value = paper.name;
    put(item, "name", paper.name);
    put(item, "count", paper.count);
    put(item, "only-if", paper.onlyIf && lower(paper.onlyIf));
    put(item, "replaced", paper.replacedBy);
    put(item, "note", paper.note);
    return item;
  };

  /* Ticks live as long as this tab: the next person begins with an empty list. */
  const remember = (form, key) => {
    const boxes = [...form.querySelectorAll("input")];
    const [progress, clear] = [slot(form, "progress"), slot(form, "clear")];
    const show = () => {
      const have = boxes.filter((box) => box.checked).length;
      progress.textContent = filled(progress.dataset.words, { have, all: boxes.length });
      progress.hidden = clear.hidden = have === 0;
    };
    const known = new Set(JSON.parse(window.GanDan.store.read(sessionStorage, key) || "[]"));
    for (const box of boxes) box.checked = known.has(box.value);
    const keep = () => {
      window.GanDan.store.write(sessionStorage, key, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.value)));
      show();
    };
    form.addEventListener("change", keep);
    form.addEventListener("reset", () => {
      window.GanDan.store.write(sessionStorage, key, "[]"); /* at once: the boxes are empty only after this event */
      setTimeout(show);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
  };

  const layPapers = (part, papers, key) => {
    const form = slot(part, "papers");
    if (papers === null) {
      form.remove();
      return;
    }
    slot(part, "no-papers").remove();
    const groups = { always: papers.filter((paper) => !paper.onlyIf), sometimes: papers.filter((paper) => paper.onlyIf) };
    for (const [name, kept] of Object.entries(groups)) {
      const place = slot(form, name);
      if (kept.length) place.querySelector("ul").append(...kept.map(paperItem));
      else place.remove();
      if (name === "always" && kept.length && !groups.sometimes.length) {
        const legend = place.querySelector("legend");
        legend.textContent = legend.dataset.all;
      }
    }
    remember(form, key);
  };

  const layCase = (procedure, sheet, own) => {
    const part = copy("tra-mot-truong-hop");
    const several = sheet.cases.length > 1;
    put(part, "name", several && own.name);
    put(part, "when", several && own.when);
    const fees = slot(part, "fees");
    if (own.fees) fees.replaceChildren(...own.fees.map((fee) => feeLine(fee, fees)));
    else fees.replaceChildren(element("span", fees.dataset.unknown, "unknown"));
    put(part, "time", own.time);
    put(part, "where", sheet.where);
    layPapers(part, own.papers, `tc:${procedure.code}/${own.id}`);
    return part;
  };

  /* --- a procedure ---------------------------------------------------------------------------------------------- */

  const layCases = (part, procedure, sheet, chosen) => {
    const nav = slot(part, "cases");
    if (sheet.cases.length < 2) {
      nav.remove();
      return;
    }
    slot(nav, "question").textContent = sheet.question;
    nav.querySelector("ul").append(
      ...sheet.cases.map((own) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = `#${procedure.code}/${own.id}`;
        if (own === chosen) link.setAttribute("aria-current", "true");
        link.append(element("strong", own.name), " ", element("span", own.when));
        item.append(link);
        return item;
      }),
    );
  };

  const layOfficial = (part, procedure) => {
    const place = slot(part, "official");
    const words = procedure.official ? place.dataset.words : place.dataset.short;
    place.textContent = filled(words, { name: procedure.official, code: procedure.code });
  };

  const layLinks = (part, procedure, sheet, site) => {
    const page = site.portalId && `${site.portal}/thu-tuc-hanh-chinh/${site.portalId}`;
    const addresses = { file: sheet.files && `${site.portal}/nop-ho-so?formalityId=${site.portalId}`, portal: page, "portal-search": !page && site.portalSearch };
    for (const [name, address] of Object.entries(addresses)) {
      const link = slot(part, name);
      if (address) link.href = address;
      else link.remove();
      if (link.dataset.words) link.textContent = filled(link.dataset.words, { code: procedure.code });
    }
    slot(part, "page").href = `/thu-tuc/${procedure.code}`;
  };

  const layLookalikes = (part, sheet, site) => {
    const known = sheet.lookalikes.filter((other) => site.byCode.has(other.code));
    if (!known.length) {
      slot(part, "lookalikes-part").remove();
      return;
    }
    slot(part, "lookalikes").append(
      ...known.map((other) => {
        const item = document.createElement("li");
        const link = element("a", site.byCode.get(other.code).name);
        link.href = `#${other.code}`;
        item.append(link, element("p", other.difference));
        return item;
      }),
    );
  };

  /* The sheet of a procedure with one of its cases. `site`: levels, portal, portalId, portalSearch, byCode. */
  const lay = (procedure, sheet, caseId, site) => {
    const part = copy("tra-thu-tuc");
    const chosen = sheet.cases.find((own) => own.id === caseId) || sheet.cases[0];
    put(part, "name", procedure.name);
    layOfficial(part, procedure);
    badge(slot(part, "level"), site.levels[procedure.level]);
    put(part, "summary", procedure.summary);
    layCases(part, procedure, sheet, chosen);
    slot(part, "case").replaceChildren(layCase(procedure, sheet, chosen));
    put(part, "filing", sheet.level);
    put(part, "basis", sheet.basis);
    const channels = slot(part, "channels");
    channels.textContent = sheet.channels === "?" ? channels.dataset.unknown : filled(channels.dataset.words, { text: sheet.channels });
    put(part, "agency", sheet.agency);
    layLinks(part, procedure, sheet, site);
    list(part, "steps", sheet.steps);
    const result = slot(part, "result");
    result.textContent = sheet.result === "?" ? result.dataset.unknown : sheet.result;
    put(part, "who", sheet.who);
    list(part, "conditions", sheet.conditions);
    if (sheet.notes.length) list(part, "notes", sheet.notes);
    else slot(part, "notes-part").remove();
    layLookalikes(part, sheet, site);
    list(part, "laws", sheet.laws);
    list(part, "sources", sheet.sources);
    const checked = slot(part, "checked");
    checked.textContent = filled(checked.dataset.words, { day: sheet.checked });
    return part;
  };

  window.GanDan = Object.assign(window.GanDan || {}, { lay, badge, filled, slot, copy });
})();
