/* Small manners of the pages. Every page works without this file. All words come from the page. */
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);

  /* Words of a <template> put into a place that screen readers watch. */
  const say = (place, template) => {
    const from = template && byId(template);
    if (place) place.replaceChildren(...(from ? [from.content.cloneNode(true)] : []));
  };

  /* A new id for the next message. getRandomValues, unlike randomUUID, also exists on plain http. */
  const freshId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  /* --- the chat --------------------------------------------------------------------------------------------- */

  const chat = document.querySelector("[data-chat]");
  const box = document.querySelector("[data-question]");
  const typing = window.matchMedia("(pointer: fine)");

  const sendOnEnter = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.form.requestSubmit();
    }
  };

  const sent = ({ elt: form, parameters }) => {
    chat.dataset.talking = "yes";
    document.querySelectorAll("[data-message-id]").forEach((input) => {
      input.value = freshId();
    });
    const last = byId("hoi-thoai").lastElementChild;
    if (form.matches("[data-composer]")) {
      if (box.value === parameters.text) box.value = ""; /* else the next question is being written already */
      /* On a phone, focus in the box would open the keyboard over the answer. */
      if (typing.matches) box.focus({ preventScroll: true });
    } else if (last) {
      last.focus({ preventScroll: true });
    }
    if (last) last.scrollIntoView({ block: "start" });
  };

  if (box) box.addEventListener("keydown", sendOnEnter);
  if (chat && chat.dataset.talking === "yes" && location.hash === "#cuoi") byId("cuoi")?.scrollIntoView();

  /* --- requests in the background: say what happens --------------------------------------------------------- */

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers.Accept = "text/html"; /* so that an error, too, comes as a page */
  });
  document.addEventListener("htmx:beforeRequest", () => {
    say(byId("dang-gui"), "loi-dang-gui");
    say(byId("loi-gui"));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    say(byId("dang-gui"));
    /* An error of ours brings its own sentence; anything else did not arrive. */
    const place = byId("loi-gui");
    if (!event.detail.successful && place && !place.firstElementChild) say(place, "loi-mat-mang");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const path = event.detail.pathInfo?.requestPath;
    if (chat && path === "/chat" && event.detail.successful) sent(event.detail.requestConfig);
  });

  /* --- checklists: ticks stay in this browser --------------------------------------------------------------- */

  const read = (key) => {
    try {
      return new Set(JSON.parse(localStorage.getItem(key) || "[]"));
    } catch {
      return new Set();
    }
  };
  const write = (key, ticks) => {
    try {
      if (ticks.length) localStorage.setItem(key, JSON.stringify(ticks));
      else localStorage.removeItem(key);
    } catch {
      /* Storage is off or full: ticks live as long as the page. */
    }
  };

  document.querySelectorAll("[data-checklist]").forEach((form) => {
    const key = `gd:${form.dataset.checklist}`;
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const progress = form.querySelector("[data-progress]");
    const clear = form.querySelector("[data-clear]");
    const show = () => {
      const have = boxes.filter((tick) => tick.checked).length;
      progress.textContent = progress.dataset.words.replace("{have}", have).replace("{all}", boxes.length);
      progress.hidden = clear.hidden = have === 0;
    };
    const known = read(key);
    boxes.forEach((tick) => {
      tick.checked = known.has(tick.value);
    });
    const keep = () => {
      write(key, boxes.filter((tick) => tick.checked).map((tick) => tick.value));
      show();
    };
    form.addEventListener("change", keep);
    form.addEventListener("reset", () => {
      write(key, []); /* at once: the page may be left before the boxes are empty, which they are after this event */
      setTimeout(show);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
  });

  /* --- words to take into another app ------------------------------------------------------------------------ */

  document.querySelectorAll("[data-copy]").forEach((button) => {
    const door = button.closest("[data-words]");
    const words = door.querySelector("strong");
    const said = door.querySelector("[role=status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(words.textContent);
        say(said, "loi-da-chep");
      } catch {
        /* Plain http, or refused: marked words are one press away from being copied by hand. */
        getSelection().selectAllChildren(words);
        say(said, "loi-chua-chep");
      }
    });
  });

  /* --- printing --------------------------------------------------------------------------------------------- */

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
