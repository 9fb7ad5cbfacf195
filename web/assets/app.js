// News without a reload. Each element with data-live is replaced by its newest self when that differs, unless somebody is
// using it; what is open stays open, what is ticked stays ticked and the page stays where it is. Without this script everything
// works but that.
(() => {
  "use strict";
  const pause = Number(document.body.dataset.refresh || 0) * 1000;
  const fresh = document.getElementById("fresh");
  let failed = 0;

  const busy = (el) => {
    const at = document.activeElement;
    return at && el.contains(at) && /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(at.tagName) && at.type !== "checkbox";
  };

  const keep = (el, next) => {
    for (const d of el.querySelectorAll("details[open]")) {
      const same = d.id && next.querySelector("#" + CSS.escape(d.id));
      if (same) same.open = true;
    }
  };

  const ticks = (el) => new Set([...el.querySelectorAll("input[type=checkbox]:checked")].map((b) => b.value));

  const take = (page) => {
    for (const el of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(el.id);
      if (!next || busy(el)) continue;
      keep(el, next);
      if (next.outerHTML === el.outerHTML) continue;
      const at = el.contains(document.activeElement) ? document.activeElement : null;
      const href = at?.getAttribute("href"), value = at?.getAttribute("value"), ticked = ticks(el);
      const now = document.importNode(next, true);
      el.replaceWith(now);
      for (const box of now.querySelectorAll("input[type=checkbox]")) box.checked = ticked.has(box.value);
      if (href) now.querySelector('[href="' + CSS.escape(href) + '"]')?.focus({ preventScroll: true });
      else if (value) now.querySelector('[value="' + CSS.escape(value) + '"]')?.focus({ preventScroll: true });
    }
    document.title = page.title;
  };

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(document.body.dataset.from || location.pathname + location.search, { credentials: "same-origin", cache: "no-store" });
      if (answer.redirected) { location.reload(); return; } // the login has ended
      if (!answer.ok) throw new Error(String(answer.status));
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (failed) fresh.textContent = "";
      failed = 0;
    } catch {
      failed++;
      if (failed > 1) fresh.textContent = "No news could be fetched. What you see may be old; rouse is asked again every few seconds.";
    }
  };

  if (pause > 0) {
    setInterval(look, pause);
    document.addEventListener("visibilitychange", look);
  }

  // One tap is one act. A page that comes back from the browser's memory can act again.
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "yes";
    const button = e.submitter;
    if (button) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    for (const form of document.forms) delete form.dataset.sent;
    for (const b of document.querySelectorAll("[aria-busy]")) b.removeAttribute("aria-busy");
  });

  // The words of a status update follow its phase, until somebody writes their own. The server does the same for who has no script.
  document.addEventListener("change", (e) => {
    const words = e.target.selectedOptions?.[0]?.dataset.words;
    const box = words !== undefined && e.target.form?.elements.text;
    if (!box) return;
    const usual = [...e.target.options].map((o) => o.dataset.words);
    if (!box.value.trim() || usual.includes(box.value)) box.value = words;
  });
  document.getElementById("all")?.addEventListener("change", (e) => {
    for (const box of document.querySelectorAll('.pick input[type="checkbox"]')) box.checked = e.target.checked;
  });
})();
